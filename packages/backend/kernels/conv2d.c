// conv2d: out[b][oh][ow][N] = act(sum over kh, kw, c of x[b][ih][iw][c] . w[kh][kw][c][N] + bias[N])
// for any kernel size, stride, dilation and padding.
// Chunks: blocks of output pixels. Tile: ROWS pixels x COLS vectors of filters. A pixel's window is
// KH runs of KW * C consecutive floats, read where they lie; a run that touches the padding or has
// dilated columns is first gathered into scratch. HWIO weights are read as they lie, or, by a chunk of many
// pixels and more filters than a tile takes, from a copy in the tile's columns.
// Few channels go another way, by conv2d-planes.h; 3 x 3 x 1 at 512 bits by one of its own.
// Cost: B OH OW N KH KW C multiply-adds; a block of pixels and a panel of weights stay in L1.
#include "conv2d-planes.h"

enum { CONV_BLOCK = 48 }; // pixels gathered at a time: a multiple of ROWS at every width

// Copies kernel row ih of the window whose first column is iw0, zeros where it leaves the image.
INLINE void gather_run(const Geometry *g, const float *x, int b, int ih, int iw0, float *to) {
  const int C = g->channels, d = g->dilation_width;
  int lo, hi;
  valid_outputs(g->kernel_width, d, iw0, g->width, &lo, &hi);
  if (ih < 0 || ih >= g->height) lo = hi = 0;
  for (int i = 0; i < lo * C; i++) to[i] = 0;
  for (int i = hi * C; i < g->kernel_width * C; i++) to[i] = 0;
  if (lo >= hi) return;
  const float *from = x + ((size_t)(b * g->height + ih) * g->width + iw0 + lo * d) * C;
  if (d == 1) for (int i = 0; i < (hi - lo) * C; i++) to[lo * C + i] = from[i];
  else
    for (int kw = lo; kw < hi; kw++, from += (size_t)d * C)
      for (int i = 0; i < C; i++) to[kw * C + i] = from[i];
}

// Where an output pixel is. Divisions cost as much as a window's arithmetic, so callers count along.
typedef struct Pixel { int image, row, column; } Pixel;
INLINE Pixel pixel_at(int index, int rows, int columns) {
  const int r = index / columns;
  return (Pixel){r / rows, r % rows, index - r * columns};
}
INLINE Pixel next_pixel(Pixel p, int rows, int columns) {
  if (++p.column < columns) return p;
  p.column = 0;
  if (++p.row < rows) return p;
  return (Pixel){p.image + 1, 0, 0};
}

// Points run[kh][lane] at the window's rows of one pixel, gathering those that do not lie in one piece.
INLINE void window_runs(const Geometry *g, const float *x, Pixel at, float *gathered, const float **run) {
  const int b = at.image, ih0 = at.row * g->stride_height - g->pad_top;
  const int iw0 = at.column * g->stride_width - g->pad_left;
  const int length = g->kernel_width * g->channels;
  const int inside = g->dilation_width == 1 && iw0 >= 0 && iw0 + g->kernel_width <= g->width;
  for (int kh = 0; kh < g->kernel_height; kh++, gathered += length) {
    const int ih = ih0 + kh * g->dilation_height;
    if (inside && ih >= 0 && ih < g->height) {
      run[kh * ROWS] = x + ((size_t)(b * g->height + ih) * g->width + iw0) * g->channels;
    } else {
      gather_run(g, x, b, ih, iw0, gathered);
      run[kh * ROWS] = gathered;
    }
  }
}

// tile_rows for windows, unrolled where they are the smallest and loops would cost as much as the work.
INLINE void tile_window(const int rows, const int cols, const float *const *run, int runs, int length,
                        const float *w, int N, V sums[][COLS]) {
  if (runs == 3 && length == 3) {
    UNROLL for (int r = 0; r < 3; r++) {
      UNROLL for (int k = 0; k < 3; k++) {
        V v[COLS];
        UNROLL for (int j = 0; j < cols; j++) v[j] = load(w + (size_t)(r * 3 + k) * N + j * VW);
        UNROLL for (int i = 0; i < rows; i++) {
          V s = splat(run[r * ROWS + i][k]);
          UNROLL for (int j = 0; j < cols; j++) sums[i][j] = FMA(s, v[j], sums[i][j]);
        }
      }
    }
    return;
  }
  tile_rows(rows, cols, run, runs, length, w, N, sums);
}

INLINE void conv2d_tile(const int cols, const float *const *run, int runs, int length, const float *w, int ldw,
                        const float *bias, float *out, int rows, int N, int n, int act) {
  V sums[ROWS][COLS];
  clear_sums(ROWS, cols, sums);
  tile_window(ROWS, cols, run, runs, length, w, ldw, sums);
  finish_tile(cols, sums, bias, out, rows, N, n, act);
}

// Few channels: bands of rows, and in each row ROWS pixels at a time, of which the last ones overlap those before.
// A function of its own: whoever compiles at run time has one way or the other to compile.
ALONE void conv2d_planes(const Task *task, const Geometry *g, Planes *p, const float *x,
                                                    const float *w, const float *bias, float *out, int act) {
  const int N = g->filters, across = g->out_width;
  int lo, hi;
  share(task, g->batch * p->bands, &lo, &hi);
  if (lo < hi) prepare_planes(g, w, p);
  for (int u = lo; u < hi; u++) {
    const int b = u / p->bands, oh = u % p->bands * p->band, end = min_int(p->band, g->out_height - oh);
    fill_planes(g, x + (size_t)b * g->height * g->width * g->channels, oh, p);
    for (int r = 0; r < end; r++) {
      float *to = out + ((size_t)b * g->out_height + oh + r) * across * N;
      EACH_COLUMN_BLOCK(n, N, {
        for (int ow = 0; ow < across; ow += ROWS) {
          const int at = min_int(ow, across - ROWS);
          V sums[ROWS][COLS];
          planes_tile(ROWS, cols, 0, p, p->x + (size_t)r * p->width + at, n, sums);
          finish_tile(cols, sums, bias, to + (size_t)at * N, ROWS, N, n, act);
        }
      });
    }
  }
}

