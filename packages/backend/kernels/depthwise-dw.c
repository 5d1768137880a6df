// depthwise-dw: dw[p][kh][kw][C] = sum over the p-th of P stretches of output rows of
// x[b][ih][iw][C] * dy[b][oh][ow][C], the gradient of a depthwise convolution's weights, any stride, dilation
// and padding; `reduce` folds the P parts, whose number is the sender's, from the shape.
// Chunks: the stretches. Tile: 4 (1) taps of a kernel row x 1 vector of channels along a row of pixels, in which
// dy is loaded once for 4 taps; where a tap leaves the image its pixels are walked alone. A row's sums
// go into dw[p], which stays in L1.
// Cost: B OH OW C KH KW multiply-adds, each with 1.25 loads.
#include "geometry.h"

// sums[i] += x[i * next + q * step_x] * dy[q * step_y] for `taps` taps along n pixels.
INLINE void depthwise_dw_run(const int taps, const float *x, ptrdiff_t next, size_t step_x, const float *dy,
                             size_t step_y, int n, V *sums) {
  ROLLED for (int q = 0; q < n; q++, x += step_x, dy += step_y) {
    const V v = load(dy);
    UNROLL for (int i = 0; i < taps; i++) sums[i] = FMA(load(x + i * next), v, sums[i]);
  }
}

// Taps [kw, kw + taps) of one kernel row, over one row of outputs; all channels.
INLINE void depthwise_dw_taps(const int taps, const Geometry *g, const float *x, const float *dy, float *dw, int kw) {
  const int C = g->channels, stride = g->stride_width;
  int first[4], last[4], lo = 0, hi = g->out_width;
  UNROLL for (int i = 0; i < taps; i++) {
    valid_outputs(g->out_width, stride, (kw + i) * g->dilation_width - g->pad_left, g->width, &first[i], &last[i]);
    lo = max_int(lo, first[i]);
    hi = min_int(hi, last[i]);
  }
  hi = max_int(lo, hi);
  const size_t step = (size_t)stride * C;
  const ptrdiff_t next = (ptrdiff_t)g->dilation_width * C, at = (ptrdiff_t)(kw * g->dilation_width - g->pad_left) * C;
  for (int c = 0; c < C; c += VW) {
    V sums[4];
    UNROLL for (int i = 0; i < taps; i++) {
      const ptrdiff_t from = at + i * next + c;
      const int before = min_int(lo, last[i]), after = max_int(hi, first[i]);
      sums[i] = zero();
      if (first[i] < before)
        depthwise_dw_run(1, x + (from + (ptrdiff_t)(first[i] * step)), 0, step, dy + (size_t)first[i] * C + c, C, before - first[i], sums + i);
      if (after < last[i])
        depthwise_dw_run(1, x + (from + (ptrdiff_t)(after * step)), 0, step, dy + (size_t)after * C + c, C, last[i] - after, sums + i);
    }
    if (lo < hi)
      depthwise_dw_run(taps, x + (at + (ptrdiff_t)(lo * step) + c), next, step, dy + (size_t)lo * C + c, C, hi - lo, sums);
    UNROLL for (int i = 0; i < taps; i++) {
      float *to = dw + (size_t)i * C + c;
      store_part(to, load(to) + sums[i], C - c);
    }
  }
}

static void k_depthwise_dw(const Task *task) {
  const int P = INT(3);
  const Geometry *g = &GEOMETRY(4);
  const int C = g->channels, KH = g->kernel_height, KW = g->kernel_width, rows = g->batch * g->out_height;
  int lo, hi;
  share(task, P, &lo, &hi);
  for (int p = lo; p < hi; p++) {
    float *dw = FLOATS(2) + (size_t)p * KH * KW * C;
    clear_bytes(dw, (size_t)KH * KW * C * 4);
    const int u0 = (int)((int64_t)rows * p / P), u1 = (int)((int64_t)rows * (p + 1) / P);
    for (int u = u0; u < u1; u++) {
      const float *dy = FLOATS(1) + (size_t)u * g->out_width * C;
      for (int kh = 0; kh < KH; kh++) {
        const int ih = u % g->out_height * g->stride_height - g->pad_top + kh * g->dilation_height;
        if (ih < 0 || ih >= g->height) continue;
        const float *x = FLOATS(0) + (size_t)(u / g->out_height * g->height + ih) * g->width * C;
        int kw = 0;
        for (; kw + 4 <= KW; kw += 4) depthwise_dw_taps(4, g, x, dy, dw + (size_t)(kh * KW + kw) * C, kw);
        if (kw + 3 <= KW) { depthwise_dw_taps(3, g, x, dy, dw + (size_t)(kh * KW + kw) * C, kw); kw += 3; }
        for (; kw < KW; kw++) depthwise_dw_taps(1, g, x, dy, dw + (size_t)(kh * KW + kw) * C, kw);
      }
    }
  }
}
