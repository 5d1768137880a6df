// Winograd's minimal filtering F(m x m, 3 x 3), m = 2 or 3 (Lavin and Gray, arXiv:1509.09308):
//   Y = A' [sum over c of (G w G') . (B' x B)] A
// gives m x m outputs from (m + 2) x (m + 2) inputs with (m + 2)^2 multiplications instead of 9 m^2:
// 0.44 of them for m = 2, 0.31 for m = 3. Summed over channels, each of the (m + 2)^2 frequencies is a
// matmul of its own. The gradients are the exact adjoints:
//   dX = B [sum over n of (G w G') . (A dY A')] B',   dw = G' [sum over tiles of (B' x B) . (A dY A')] G.
// Here are the transforms of tiles, shared by the kernels winograd*.c: 3 x 3 kernels, stride 1, any
// padding, image and channels. A tile that hangs over an edge reads zeros there and writes to a pixel
// of rubbish, so edges cost pointers, not branches.
// A tile of m = 2 can be the window of a 2 x 2 pool. Then the output is the pooled one with its winners'
// bytes (unpool.h), the gradient of the output is the pooled one with those bytes, and neither the
// activation nor its gradient ever exists.
#ifndef CNNKIT_WINOGRAD_H
#define CNNKIT_WINOGRAD_H
#include "geometry.h"
#include "tile.h"
#include "unpool.h"

// The matrices at the points 0, 1, -1, infinity (m = 2) and 0, 1, -1, 2, infinity (m = 3).
static const float BT2[4][4] = {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}};
static const float G2[4][3] = {{1, 0, 0}, {.5f, .5f, .5f}, {.5f, -.5f, .5f}, {0, 0, 1}};
static const float A2[4][2] = {{1, 0}, {1, 1}, {1, -1}, {0, -1}};
static const float BT3[5][5] = {
    {2, -1, -2, 1, 0}, {0, -2, -1, 1, 0}, {0, 2, -3, 1, 0}, {0, -1, 0, 1, 0}, {0, 2, -1, -2, 1}};
static const float G3[5][3] = {
    {.5f, 0, 0}, {-.5f, -.5f, -.5f}, {-1 / 6.f, 1 / 6.f, -1 / 6.f}, {1 / 6.f, 2 / 6.f, 4 / 6.f}, {0, 0, 1}};
static const float A3[5][3] = {{1, 0, 0}, {1, 1, 1}, {1, -1, 1}, {1, 2, 4}, {0, 0, 1}};
#define M_BT(i, j) (m == 2 ? BT2[i][j] : BT3[i][j])
#define M_B(i, j) M_BT(j, i)
#define M_G(i, j) (m == 2 ? G2[i][j] : G3[i][j])
#define M_GT(i, j) M_G(j, i)
#define M_A(i, j) (m == 2 ? A2[i][j] : A3[i][j])
#define M_AT(i, j) M_A(j, i)

// out = the sum of factor * value over k < n. Everything is known when the loop is unrolled: zeros
// vanish, ones add or subtract.
#define COMBINE(out, n, factor, value)                                                              \
  do {                                                                                              \
    V sum_ = zero();                                                                                \
    int some_ = 0;                                                                                  \
    UNROLL for (int k = 0; k < (n); k++) {                                                          \
      const float f_ = (factor);                                                                    \
      if (f_ == 0) continue;                                                                        \
      if (!some_) sum_ = f_ == 1 ? (value) : f_ == -1 ? -(value) : splat(f_) * (value);             \
      else if (f_ == 1) sum_ += (value);                                                            \
      else if (f_ == -1) sum_ -= (value);                                                           \
      else sum_ = FMA(splat(f_), (value), sum_);                                                    \
      some_ = 1;                                                                                    \
    }                                                                                               \
    (out) = sum_;                                                                                   \
  } while (0)

// OUT(i, j, value) = L in L', L being rows x n and in given by IN(i, j): a row at a time, so that only
// one row of intermediates is alive and 16 registers are enough.
#define SANDWICH(rows, n, L, IN, OUT)                                                               \
  UNROLL for (int i = 0; i < (rows); i++) {                                                         \
    V row_[5];                                                                                      \
    UNROLL for (int j = 0; j < (n); j++) COMBINE(row_[j], n, L(i, k), IN(k, j));                    \
    UNROLL for (int j = 0; j < (rows); j++) {                                                       \
      V value_;                                                                                     \
      COMBINE(value_, n, L(j, k), row_[k]);                                                         \
      OUT(i, j, value_);                                                                            \
    }                                                                                               \
  }

