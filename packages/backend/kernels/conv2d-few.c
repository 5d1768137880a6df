// conv2d-few: conv2d of one channel to at most 8 filters (LeNet's first layer), with bias and
// activation, columns stepping by 1. Filters are too few to fill a vector, so vectors run along a row of
// pixels instead: an image is copied once with its padding, and the sums of FEW filters for two vectors
// of pixels stay in registers. The results are interleaved at the end.
// Chunks: images. Cost: B OH OW N KH KW multiply-adds, each of whose weights is splatted from L1.
#include "tile.h"

enum { FEW = 4, MOST_FEW = 8 };

// Sums of `few` filters from the n-th over 2 * VW pixels of a row, laid down as planes [few][2 * VW].
INLINE void few_tile(const int few, const Geometry *g, const float *x, int across, const float *w, const float *bias,
                     int act, int n, float *planes) {
  const int N = g->filters;
  V sums[FEW][2];
  UNROLL for (int i = 0; i < few; i++) sums[i][0] = sums[i][1] = zero();
  for (int kh = 0; kh < g->kernel_height; kh++) {
    const float *p = x + (size_t)kh * g->dilation_height * across;
    ROLLED for (int kw = 0; kw < g->kernel_width; kw++, p += g->dilation_width, w += N) {
      const V a = load(p), b = load(p + VW);
      UNROLL for (int i = 0; i < few; i++) {
        const V s = splat(w[n + i]);
        sums[i][0] = FMA(s, a, sums[i][0]);
        sums[i][1] = FMA(s, b, sums[i][1]);
      }
    }
  }
  UNROLL for (int i = 0; i < few; i++)
    UNROLL for (int j = 0; j < 2; j++) {
      V v = sums[i][j];
      if (bias) v += splat(bias[n + i]);
      store(planes + (size_t)(n + i) * 2 * VW + j * VW, activate(act, v));
    }
}

static void k_conv2d_few(const Task *task) {
  const float *w = FLOATS(1), *bias = FLOATS_OR_NULL(2);
  const int act = INT(4);
  const Geometry *g = &GEOMETRY(5);
  const int N = g->filters;
  const Reach reach = reach_of(g);
  const int across = reach.width;
  float *image = (float *)task->scratch, planes[MOST_FEW * 2 * VW];
  clear_bytes(image + (size_t)reach.height * across, 2 * VW * 4); // what the last row's vectors overrun
  int lo, hi;
  share(task, g->batch, &lo, &hi);
  for (int b = lo; b < hi; b++) {
    pad_image(g, FLOATS(0) + (size_t)b * g->height * g->width, &reach, image);
    for (int oh = 0; oh < g->out_height; oh++) {
      float *out = FLOATS(3) + ((size_t)b * g->out_height + oh) * g->out_width * N;
      for (int ow = 0; ow < g->out_width; ow += 2 * VW) {
        const float *x = image + (size_t)oh * g->stride_height * across + ow;
        int n = 0;
        for (; n + FEW <= N; n += FEW) few_tile(FEW, g, x, across, w, bias, act, n, planes);
        for (; n + 2 <= N; n += 2) few_tile(2, g, x, across, w, bias, act, n, planes);
        for (; n < N; n++) few_tile(1, g, x, across, w, bias, act, n, planes);
        const int pixels = min_int(2 * VW, g->out_width - ow);
        for (int p = 0; p < pixels; p++)
          for (int i = 0; i < N; i++) out[(size_t)(ow + p) * N + i] = planes[i * 2 * VW + p];
      }
    }
  }
}
