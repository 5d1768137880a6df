// conv2d-dw-narrow: the gradient of a convolution's weights where channels are few (1, 3, 6): part
// [chunk][KH * KW * C][N], summed afterwards by `reduce`. dy is full-sized, or (mask given) pooled.
// Chunks: shares of the images, with a partial sum each; their count comes from the shape alone, so
// any number of threads gives the same bits.
// Tile: OUTER places of the window (not channels, of which there are too few) x COLS vectors of
// filters, outer products along a row of pixels. An image that is padded is copied once with its
// zeros, and a pooled dy is spread out once, so that the loop knows neither.
// Cost: B OH OW N KH KW C multiply-adds; dy is read KH KW C / OUTER times from L2.
#include "tile.h"
#include "unpool.h"

// The zero-padded image that all windows lie in, [padded height][padded width][C].
INLINE void pad_image(const Geometry *g, const float *image, int height, int width, float *to) {
  const int C = g->channels;
  clear_bytes(to, (size_t)height * width * C * 4);
  const int columns = min_int(g->width, width - g->pad_left), rows = min_int(g->height, height - g->pad_top);
  for (int h = 0; h < rows; h++)
    copy_bytes(to + ((size_t)(h + g->pad_top) * width + g->pad_left) * C, image + (size_t)h * g->width * C,
               (size_t)max_int(0, columns) * C * 4);
}

INLINE void narrow_tile(const int rows, const int cols, const Geometry *g, const float *const *place, int width,
                        const float *dy, float *part, int first, int n) {
  const int N = g->filters, step = g->stride_width * g->channels;
  V sums[OUTER][COLS];
  resume_sums(rows, cols, part, N, n, first, sums);
  for (int oh = 0; oh < g->out_height; oh++) {
    const float *a[OUTER], *d = dy + (size_t)oh * g->out_width * N + n;
    UNROLL for (int i = 0; i < rows; i++) a[i] = place[i] + (size_t)oh * g->stride_height * width * g->channels;
    ROLLED for (int ow = 0; ow < g->out_width; ow++, d += N) {
      V v[COLS];
      UNROLL for (int j = 0; j < cols; j++) v[j] = load(d + j * VW);
      UNROLL for (int i = 0; i < rows; i++) {
        V s = splat(*a[i]);
        a[i] += step;
        UNROLL for (int j = 0; j < cols; j++) sums[i][j] = FMA(s, v[j], sums[i][j]);
      }
    }
  }
  rest_sums(rows, cols, part, N, n, first, sums);
}

static void k_conv2d_dw_narrow(const Task *task) {
  const int8_t *mask = INT(3) ? BYTES(3) : 0;
  const Geometry *g = &GEOMETRY(4);
  const int C = g->channels, N = g->filters, K = g->kernel_height * g->kernel_width * C;
  // Rows and columns that windows reach, counted from the first padded one.
  const int height = (g->out_height - 1) * g->stride_height + (g->kernel_height - 1) * g->dilation_height + 1;
  const int width = (g->out_width - 1) * g->stride_width + (g->kernel_width - 1) * g->dilation_width + 1;
  const int in_place = !g->pad_top && !g->pad_left && height <= g->height && width <= g->width;
  const size_t pixels = (size_t)g->out_height * g->out_width;
  float *padded_image = (float *)task->scratch, *spread = padded_image + (in_place ? 0 : (size_t)height * width * C + 16);
  float *part = FLOATS(2) + (size_t)task->chunk * K * N;
  int lo, hi;
  share(task, g->batch, &lo, &hi);
  if (hi <= lo) clear_bytes(part, (size_t)K * N * 4);
  for (int b = lo; b < hi; b++) {
    const float *image = FLOATS(0) + (size_t)b * g->height * g->width * C, *dy = FLOATS(1) + b * pixels * N;
    const int across = in_place ? g->width : width;
    if (!in_place) {
      pad_image(g, image, height, width, padded_image);
      image = padded_image;
    }
    if (mask) {
      dy = spread;
      for (int r = 0; r < row_pairs(g); r++)
        unpool_rows(g, FLOATS(1), mask, 1, b, r, spread + (size_t)r * 2 * g->out_width * N);
    }
    for (int k = 0; k < K; k += OUTER) {
      const float *place[OUTER];
      const int rows = min_int(OUTER, K - k);
      for (int i = 0; i < OUTER; i++) {
        const int q = min_int(k + i, K - 1), tap = q / C;
        const int kh = tap / g->kernel_width * g->dilation_height, kw = tap % g->kernel_width * g->dilation_width;
        place[i] = image + ((size_t)kh * across + kw) * C + q % C;
      }
      EACH_COLUMN_BLOCK(n, N, {
        if (rows == OUTER) narrow_tile(OUTER, cols, g, place, across, dy, part + (size_t)k * N, b == lo, n);
        else for (int i = 0; i < rows; i++) narrow_tile(1, cols, g, place + i, across, dy, part + (size_t)(k + i) * N, b == lo, n);
      });
    }
  }
}
