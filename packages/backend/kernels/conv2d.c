// conv2d: out[b][oh][ow][N] = act(sum over kh, kw, c of x[b][ih][iw][c] . w[kh][kw][c][N] + bias[N])
// for any kernel size, stride, dilation and padding.
// Chunks: blocks of output pixels. Tile: ROWS pixels x COLS vectors of filters. A pixel's window is
// KH runs of KW * C consecutive floats, read where they lie; a run that touches the padding (or has
// dilated columns, or is very short) is first gathered into scratch. HWIO weights are the packed
// layout already.
// Cost: B OH OW N KH KW C multiply-adds; a block of pixels and a panel of weights stay in L1.
#include "geometry.h"
#include "tile.h"

enum { CONV_BLOCK = 48 }; // pixels gathered at a time: a multiple of ROWS at every width
enum { SHORT_RUN = 16 };  // below this a window is gathered whole, so that the inner loop is long

// Copies kernel row ih of the window whose first column is iw0, zeros where it leaves the image.
INLINE void gather_run(const Geometry *g, const float *x, int b, int ih, int iw0, float *to) {
  const int C = g->channels;
  if (ih < 0 || ih >= g->height) {
    for (int i = 0; i < g->kernel_width * C; i++) to[i] = 0;
    return;
  }
  const float *row = x + (size_t)(b * g->height + ih) * g->width * C;
  for (int kw = 0; kw < g->kernel_width; kw++, to += C) {
    const int iw = iw0 + kw * g->dilation_width;
    if (iw < 0 || iw >= g->width) for (int i = 0; i < C; i++) to[i] = 0;
    else for (int i = 0; i < C; i++) to[i] = row[(size_t)iw * C + i];
  }
}

// Points run[kh][lane] at the window's rows of one pixel, gathering those that do not lie in one
// piece; `whole` gathers the window as a single run.
INLINE void window_runs(const Geometry *g, const float *x, int pixel, int whole, float *gathered,
                        const float **run) {
  const int per_image = g->out_height * g->out_width, b = pixel / per_image, r = pixel % per_image;
  const int ih0 = r / g->out_width * g->stride_height - g->pad_top;
  const int iw0 = r % g->out_width * g->stride_width - g->pad_left;
  const int length = g->kernel_width * g->channels;
  const int inside = g->dilation_width == 1 && iw0 >= 0 && iw0 + g->kernel_width <= g->width;
  if (whole) run[0] = gathered;
  for (int kh = 0; kh < g->kernel_height; kh++, gathered += length) {
    const int ih = ih0 + kh * g->dilation_height;
    if (!whole && inside && ih >= 0 && ih < g->height) {
      run[kh * ROWS] = x + ((size_t)(b * g->height + ih) * g->width + iw0) * g->channels;
    } else {
      gather_run(g, x, b, ih, iw0, gathered);
      if (!whole) run[kh * ROWS] = gathered;
    }
  }
}

INLINE void conv2d_tile(const int cols, const float *const *run, int runs, int length, const float *w,
                        const float *bias, float *out, int rows, int N, int n, int act) {
  V sums[ROWS][COLS];
  clear_sums(ROWS, cols, sums);
  tile_rows(ROWS, cols, run, runs, length, w + n, N, sums);
  UNROLL for (int i = 0; i < ROWS; i++) {
    if (i < rows) {
      UNROLL for (int j = 0; j < cols; j++) {
        V v = sums[i][j];
        if (bias) v += load(bias + n + j * VW);
        store_part(out + (size_t)i * N + n + j * VW, activate(act, v), N - n - j * VW);
      }
    }
  }
}

static void k_conv2d(const Task *task) {
  const float *x = FLOATS(0), *w = FLOATS(1), *bias = FLOATS_OR_NULL(2);
  float *out = FLOATS(3);
  const int act = INT(4);
  const Geometry *g = &GEOMETRY(5);
  const int N = g->filters, row_length = g->kernel_width * g->channels;
  const int window = g->kernel_height * row_length, whole = row_length < SHORT_RUN;
  const int runs = whole ? 1 : g->kernel_height, length = whole ? window : row_length;
  const int pixels = g->batch * g->out_height * g->out_width;
  // Large windows leave room for fewer pixels; the command's sender checks that ROWS of them fit.
  const size_t per_pixel = (size_t)window * 4 + (size_t)runs * sizeof(float *);
  int block = min_int(CONV_BLOCK, (int)(task->scratch_bytes / per_pixel));
  block = block / ROWS * ROWS;
  const float **run = (const float **)task->scratch;
  float *gathered = (float *)(task->scratch + (size_t)block * runs * sizeof(float *));
  int lo, hi;
  share(task, ceil_div(pixels, block), &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const int p0 = u * block, n_pixels = min_int(block, pixels - p0);
    const int tiles = ceil_div(n_pixels, ROWS);
    for (int t = 0; t < tiles; t++)
      for (int i = 0; i < ROWS; i++) {
        const int p = min_int(t * ROWS + i, n_pixels - 1); // past the end: the last pixel again
        window_runs(g, x, p0 + p, whole, gathered + (size_t)(t * ROWS + i) * window,
                    run + (size_t)t * runs * ROWS + i);
      }
    EACH_COLUMN_BLOCK(n, N, {
      for (int t = 0; t < tiles; t++)
        conv2d_tile(cols, run + (size_t)t * runs * ROWS, runs, length, w, bias,
                    out + (size_t)(p0 + t * ROWS) * N, min_int(ROWS, n_pixels - t * ROWS), N, n, act);
    });
  }
}
