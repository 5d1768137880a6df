// conv2d-dx: dx[b][ih][iw][C] = sum over kernel taps of dy[b][oh][ow][N] . wt[tap][N][C], the
// gradient of a convolution's input, any stride, dilation and padding.
// Chunks: an image by a slab of channels. For each tap, the outputs that reach inside the image are
// walked ROWS at a time (no work is wasted on the padding), multiplied by the tap's transposed
// weights and added into dx. Tile: ROWS pixels x COLS vectors of channels.
// Cost: at most B OH OW N KH KW C multiply-adds; dx is read and written once a tap, from cache.
#include "geometry.h"
#include "tile.h"

INLINE void dx_tile(const int cols, const float *const *run, float *const *to, int rows, const float *wt,
                    int C, int N, int n) {
  V sums[ROWS][COLS];
  clear_sums(ROWS, cols, sums);
  tile_rows(ROWS, cols, run, 1, N, wt + n, C, sums);
  UNROLL for (int i = 0; i < ROWS; i++) {
    if (i < rows) {
      UNROLL for (int j = 0; j < cols; j++) {
        float *d = to[i] + n + j * VW;
        store_part(d, load(d) + sums[i][j], C - n - j * VW);
      }
    }
  }
}

static void k_conv2d_dx(const Task *task) {
  const float *dy = FLOATS(0), *wt = FLOATS(1);
  float *dx = FLOATS(2);
  const int slabs = INT(3);
  const Geometry *g = &GEOMETRY(4);
  const int C = g->channels, N = g->filters, slab = ceil_div(ceil_div(C, slabs), 16) * 16;
  int lo, hi;
  share(task, g->batch * slabs, &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const int b = u / slabs, c0 = u % slabs * slab, c1 = min_int(C, c0 + slab);
    if (c1 <= c0) continue;
    float *image = dx + (size_t)b * g->height * g->width * C;
    for (int p = 0; p < g->height * g->width; p++)
      clear_bytes(image + (size_t)p * C + c0, (size_t)(c1 - c0) * 4);
    for (int kh = 0; kh < g->kernel_height; kh++)
      for (int kw = 0; kw < g->kernel_width; kw++) {
        const int oy = kh * g->dilation_height - g->pad_top, ox = kw * g->dilation_width - g->pad_left;
        const float *tap = wt + (size_t)(kh * g->kernel_width + kw) * N * C;
        int h0, h1, w0, w1;
        valid_outputs(g->out_height, g->stride_height, oy, g->height, &h0, &h1);
        valid_outputs(g->out_width, g->stride_width, ox, g->width, &w0, &w1);
        const int across = w1 - w0, count = (h1 - h0) * across;
        for (int p = 0; p < count; p += ROWS) {
          const float *run[ROWS];
          float *to[ROWS];
          const int rows = min_int(ROWS, count - p);
          for (int i = 0; i < ROWS; i++) {
            const int q = p + min_int(i, rows - 1), oh = h0 + q / across, ow = w0 + q % across;
            run[i] = dy + ((size_t)(b * g->out_height + oh) * g->out_width + ow) * N;
            to[i] = image + ((size_t)(oh * g->stride_height + oy) * g->width + ow * g->stride_width + ox) * C;
          }
          EACH_COLUMN_BLOCK(n, c1 - c0, dx_tile(cols, run, to, rows, tap, C, N, c0 + n));
        }
      }
  }
}