// Floats from one tile to the next in a frequency's plane. Whole cache lines, and never a multiple of
// 128 floats: rows would share a few sets of L1. src/cnnkit/kernels/winograd.ts has the same rule.
INLINE int tile_stride(int channels) {
  const int lines = ceil_div(channels, 16);
  return (lines % 8 == 0 ? lines + 1 : lines) * 16;
}
// Floats from one frequency's plane to the next: room for whole register tiles of any width's ROWS, and
// a line more, so that the planes do not share sets either.
INLINE size_t plane_stride(int tiles, int channels) {
  return (size_t)ceil_div(tiles, 12) * 12 * tile_stride(channels) + 16;
}

// The tiles of all outputs of all images, those at the right and bottom edge perhaps partial; of a
// pooled output only whole windows, as a valid pool has them.
typedef struct Tiles { int m, across, per_image, total; } Tiles;
INLINE Tiles tiles_of(const Geometry *g, int m, int pooled) {
  const int down = pooled ? g->out_height / 2 : ceil_div(g->out_height, m);
  const int across = pooled ? g->out_width / 2 : ceil_div(g->out_width, m);
  return (Tiles){m, across, down * across, g->batch * down * across};
}

// size x size pixels of an image from (y, x) on: in place, or pixel by pixel where some lie outside,
// `outside` standing in for those.
typedef struct Patch { float *at; size_t row; int whole; float *pixel[25]; } Patch;
INLINE void find_patch(Patch *p, float *images, int height, int width, int channels, const Tiles *tiles,
                       int t, int pad_top, int pad_left, int size, float *outside) {
  const int b = t / tiles->per_image, r = t % tiles->per_image;
  const int y = r / tiles->across * tiles->m - pad_top, x = r % tiles->across * tiles->m - pad_left;
  float *image = images + (size_t)b * height * width * channels;
  p->row = (size_t)width * channels;
  p->at = image;
  p->whole = y >= 0 && x >= 0 && y + size <= height && x + size <= width;
  if (p->whole) {
    p->at += ((size_t)y * width + x) * channels;
    return;
  }
  for (int i = 0; i < size; i++)
    for (int j = 0; j < size; j++) {
      const int inside = y + i >= 0 && y + i < height && x + j >= 0 && x + j < width;
      p->pixel[i * size + j] = inside ? image + ((size_t)(y + i) * width + x + j) * channels : outside;
    }
}
#define PIXEL(p, whole, size, channels, i, j) \
  ((whole) ? (p)->at + (size_t)(i) * (p)->row + (size_t)(j) * (channels) : (p)->pixel[(i) * (size) + (j)])

// B' x B of one tile, channels [c0, c1): plane f's value lands in v[f * fs + c - c0].
INLINE void transform_input(const int m, const int whole, const Patch *p, int C, int c0, int c1, float *v,
                            size_t fs) {
  for (int c = c0; c < c1; c += VW, v += VW) {
#define IN(i, j) load(PIXEL(p, whole, m + 2, C, i, j) + c)
#define OUT(i, j, value) store(v + (size_t)((i) * (m + 2) + (j)) * fs, value)
    SANDWICH(m + 2, m + 2, M_BT, IN, OUT)
#undef IN
#undef OUT
  }
}
INLINE void input_tiles_of(const int m, const Geometry *g, const Tiles *tiles, float *x, float *zeros, int c0,
                           int c1, float *v, size_t fs, int t0, int count) {
  Patch p;
  for (int t = 0; t < count; t++, v += tile_stride(c1 - c0)) {
    find_patch(&p, x, g->height, g->width, g->channels, tiles, t0 + t, g->pad_top, g->pad_left, m + 2, zeros);
    if (p.whole) transform_input(m, 1, &p, g->channels, c0, c1, v, fs);
    else transform_input(m, 0, &p, g->channels, c0, c1, v, fs);
  }
}
// The transformed inputs of tiles [t0, t0 + count), channels [c0, c1).
static void input_tiles(const Geometry *g, const Tiles *tiles, float *x, float *zeros, int c0, int c1, float *v,
                        size_t fs, int t0, int count) {
  if (tiles->m == 2) input_tiles_of(2, g, tiles, x, zeros, c0, c1, v, fs, t0, count);
  else input_tiles_of(3, g, tiles, x, zeros, c0, c1, v, fs, t0, count);
}

