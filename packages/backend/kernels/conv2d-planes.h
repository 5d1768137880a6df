// Forward convolution of few channels (a first layer's 1 or 3) at stride 1, for conv2d.c and conv2d-pool.c.
// Windows of so few floats are not worth finding one by one: a band of an image is copied once with its
// padding, a plane a channel, and a place of the window is then the same step from each pixel. What 4 or 6
// pixels side by side multiply with a place's weights lies at constant offsets from one pointer, and a
// list of the K = KH KW C places is all that the inner loop follows. Weights are copied into the columns
// that a tile takes.
#ifndef CNNKIT_CONV2D_PLANES_H
#define CNNKIT_CONV2D_PLANES_H
#include "geometry.h"
#include "tile.h"

// `depth` rows of cols vectors of a matrix whose rows are ld apart, side by side.
INLINE void pack_columns(const int cols, const float *w, int ld, int depth, float *to) {
  for (int k = 0; k < depth; k++, to += cols * VW, w += ld)
    UNROLL for (int j = 0; j < cols; j++) store(to + j * VW, load(w + j * VW));
}

enum { BAND = 16, PLANES_CHANNELS = 4 }; // rows of outputs at a time; channels at most

typedef struct Planes {
  int band, bands;     // rows of outputs a band, bands an image
  int rows, width, K;  // of a plane; places of a window
  int32_t *place;      // [K], floats from a pixel's first place
  int32_t *windows;    // [out_width], those of a row that see anything
  float *panels, *x;   // weights [columns][K][cols * VW]; planes [C][rows][width]
} Planes;

// 0 if this is not for such a convolution or does not fit scratch; else the layout, with nothing copied yet.
INLINE int find_planes(const Task *task, const Geometry *g, Planes *p) {
  if (g->stride_height != 1 || g->stride_width != 1 || g->channels > PLANES_CHANNELS) return 0;
  const int deep = (g->kernel_height - 1) * g->dilation_height, wide = (g->kernel_width - 1) * g->dilation_width;
  p->band = min_int(BAND, g->out_height);
  p->bands = ceil_div(g->out_height, p->band);
  p->rows = p->band + deep;
  p->width = g->out_width + wide;
  p->K = g->kernel_height * g->kernel_width * g->channels;
  const size_t places = (size_t)ceil_div(p->K, 16) * 16, weights = (size_t)p->K * ceil_div(g->filters, VW) * VW;
  p->place = (int32_t *)task->scratch;
  p->windows = p->place + places;
  p->panels = (float *)(p->windows + ceil_div(g->out_width, 16) * 16);
  p->x = p->panels + weights;
  const size_t planes = (size_t)g->channels * p->rows * p->width;
  return (size_t)(p->x + planes - (float *)task->scratch) * 4 <= task->scratch_bytes;
}
INLINE void prepare_planes(const Geometry *g, const float *w, Planes *p) {
  const int N = g->filters, C = g->channels;
  for (int k = 0; k < p->K; k++) {
    const int tap = k / C, kh = tap / g->kernel_width, kw = tap % g->kernel_width;
    p->place[k] = (k % C * p->rows + kh * g->dilation_height) * p->width + kw * g->dilation_width;
  }
  EACH_COLUMN_BLOCK(n, N, pack_columns(cols, w + n, N, p->K, p->panels + (size_t)n * p->K));
}
// Copies what the outputs from row oh on read of an image.
static void fill_planes(const Geometry *g, const float *image, int oh, const Planes *p) {
  const int C = g->channels, left = min_int(g->pad_left, p->width);
  const int inside = max_int(0, min_int(g->width, p->width - left));
  for (int c = 0; c < C; c++)
    for (int r = 0; r < p->rows; r++) {
      const int ih = oh + r - g->pad_top;
      float *to = p->x + ((size_t)c * p->rows + r) * p->width;
      if (ih < 0 || ih >= g->height) {
        clear_bytes(to, (size_t)p->width * 4);
        continue;
      }
      const float *from = image + (size_t)ih * g->width * C + c;
      for (int i = 0; i < left; i++) to[i] = 0;
      if (C == 1) copy_bytes(to + left, from, (size_t)inside * 4);
      else for (int i = 0; i < inside; i++) to[left + i] = from[(size_t)i * C];
      for (int i = left + inside; i < p->width; i++) to[i] = 0;
    }
}

// sums[i][j] over all places, of `rows` pixels from x on: side by side, or `pooled` the four of a 2 x 2 window.
INLINE void planes_tile(const int rows, const int cols, const int pooled, const Planes *p, const float *x, int n,
                        V sums[][COLS]) {
  const float *w = p->panels + (size_t)n * p->K;
  const int32_t *place = p->place, *const end = place + p->K;
  const int width = p->width;
  clear_sums(rows, cols, sums);
  ROLLED do {
    const float *a = x + *place++, *below = a + (pooled ? width : 0);
    V v[COLS];
    UNROLL for (int j = 0; j < cols; j++) v[j] = load(w + j * VW);
    UNROLL for (int i = 0; i < rows; i++) {
      const V s = splat(pooled ? (i < 2 ? a : below)[i & 1] : a[i]);
      UNROLL for (int j = 0; j < cols; j++) sums[i][j] = FMA(s, v[j], sums[i][j]);
    }
    w += cols * VW;
    STEPS(w);
  } while (place != end);
}
#endif
