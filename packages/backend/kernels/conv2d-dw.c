// conv2d-dw: dw[kh][kw][c][N] = sum over output pixels of x[b][ih][iw][c] * dy[b][oh][ow][N], the
// gradient of a convolution's weights, any stride, dilation and padding.
// Chunks: a kernel tap by a block of 16 channels, each over the whole batch, so there are no partial
// sums. Tile: OUTER channels x COLS vectors of filters, outer products along rows of pixels, both
// operands read as they lie. Images are taken in groups whose dy stays in cache; the sums rest in dw
// between groups.
// Cost: at most B OH OW N KH KW C multiply-adds; dy is read once a tap and 16 channels.
#include "geometry.h"
#include "tile.h"

INLINE void dw_tile(const int rows, const int cols, const Geometry *g, const float *x, const float *dy,
                    float *dw, int b0, int b1, int h0, int h1, int w0, int w1, int oy, int ox, int c, int n) {
  const int C = g->channels, N = g->filters;
  V sums[OUTER][COLS];
  resume_sums(rows, cols, dw, N, n, !b0, sums);
  for (int b = b0; b < b1; b++)
    for (int oh = h0; oh < h1; oh++) {
      const int ih = oh * g->stride_height + oy, iw = w0 * g->stride_width + ox;
      tile_outer(rows, cols, x + ((size_t)(b * g->height + ih) * g->width + iw) * C + c,
                 g->stride_width * C, dy + ((size_t)(b * g->out_height + oh) * g->out_width + w0) * N + n,
                 N, w1 - w0, sums);
    }
  rest_sums(rows, cols, dw, N, n, !b0, sums);
}

static void k_conv2d_dw(const Task *task) {
  const float *x = FLOATS(0), *dy = FLOATS(1);
  float *dw = FLOATS(2);
  const Geometry *g = &GEOMETRY(3);
  const int C = g->channels, N = g->filters, blocks = ceil_div(C, 16);
  const int group = max_int(1, 8192 / (g->out_height * g->out_width * N));
  int lo, hi;
  share(task, g->kernel_height * g->kernel_width * blocks, &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const int tap = u / blocks, c0 = u % blocks * 16, c1 = min_int(C, c0 + 16);
    const int oy = tap / g->kernel_width * g->dilation_height - g->pad_top;
    const int ox = tap % g->kernel_width * g->dilation_width - g->pad_left;
    int h0, h1, w0, w1;
    valid_outputs(g->out_height, g->stride_height, oy, g->height, &h0, &h1);
    valid_outputs(g->out_width, g->stride_width, ox, g->width, &w0, &w1);
    for (int b0 = 0; b0 < g->batch; b0 += group) {
      const int b1 = min_int(g->batch, b0 + group);
      EACH_COLUMN_BLOCK(n, N, {
        int c = c0;
        for (; c + OUTER <= c1; c += OUTER)
          dw_tile(OUTER, cols, g, x, dy, dw + ((size_t)tap * C + c) * N, b0, b1, h0, h1, w0, w1, oy, ox, c, n);
        for (; c < c1; c++)
          dw_tile(1, cols, g, x, dy, dw + ((size_t)tap * C + c) * N, b0, b1, h0, h1, w0, w1, oy, ox, c, n);
      });
    }
  }
}