// 3 x 3 over one unpadded channel, a common first layer, where there are registers enough: along a row of outputs, PATCH of them at a time
// from 3 x (PATCH + 2) inputs, while a vector of filters' 9 weights stay in registers. The last patch of a
// row overlaps the one before.
enum { PATCH = 4 };
INLINE int is_3x3x1(const Geometry *g) {
  return g->kernel_height == 3 && g->kernel_width == 3 && g->channels == 1 && g->pad_top == 0 && g->pad_left == 0 &&
         g->stride_height == 1 && g->stride_width == 1 && g->dilation_height == 1 && g->dilation_width == 1 &&
         g->out_height == g->height - 2 && g->out_width == g->width - 2;
}
ALONE void conv2d_3x3x1(const Task *task, const Geometry *g, const float *x, const float *w, const float *bias,
                        float *out, int act) {
  const int N = g->filters, W = g->width, across = g->out_width;
  int lo, hi;
  share(task, g->batch * g->out_height, &lo, &hi);
  for (int row = lo; row < hi; row++) {
    const float *from = x + ((size_t)(row / g->out_height) * g->height + row % g->out_height) * W;
    float *to = out + (size_t)row * across * N;
    for (int n = 0; n < N; n += VW) {
      V weight[9];
      UNROLL for (int k = 0; k < 9; k++) weight[k] = load(w + (size_t)k * N + n);
      const V add = bias ? load(bias + n) : zero();
      for (int ow = 0; ow < across; ow += PATCH) {
        const int at = min_int(ow, across - PATCH);
        V sums[PATCH] = {};
        UNROLL for (int r = 0; r < 3; r++) {
          UNROLL for (int u = 0; u < PATCH + 2; u++) {
            const V v = splat(from[r * W + at + u]);
            UNROLL for (int i = 0; i < PATCH; i++)
              if (u - i >= 0 && u - i < 3) sums[i] = FMA(v, weight[r * 3 + u - i], sums[i]);
          }
        }
        UNROLL for (int i = 0; i < PATCH; i++)
          store_part(to + (size_t)(at + i) * N + n, activate(act, sums[i] + add), N - n);
      }
    }
  }
}

// All other layers: windows gathered where they are not in one piece, a block of pixels at a time.
ALONE void conv2d_windows(const Task *task, const Geometry *g, const float *x, const float *w, const float *bias, float *out, int act) {
  const int N = g->filters, runs = g->kernel_height, length = g->kernel_width * g->channels, window = runs * length;
  const int pixels = g->batch * g->out_height * g->out_width;
  const size_t weights = (size_t)window * ceil_div(N, VW) * VW;
  // Large windows leave room for fewer pixels; the command's sender checks that ROWS of them fit.
  const size_t per_pixel = (size_t)window * 4 + (size_t)runs * sizeof(float *);
  int block = min_int(CONV_BLOCK, (int)(task->scratch_bytes / per_pixel));
  block = block / ROWS * ROWS;
  const size_t used = (block * per_pixel + 63) / 64 * 64;
  const float **run = (const float **)task->scratch;
  float *gathered = (float *)(task->scratch + (size_t)block * runs * sizeof(float *));
  int lo, hi;
  share(task, ceil_div(pixels, block), &lo, &hi);
  // Rows of weights that lie N apart fill L1 with lines of which a tile uses a part.
  float *panels = (float *)(task->scratch + used);
  const int packed = N > COLS * VW && (hi - lo) * block >= 512 && used + weights * 4 <= task->scratch_bytes;
  if (packed) EACH_COLUMN_BLOCK(n, N, pack_columns(cols, w + n, N, window, panels + (size_t)n * window));
  for (int u = lo; u < hi; u++) {
    const int p0 = u * block, n_pixels = min_int(block, pixels - p0);
    const int tiles = ceil_div(n_pixels, ROWS);
    Pixel at = pixel_at(p0, g->out_height, g->out_width);
    for (int p = 0; p < tiles * ROWS; p++) {
      window_runs(g, x, at, gathered + (size_t)p * window, run + (size_t)(p / ROWS) * runs * ROWS + p % ROWS);
      if (p < n_pixels - 1) at = next_pixel(at, g->out_height, g->out_width); // past the end: the last again
    }
    EACH_COLUMN_BLOCK(n, N, {
      for (int t = 0; t < tiles; t++)
        conv2d_tile(cols, run + (size_t)t * runs * ROWS, runs, length, packed ? panels + (size_t)n * window : w + n,
                    packed ? cols * VW : N, bias, out + (size_t)(p0 + t * ROWS) * N, min_int(ROWS, n_pixels - t * ROWS), N, n, act);
    });
  }
}

static void k_conv2d(const Task *task) {
  const float *x = FLOATS(0), *w = FLOATS(1), *bias = FLOATS_OR_NULL(2);
  float *out = FLOATS(3);
  const int act = INT(4);
  const Geometry *g = &GEOMETRY(5);
  Planes planes;
  if (COLS > 2 && is_3x3x1(g) && g->out_width >= PATCH) conv2d_3x3x1(task, g, x, w, bias, out, act);
  else if (g->out_width >= ROWS && find_planes(task, g, &planes)) conv2d_planes(task, g, &planes, x, w, bias, out, act);
  else conv2d_windows(task, g, x, w, bias, out, act);
}
