// conv2d-dx-narrow: conv2d-dx where channels are too few to fill a vector: dx for a whole kernel row of
// KW * C consecutive floats at once, from weights transposed to [kh][N][KW * C]. Windows of neighbours
// overlap, so that each pixel's row is added into a copy of the image with its padding, which is then
// cut to size. Columns may step but not be dilated.
// Chunks: images. Tile: ROWS output pixels x COLS vectors of the kernel row.
// Cost: B OH OW N KH KW C multiply-adds, padding included; KH KW C additions an output pixel.
#include "geometry.h"
#include "tile.h"

INLINE void dx_narrow_tile(const int cols, const float *const *run, float *to, int rows, int step, const float *wt,
                           int L, int N, int n) {
  V sums[ROWS][COLS];
  clear_sums(ROWS, cols, sums);
  tile_rows(ROWS, cols, run, 1, N, wt + n, L, sums);
  for (int i = 0; i < rows; i++, to += step)
    UNROLL for (int j = 0; j < cols; j++) {
      // Whole vectors: what lies past the row gets zeros added.
      float *d = to + n + j * VW;
      store(d, load(d) + keep(lanes() < L - n - j * VW, sums[i][j]));
    }
}

static void k_conv2d_dx_narrow(const Task *task) {
  const float *dy = FLOATS(0), *wt = FLOATS(1);
  const Geometry *g = &GEOMETRY(3);
  const int C = g->channels, N = g->filters, L = g->kernel_width * C, step = g->stride_width * C;
  const Reach reach = reach_of(g);
  const int across = reach.width;
  float *image = (float *)task->scratch;
  int lo, hi;
  share(task, g->batch, &lo, &hi);
  for (int b = lo; b < hi; b++) {
    clear_bytes(image, ((size_t)reach.height * across * C + COLS * VW) * 4);
    for (int kh = 0; kh < g->kernel_height; kh++)
      for (int oh = 0; oh < g->out_height; oh++) {
        const float *row = dy + ((size_t)b * g->out_height + oh) * g->out_width * N;
        float *to = image + ((size_t)oh * g->stride_height + kh * g->dilation_height) * across * C;
        for (int ow = 0; ow < g->out_width; ow += ROWS) {
          const float *run[ROWS];
          const int rows = min_int(ROWS, g->out_width - ow);
          for (int i = 0; i < ROWS; i++) run[i] = row + (size_t)(ow + min_int(i, rows - 1)) * N;
          EACH_COLUMN_BLOCK(n, L, dx_narrow_tile(cols, run, to + (size_t)ow * step, rows, step,
                                                 wt + (size_t)kh * N * L, L, N, n));
        }
      }
    cut_image(g, image, &reach, FLOATS(2) + (size_t)b * g->height * g->width * C);
  }
}
