// conv2d-dw-narrow: the gradient of a convolution's weights where channels are few (1, 3, 6): part
// [chunk][KH * KW * C][N], summed afterwards by `reduce`.
// Chunks: shares of the rows of output pixels, with a partial sum each; their count comes from the
// shape alone, so any number of threads gives the same bits.
// A row's windows are gathered into scratch as [pixel][KH KW C], which makes the outer products'
// rows long enough to fill the tile: OUTER window places x COLS vectors of filters.
// dy is full-sized, or (mask given) pooled and unpooled here row by row.
// Cost: B OH OW N KH KW C multiply-adds, and KH KW C floats gathered a pixel.
#include "geometry.h"
#include "tile.h"
#include "unpool.h"

INLINE void narrow_tile(const int rows, const int cols, const float *a, int K, const float *dy, int N,
                        int pixels, float *part, int first, int n) {
  V sums[OUTER][COLS];
  UNROLL for (int i = 0; i < rows; i++)
    UNROLL for (int j = 0; j < cols; j++)
      sums[i][j] = !first && n + (j + 1) * VW <= N ? load(part + (size_t)i * N + n + j * VW) : zero();
  tile_outer(rows, cols, a, K, dy + n, N, pixels, sums);
  UNROLL for (int i = 0; i < rows; i++)
    UNROLL for (int j = 0; j < cols; j++) {
      float *o = part + (size_t)i * N + n + j * VW;
      const int left = N - n - j * VW;
      if (left >= VW) store(o, sums[i][j]);
      else for (int q = 0; q < left; q++) o[q] = (first ? 0 : o[q]) + sums[i][j][q];
    }
}

static void k_conv2d_dw_narrow(const Task *task) {
  const float *x = FLOATS(0), *dy = FLOATS(1);
  const int8_t *mask = INT(3) ? BYTES(3) : 0;
  const Geometry *g = &GEOMETRY(4);
  const int N = g->filters, length = g->kernel_width * g->channels, K = length * g->kernel_height;
  float *part = FLOATS(2) + (size_t)task->chunk * K * N, *windows = (float *)task->scratch;
  // As many rows of pixels at a time as scratch holds windows (and, unpooled, gradients) for, up to
  // 512 pixels.
  const size_t each = ((size_t)K + (mask ? (size_t)N : 0)) * 4;
  const int rows_at_once = max_int(1, min_int(512, (int)((task->scratch_bytes - 64) / each)) / g->out_width);
  float *unpooled = windows + (size_t)rows_at_once * g->out_width * K;
  int lo, hi, first = 1;
  share(task, g->batch * g->out_height, &lo, &hi);
  if (hi <= lo) clear_bytes(part, (size_t)K * N * 4);
  for (int r0 = lo; r0 < hi; r0 += rows_at_once) {
    const int r1 = min_int(hi, r0 + rows_at_once), pixels = (r1 - r0) * g->out_width;
    float *to = windows;
    for (int r = r0; r < r1; r++)
      for (int ow = 0; ow < g->out_width; ow++)
        for (int kh = 0; kh < g->kernel_height; kh++, to += length)
          gather_run(g, x, r / g->out_height,
                     r % g->out_height * g->stride_height - g->pad_top + kh * g->dilation_height,
                     ow * g->stride_width - g->pad_left, to);
    const float *d = mask ? unpooled : dy + (size_t)r0 * g->out_width * N;
    if (mask)
      for (int r = r0; r < r1; r++)
        unpool_row(g, dy, mask, 1, r / g->out_height, r % g->out_height, unpooled + (size_t)(r - r0) * g->out_width * N);
    EACH_COLUMN_BLOCK(n, N, {
      int k = 0;
      for (; k + OUTER <= K; k += OUTER)
        narrow_tile(OUTER, cols, windows + k, K, d, N, pixels, part + (size_t)k * N, first, n);
      for (; k < K; k++)
        narrow_tile(1, cols, windows + k, K, d, N, pixels, part + (size_t)k * N, first, n);
    });
    first = 0;
  }
}