// A dY A' of one tile; with a mask, dY is the pooled gradient where that output won its window.
INLINE void transform_gradient(const int m, const int whole, const int pooled, const Patch *p, const float *dy,
                               const int8_t *mask, int N, float *v, size_t fs) {
  for (int n = 0; n < N; n += VW, v += VW) {
    V e[3][3];
    if (pooled) {
      const V gradient = load(dy + n);
      const VI winner = load_bytes(mask + n);
      UNROLL for (int i = 0; i < m; i++)
        UNROLL for (int j = 0; j < m; j++) e[i][j] = keep(winner == i * m + j, gradient);
    } else {
      UNROLL for (int i = 0; i < m; i++)
        UNROLL for (int j = 0; j < m; j++) e[i][j] = load(PIXEL(p, whole, m, N, i, j) + n);
    }
#define IN(i, j) e[i][j]
#define OUT(i, j, value) store(v + (size_t)((i) * (m + 2) + (j)) * fs, value)
    SANDWICH(m + 2, m, M_A, IN, OUT)
#undef IN
#undef OUT
  }
}
INLINE void gradient_tiles_of(const int m, const Geometry *g, const Tiles *tiles, float *dy, float *zeros, float *v,
                              size_t fs, int t0, int count) {
  Patch p;
  for (int t = 0; t < count; t++, v += tile_stride(g->filters)) {
    find_patch(&p, dy, g->out_height, g->out_width, g->filters, tiles, t0 + t, 0, 0, m, zeros);
    if (p.whole) transform_gradient(m, 1, 0, &p, 0, 0, g->filters, v, fs);
    else transform_gradient(m, 0, 0, &p, 0, 0, g->filters, v, fs);
  }
}
// The transformed gradients of tiles [t0, t0 + count), all filters; pooled where there is a mask.
static void gradient_tiles(const Geometry *g, const Tiles *tiles, float *dy, const int8_t *mask, float *zeros,
                           float *v, size_t fs, int t0, int count) {
  const int N = g->filters;
  if (mask)
    for (int t = 0; t < count; t++, v += tile_stride(N)) {
      const size_t at = (size_t)(t0 + t) * N;
      transform_gradient(2, 0, 1, 0, dy + at, mask + at, N, v, fs);
    }
  else if (tiles->m == 2) gradient_tiles_of(2, g, tiles, dy, zeros, v, fs, t0, count);
  else gradient_tiles_of(3, g, tiles, dy, zeros, v, fs, t0, count);
}

// One frequency: out[tile][columns] = in[tile][depth] . u[depth][columns], u in panels of the columns
// that a register tile takes. Tiles come ROWS at a time; those past `count` are rubbish and stay so.
static void frequency_matmul(const float *in, int in_stride, int depth, const float *u, float *out, int out_stride,
                             int columns, int count) {
  EACH_COLUMN_BLOCK(n, columns, {
    for (int t = 0; t < count; t += ROWS) {
      const float *run[ROWS];
      V sums[ROWS][COLS];
      UNROLL for (int i = 0; i < ROWS; i++) run[i] = in + (size_t)(t + i) * in_stride;
      clear_sums(ROWS, cols, sums);
      tile_rows(ROWS, cols, run, 1, depth, u + (size_t)n * depth, cols * VW, sums);
      UNROLL for (int i = 0; i < ROWS; i++)
        UNROLL for (int j = 0; j < cols; j++) store(out + (size_t)(t + i) * out_stride + n + j * VW, sums[i][j]);
    }
  });
}
// Floats of one frequency of u.
INLINE size_t filter_plane(int depth, int columns) { return (size_t)depth * ceil_div(columns, VW) * VW; }
#endif
