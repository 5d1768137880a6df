// Winograd's minimal filtering F(m x m, 3 x 3), m = 2, 3 or 4, and 5 forward (Lavin and Gray, arXiv:1509.09308):
//   Y = A' [sum over c of (G w G') . (B' x B)] A
// gives m x m outputs from (m + 2) x (m + 2) inputs with (m + 2)^2 multiplications instead of 9 m^2:
// 0.44 of them for m = 2, 0.31 for m = 3, 0.25 for m = 4, 0.22 for m = 5. Summed over channels, each of the
// (m + 2)^2 frequencies is a matmul of its own. The gradients are the exact adjoints:
//   dX = B [sum over n of (G w G') . (A dY A')] B',   dw = G' [sum over tiles of (B' x B) . (A dY A')] G.
// With m = 2 an output depends on nothing but its own window, rounding included: B' and A share their
// zeros so that what lies outside only meets what lies outside. Windows of zeros give exact zeros and
// windows alike along rows or columns exact ties, as summing directly does. With m = 3 to 5 that cancels
// only up to rounding. Bounds that the tests hold, in units of 2^-24 times the largest sum of |x| |w| in a
// tensor: 6 for m = 2, 8 for m = 3, 20 for m = 4, 32 for m = 5; their points were chosen for that.
// Behind a pool there is EIGHT besides: 5 x 5 outputs by 8 x 8 products, 2.56 an output, of which three a side make one
// modulo x^2 + 1 (bound 6): a third of the errors of m = 5, and no more than direct sums have, where a network learns
// from what the pool decides.
// Here are the transforms of tiles, shared by the kernels winograd*.c: 3 x 3 kernels, stride 1, any
// padding, image and channels. A tile that hangs over an edge goes by way of a patch of memory, so the
// transforms themselves know no edges.
// With a 2 x 2 pool behind, the output is the pooled one with its winners' bytes (unpool.h), and the activation exists
// a tile (m = 2, the pool's window) or an image at a time; its gradient goes by pooled-dx.c and pooled-dw.c.
#ifndef CNNKIT_WINOGRAD_H
#define CNNKIT_WINOGRAD_H
#include "geometry.h"
#include "tile.h"
#include "unpool.h"

// The matrices at the points 0, 1, -1, infinity (m = 2).
static const float BT2[4][4] = {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}};
static const float G2[4][3] = {{1, 0, 0}, {.5f, .5f, .5f}, {.5f, -.5f, .5f}, {0, 0, 1}};
static const float A2[4][2] = {{1, 0}, {1, 1}, {1, -1}, {0, -1}};
INLINE V times(float s, V a, V b) { return FMA(splat(s), a, b); } // s * a + b
// At 1/2, -1/2, 3/2, -3/2, infinity (m = 3): of the smallest errors among points a, -a, b, -b and 0 or infinity
// that are exact with all their products. Pairs of opposite points share their even and odd halves, so that a
// column takes 8 to 12 multiply-adds; G alone is left to its matrix.
#define A3 .5f
#define B3 1.5f
#define AA3 (A3 * A3)
#define BB3 (B3 * B3)
#define TO_A3 (2 * (AA3 - BB3))
static const float G3[5][3] = {
    {1 / (A3 * TO_A3), 1 / TO_A3, A3 / TO_A3}, {-1 / (A3 * TO_A3), 1 / TO_A3, -A3 / TO_A3},
    {-1 / (B3 * TO_A3), -1 / TO_A3, -B3 / TO_A3}, {1 / (B3 * TO_A3), -1 / TO_A3, B3 / TO_A3},
    {0, 0, 1}};
INLINE void column_bt3(const V *d, V *r) {
  const V ea = times(-BB3, d[0], d[2]), oa = times(-BB3, d[1], d[3]);
  const V eb = times(-AA3, d[0], d[2]), ob = times(-AA3, d[1], d[3]);
  r[0] = times(A3, ea, oa);
  r[1] = times(-A3, ea, oa);
  r[2] = times(B3, eb, ob);
  r[3] = times(-B3, eb, ob);
  r[4] = times(AA3 * BB3, d[0], times(-(AA3 + BB3), d[2], d[4]));
}
INLINE void column_b3(const V *d, V *r) {
  const V pa = d[0] + d[1], ma = (d[0] - d[1]) * A3, pb = d[2] + d[3], mb = (d[2] - d[3]) * B3;
  r[0] = times(-AA3, mb, times(-BB3, ma, d[4] * (AA3 * BB3)));
  r[1] = times(-BB3, pa, pb * -AA3);
  r[2] = times(-(AA3 + BB3), d[4], ma + mb);
  r[3] = pa + pb;
  r[4] = d[4];
}
INLINE void column_a3(const V *d, V *r) {
  const V ea = times(AA3, d[2], d[0]), eb = times(BB3, d[2], d[0]);
  r[0] = times(A3, d[1], ea);
  r[1] = times(-A3, d[1], ea);
  r[2] = times(B3, d[1], eb);
  r[3] = times(-B3, d[1], eb);
  r[4] = d[2];
}
INLINE void column_at3(const V *d, V *r) {
  const V pa = d[0] + d[1], pb = d[2] + d[3];
  r[0] = pa + pb;
  r[1] = times(B3, d[2] - d[3], (d[0] - d[1]) * A3);
  r[2] = times(BB3, pb, times(AA3, pa, d[4]));
}
// At 0, 3/4, -3/4, 3/2, -3/2, infinity (m = 4): among points a, -a, b, -b those of the smallest errors that
// are exact with all their products, half of what 1, -1, 2, -2 give. Pairs of opposite points share their
// even and odd halves, so that a column takes 12 to 16 multiply-adds; G alone is left to its matrix.
#define A4 .75f
#define B4 1.5f
#define AA (A4 * A4)
#define BB (B4 * B4)
static const float G4[6][3] = {
    {1 / (AA * BB), 0, 0},
    {.5f / (AA * (AA - BB)), .5f / (A4 * (AA - BB)), .5f / (AA - BB)},
    {.5f / (AA * (AA - BB)), -.5f / (A4 * (AA - BB)), .5f / (AA - BB)},
    {.5f / (BB * (BB - AA)), .5f / (B4 * (BB - AA)), .5f / (BB - AA)},
    {.5f / (BB * (BB - AA)), -.5f / (B4 * (BB - AA)), .5f / (BB - AA)},
    {0, 0, 1}};
INLINE void column_bt4(const V *d, V *r) {
  const V ea = times(-BB, d[2], d[4]), oa = times(-BB, d[1], d[3]);
  const V eb = times(-AA, d[2], d[4]), ob = times(-AA, d[1], d[3]);
  r[0] = times(AA * BB, d[0], times(-(AA + BB), d[2], d[4]));
  r[1] = times(A4, oa, ea);
  r[2] = times(-A4, oa, ea);
  r[3] = times(B4, ob, eb);
  r[4] = times(-B4, ob, eb);
  r[5] = times(AA * BB, d[1], times(-(AA + BB), d[3], d[5]));
}
INLINE void column_b4(const V *d, V *r) {
  const V pa = d[1] + d[2], ma = (d[1] - d[2]) * A4, pb = d[3] + d[4], mb = (d[3] - d[4]) * B4;
  r[0] = d[0] * (AA * BB);
  r[1] = times(-AA, mb, times(-BB, ma, d[5] * (AA * BB)));
  r[2] = times(-AA, pb, times(-BB, pa, d[0] * -(AA + BB)));
  r[3] = times(-(AA + BB), d[5], ma + mb);
  r[4] = d[0] + pa + pb;
  r[5] = d[5];
}
INLINE void column_a4(const V *d, V *r) {
  const V ea = times(AA, d[2], d[0]), oa = times(AA, d[3], d[1]);
  const V eb = times(BB, d[2], d[0]), ob = times(BB, d[3], d[1]);
  r[0] = d[0];
  r[1] = times(A4, oa, ea);
  r[2] = times(-A4, oa, ea);
  r[3] = times(B4, ob, eb);
  r[4] = times(-B4, ob, eb);
  r[5] = d[3];
}
INLINE void column_at4(const V *d, V *r) {
  const V pa = d[1] + d[2], ma = (d[1] - d[2]) * A4, pb = d[3] + d[4], mb = (d[3] - d[4]) * B4;
  r[0] = d[0] + pa + pb;
  r[1] = ma + mb;
  r[2] = times(BB, pb, pa * AA);
  r[3] = times(BB, mb, times(AA, ma, d[5]));
}
// A column by G's rows of two opposite points.
INLINE void pair_g(float point, float norm, const V *d, V *r) {
  const V even = times(point * point, d[2], d[0]), odd = d[1] * point;
  r[0] = (odd + even) * (1 / norm);
  r[1] = (odd - even) * (1 / norm);
}
// At 1/4, -1/4, 7/8, -7/8, 7/4, -7/4, infinity (m = 5), found as those of m = 3; forward only. For 10 x 10 outputs, what
// is left of 28 x 28 pixels behind two convolutions and a pool, whole tiles of 5 take half the products of tiles of 2.
#define A5 .25f
#define B5 .875f
#define C5 1.75f
#define AA5 (A5 * A5)
#define BB5 (B5 * B5)
#define CC5 (C5 * C5)
#define N5A (2 * A5 * (AA5 - BB5) * (AA5 - CC5))
#define N5B (2 * B5 * (BB5 - AA5) * (BB5 - CC5))
#define N5C (2 * C5 * (CC5 - AA5) * (CC5 - BB5))
INLINE void column_g5(const V *d, V *r) {
  pair_g(A5, N5A, d, r);
  pair_g(B5, N5B, d, r + 2);
  pair_g(C5, N5C, d, r + 4);
  r[6] = d[2];
}
INLINE void column_bt5(const V *d, V *r) {
#define PAIR(point, s, t, at) /* x^5 - s x^3 + t x at odd places, and the same one place before at even ones */     \
  do {                                                                                                           \
    const V even = times(t, d[0], times(-(s), d[2], d[4])), odd = times(t, d[1], times(-(s), d[3], d[5]));       \
    r[at] = times(point, even, odd);                                                                             \
    r[(at) + 1] = times(-(point), even, odd);                                                                    \
  } while (0)
  PAIR(A5, BB5 + CC5, BB5 * CC5, 0);
  PAIR(B5, AA5 + CC5, AA5 * CC5, 2);
  PAIR(C5, AA5 + BB5, AA5 * BB5, 4);
#undef PAIR
  const V high = times(-(AA5 + BB5 + CC5), d[4], d[6]);
  r[6] = times(-AA5 * BB5 * CC5, d[0], times(AA5 * BB5 + BB5 * CC5 + CC5 * AA5, d[2], high));
}
INLINE void column_at5(const V *d, V *r) {
  const V pa = d[0] + d[1], ma = (d[0] - d[1]) * A5, pb = d[2] + d[3], mb = (d[2] - d[3]) * B5;
  const V pc = d[4] + d[5], mc = (d[4] - d[5]) * C5;
  r[0] = pa + pb + pc;
  r[1] = ma + mb + mc;
  r[2] = times(CC5, pc, times(BB5, pb, pa * AA5));
  r[3] = times(CC5, mc, times(BB5, mb, ma * AA5));
  r[4] = times(CC5 * CC5, pc, times(BB5 * BB5, pb, times(AA5 * AA5, pa, d[6])));
}
// EIGHT: at 1/2, -1/2, 5/4, -5/4, infinity and modulo x^2 + 1 (Barabasz and Gregg, arXiv:1905.05233, on such factors), of
// which three products make one: a0 b0, a1 b1 and (a0 - a1) (b1 - b0). Of the smallest errors among points a, -a, b, -b,
// infinity and x^2 + q. Rows 4 to 6 are those of x^2 + 1, row 7 is infinity's.
#define A8 .5f
#define B8 1.25f
#define AA8 (A8 * A8)
#define BB8 (B8 * B8)
INLINE void column_g8(const V *d, V *r) {
  pair_g(A8, 2 * A8 * (AA8 - BB8) * (AA8 + 1), d, r);
  pair_g(B8, 2 * B8 * (BB8 - AA8) * (BB8 + 1), d, r + 2);
  r[4] = (d[0] - d[2]) * (1 / ((1 + AA8) * (1 + BB8)));
  r[5] = d[1] * (1 / ((1 + AA8) * (1 + BB8)));
  r[6] = r[5] - r[4];
  r[7] = d[2];
}
INLINE void column_bt8(const V *d, V *r) {
#define PAIR(point, other, at) /* x^4 + (1 - b^2) x^2 - b^2 at odd places, and the same one place before at even ones */ \
  do {                                                                                                           \
    const V even = times(-(other), d[0], times(1 - (other), d[2], d[4]));                                        \
    const V odd = times(-(other), d[1], times(1 - (other), d[3], d[5]));                                         \
    r[at] = times(point, even, odd);                                                                             \
    r[(at) + 1] = times(-(point), even, odd);                                                                    \
  } while (0)
  PAIR(A8, BB8, 0);
  PAIR(B8, AA8, 2);
#undef PAIR
  const V low = times(AA8 * BB8, d[0], times(-(AA8 + BB8), d[2], d[4]));
  r[6] = times(AA8 * BB8, d[1], times(-(AA8 + BB8), d[3], d[5]));
  r[4] = r[6] + low;
  r[5] = r[6] - low;
  r[7] = times(AA8 * BB8, d[0], times(AA8 * BB8 - AA8 - BB8, d[2], times(1 - AA8 - BB8, d[4], d[6])));
}
INLINE void column_at8(const V *d, V *r) {
  const V pa = d[0] + d[1], ma = (d[0] - d[1]) * A8, pb = d[2] + d[3], mb = (d[2] - d[3]) * B8;
  const V even = d[4] + d[6], odd = d[5] - d[6];
  r[0] = pa + pb + even;
  r[1] = ma + mb + odd;
  r[2] = times(BB8, pb, times(AA8, pa, -even));
  r[3] = times(BB8, mb, times(AA8, ma, -odd));
  r[4] = times(BB8 * BB8, pb, times(AA8 * AA8, pa, even + d[7]));
}
// OUT(i, j, value) = L in L' for L of one of these, from IN(i, j), n columns to `rows` rows: columns first, by
// way of the stack, then rows, so that 16 registers are enough.
#define PASSES(COLUMN, rows, n, IN, OUT)                                                            \
  do {                                                                                              \
    float half_[56 * VW];                                                                           \
    ROLLED for (int j = 0; j < (n); j++) {                                                          \
      V d_[8], r_[8];                                                                               \
      UNROLL for (int i = 0; i < (n); i++) d_[i] = IN(i, j);                                        \
      COLUMN(d_, r_);                                                                               \
      UNROLL for (int i = 0; i < (rows); i++) store(half_ + (i * (n) + j) * VW, r_[i]);             \
    }                                                                                               \
    ROLLED for (int i = 0; i < (rows); i++) {                                                       \
      V d_[8], r_[8];                                                                               \
      UNROLL for (int j = 0; j < (n); j++) d_[j] = load(half_ + (i * (n) + j) * VW);                \
      COLUMN(d_, r_);                                                                               \
      UNROLL for (int j = 0; j < (rows); j++) OUT(i, j, r_[j]);                                     \
    }                                                                                               \
  } while (0)
#define M_BT(i, j) BT2[i][j]
#define M_B(i, j) BT2[j][i]
#define M_G(i, j) (m == 2 ? G2[i][j] : m == 3 ? G3[i][j] : G4[i][j])
#define M_A(i, j) A2[i][j]
#define M_AT(i, j) A2[j][i]

// out = the sum of factor * value over k < n. Everything is known when the loop is unrolled: zeros
// vanish, ones add or subtract.
#define COMBINE(out, n, factor, value)                                                              \
  do {                                                                                              \
    V sum_ = zero();                                                                                \
    int some_ = 0;                                                                                  \
    UNROLL for (int k = 0; k < (n); k++) {                                                          \
      const float f_ = (factor);                                                                    \
      if (f_ == 0) continue;                                                                        \
      if (!some_ && f_ == 1) sum_ = (value);                                                        \
      else if (!some_ && f_ == -1) sum_ = -(value);                                                 \
      else if (!some_) sum_ = splat(f_) * (value);                                                  \
      else if (f_ == 1) sum_ += (value);                                                            \
      else if (f_ == -1) sum_ -= (value);                                                           \
      else sum_ = FMA(splat(f_), (value), sum_);                                                    \
      some_ = 1;                                                                                    \
    }                                                                                               \
    (out) = sum_;                                                                                   \
  } while (0)

// A column by G of m, and one by G'.
#define COLUMN_G(d, r) UNROLL for (int row_ = 0; row_ < points_of(m); row_++) COMBINE((r)[row_], 3, M_G(row_, k), (d)[k])
#define COLUMN_GT(d, r) UNROLL for (int row_ = 0; row_ < 3; row_++) COMBINE((r)[row_], points_of(m), M_G(k, row_), (d)[k])

// OUT(i, j, value) = L in L', L being rows x n and in given by IN(i, j): a row at a time, so that only
// one row of intermediates is alive and 16 registers are enough.
#define SANDWICH(rows, n, L, IN, OUT)                                                               \
  UNROLL for (int i = 0; i < (rows); i++) {                                                         \
    V row_[4];                                                                                      \
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
// `m` says how they are made: m outputs a side, or EIGHT.
enum { EIGHT = 8 };
INLINE int side_of(int m) { return m == EIGHT ? 5 : m; }
INLINE int points_of(int m) { return m == EIGHT ? m : m + 2; }
typedef struct Tiles { int m, side, across, per_image, total; } Tiles;
INLINE Tiles tiles_of(const Geometry *g, int m, int pooled) {
  const int side = side_of(m);
  const int down = ceil_div(pooled ? g->out_height / 2 * 2 : g->out_height, side);
  const int across = ceil_div(pooled ? g->out_width / 2 * 2 : g->out_width, side);
  return (Tiles){m, side, across, down * across, g->batch * down * across};
}

// size x size pixels of an image, those of one tile: in place, or in `spare` where some do not exist.
// `first` is where the top left one is or would be; rows [y0, y1) and columns [x0, x1) exist.
typedef struct Patch {
  float *at, *first;
  size_t row, pixel, image_row, image_pixel;
  int size, whole, y0, y1, x0, x1;
} Patch;
INLINE Patch find_patch(float *images, int height, int width, int channels, const Tiles *tiles, int t, int pad_top,
                        int pad_left, int size, int used, float *spare) {
  const int b = t / tiles->per_image, r = t % tiles->per_image;
  const int y = r / tiles->across * tiles->side - pad_top, x = r % tiles->across * tiles->side - pad_left;
  Patch p = {.image_row = (size_t)width * channels, .image_pixel = (size_t)channels, .size = size,
             .y0 = max_int(0, -y), .y1 = min_int(size, height - y), .x0 = max_int(0, -x), .x1 = min_int(size, width - x)};
  p.first = images + (((ptrdiff_t)b * height + y) * width + x) * channels;
  p.whole = p.y0 == 0 && p.x0 == 0 && p.y1 == size && p.x1 == size;
  p.at = p.whole ? p.first : spare;
  p.row = p.whole ? p.image_row : (size_t)size * used;
  p.pixel = p.whole ? p.image_pixel : (size_t)used;
  return p;
}
// Has the patch in spare whether it exists or not, pixels `used` floats apart.
INLINE void leave_image(Patch *p, int used, float *spare) {
  p->whole = 0;
  p->at = spare;
  p->row = (size_t)p->size * used;
  p->pixel = (size_t)used;
}
// Fills a spare patch with what exists and zeros. Each pixel may overrun into the next, so in order.
static void fetch_patch(const Patch *p, int used) {
  for (int i = 0; i < p->size; i++)
    for (int j = 0; j < p->size; j++) {
      const float *from = p->first + (ptrdiff_t)(i * p->image_row) + (ptrdiff_t)(j * p->image_pixel);
      float *to = p->at + i * p->row + j * p->pixel;
      if (i >= p->y0 && i < p->y1 && j >= p->x0 && j < p->x1) for (int c = 0; c < used; c += VW) store(to + c, load(from + c));
      else for (int c = 0; c < used; c += VW) store(to + c, zero());
    }
}
// Writes what exists of a spare patch to where it belongs.
static void put_patch(const Patch *p, int used) {
  for (int i = p->y0; i < p->y1; i++)
    for (int j = p->x0; j < p->x1; j++) {
      float *to = p->first + (ptrdiff_t)(i * p->image_row) + (ptrdiff_t)(j * p->image_pixel);
      const float *from = p->at + i * p->row + j * p->pixel;
      for (int c = 0; c < used; c += VW) store_part(to + c, load(from + c), used - c);
    }
}
#define PIXEL(p, i, j) ((p)->at + (i) * (p)->row + (j) * (p)->pixel)

// For each size of tiles its own functions, ALONE: a model seldom takes all of them.
#define TILE_SIZES(CASE) CASE(2) CASE(3) CASE(4)
#define FORWARD_TILE_SIZES(CASE) TILE_SIZES(CASE) CASE(5) CASE(8)
#define BY_TILE_SIZE(m, function, ...)                                                              \
  do {                                                                                              \
    if ((m) == 2) function##_2(__VA_ARGS__);                                                        \
    else if ((m) == 4) function##_4(__VA_ARGS__);                                                   \
    else function##_3(__VA_ARGS__);                                                                 \
  } while (0)
#define BY_FORWARD_TILE_SIZE(m, function, ...)                                                      \
  do {                                                                                              \
    if ((m) == 5) function##_5(__VA_ARGS__);                                                        \
    else if ((m) == EIGHT) function##_8(__VA_ARGS__);                                               \
    else BY_TILE_SIZE(m, function, __VA_ARGS__);                                                    \
  } while (0)

// B' x B of one tile: plane f's values land in v[f * fs + c].
INLINE void transform_input(const int m, const Patch *p, int C, float *v, size_t fs) {
  for (int c = 0; c < C; c += VW, v += VW) {
#define IN(i, j) load(PIXEL(p, i, j) + c)
#define OUT(i, j, value) store(v + (size_t)((i) * points_of(m) + (j)) * fs, value)
    if (m == EIGHT) PASSES(column_bt8, 8, 7, IN, OUT);
    else if (m == 5) PASSES(column_bt5, 7, 7, IN, OUT);
    else if (m == 4) PASSES(column_bt4, 6, 6, IN, OUT);
    else if (m == 3) PASSES(column_bt3, 5, 5, IN, OUT);
    else SANDWICH(4, 4, M_BT, IN, OUT)
#undef IN
#undef OUT
  }
}
#define CASE(m) \
  ALONE void transform_input_##m(const Patch *p, int C, float *v, size_t fs) { transform_input(m, p, C, v, fs); }
FORWARD_TILE_SIZES(CASE)
#undef CASE
// Asks for the next image's part of an image of `pixels` pixels that is tile t's: tiles hop from row to row and pixel to
// pixel, so that no processor sees what they want next.
INLINE void prefetch_tile(const Tiles *tiles, int t, const float *images, int pixels, int channels) {
  const Task part = {.chunk = t % tiles->per_image, .chunks = tiles->per_image};
  int lo, hi;
  share(&part, ceil_div(pixels * channels, 16), &lo, &hi);
  const float *next = images + (size_t)(t / tiles->per_image + 1) * pixels * channels;
  ROLLED for (int line = lo; line < hi; line++) PREFETCH(next + (size_t)line * 16);
}
// The transformed inputs of tiles [t0, t0 + count), channels [c0, c1).
static void input_tiles(const Geometry *g, const Tiles *tiles, float *x, float *spare, int c0, int c1, float *v,
                        size_t fs, int t0, int count) {
  for (int t = 0; t < count; t++, v += tile_stride(c1 - c0)) {
    const Patch p = find_patch(x + c0, g->height, g->width, g->channels, tiles, t0 + t, g->pad_top, g->pad_left,
                               tiles->side + 2, c1 - c0, spare);
    if (!p.whole) fetch_patch(&p, c1 - c0);
    prefetch_tile(tiles, t0 + t, x, g->height * g->width, g->channels);
    BY_FORWARD_TILE_SIZE(tiles->m, transform_input, &p, c1 - c0, v, fs);
  }
}

// A dY A' of one tile.
INLINE void transform_gradient(const int m, const Patch *p, int N, float *v, size_t fs) {
  for (int n = 0; n < N; n += VW, v += VW) {
#define IN(i, j) load(PIXEL(p, i, j) + n)
#define OUT(i, j, value) store(v + (size_t)((i) * (m + 2) + (j)) * fs, value)
    if (m == 4) PASSES(column_a4, 6, 4, IN, OUT);
    else if (m == 3) PASSES(column_a3, 5, 3, IN, OUT);
    else SANDWICH(4, 2, M_A, IN, OUT)
#undef IN
#undef OUT
  }
}
#define CASE(m) \
  ALONE void transform_gradient_##m(const Patch *p, int N, float *v, size_t fs) { transform_gradient(m, p, N, v, fs); }
TILE_SIZES(CASE)
#undef CASE
// The transformed gradients of tiles [t0, t0 + count), all filters.
static void gradient_tiles(const Geometry *g, const Tiles *tiles, float *dy, float *spare, float *v, size_t fs, int t0,
                           int count) {
  const int N = g->filters;
  for (int t = 0; t < count; t++, v += tile_stride(N)) {
    const Patch p = find_patch(dy, g->out_height, g->out_width, N, tiles, t0 + t, 0, 0, tiles->side, N, spare);
    if (!p.whole) fetch_patch(&p, N);
    prefetch_tile(tiles, t0 + t, dy, g->out_height * g->out_width, N);
    BY_TILE_SIZE(tiles->m, transform_gradient, &p, N, v, fs);
  }
}

// Floats from one frequency of u to the next: a line more, as above.
INLINE size_t filter_plane(int depth, int columns) { return (size_t)depth * ceil_div(columns, VW) * VW + 16; }
// One frequency: out[tile][columns] = in[tile][depth] . u[depth][columns], u in panels of the columns that a register
// tile takes. Those past `count` that a register tile has too are rubbish and stay so. Summed DEPTH at a time: of 32
// channels that takes a fifth off the errors of a sum in one go, for an addition in DEPTH. Half a tile's rows leave room
// in registers for what was summed up before: 12 to 20 % of the time of whole tiles with that in memory, at 512 bits, and
// 4 to 12 % at 256, most of them for 3 rows past `count` at most. Meanwhile the next frequency's u, `next` floats further,
// comes into L2, which does not hold all of them: 5 % of a whole convolution's time.
enum { DEPTH = 8, FREQUENCY_ROWS = VECTOR_BITS > 128 ? ROWS / 2 : ROWS };
static void frequency_matmul(const float *in, int in_stride, int depth, const float *u, size_t next, float *out, int out_stride,
                             int columns, int count) {
  EACH_COLUMN_BLOCK(n, columns, {
    const float *coming = u + next + (size_t)n * depth;
    const int lines = ceil_div(ceil_div(depth * cols * VW, 16), ceil_div(count, FREQUENCY_ROWS));
    for (int t = 0; t < count; t += FREQUENCY_ROWS) {
      ROLLED for (int i = 0; i < lines; i++, coming += 16) PREFETCH(coming);
      float *to = out + (size_t)t * out_stride + n;
      V sums[FREQUENCY_ROWS][COLS];
      clear_sums(FREQUENCY_ROWS, cols, sums);
      for (int d = 0; d < depth; d += DEPTH) {
        const float *run[ROWS];
        V part[FREQUENCY_ROWS][COLS];
        UNROLL for (int i = 0; i < FREQUENCY_ROWS; i++) run[i] = in + (size_t)(t + i) * in_stride + d;
        clear_sums(FREQUENCY_ROWS, cols, part);
        tile_rows(FREQUENCY_ROWS, cols, run, 1, min_int(DEPTH, depth - d), u + (size_t)n * depth + (size_t)d * cols * VW, cols * VW, part);
        UNROLL for (int i = 0; i < FREQUENCY_ROWS; i++)
          UNROLL for (int j = 0; j < cols; j++) sums[i][j] += part[i][j];
      }
      UNROLL for (int i = 0; i < FREQUENCY_ROWS; i++)
        UNROLL for (int j = 0; j < cols; j++) store(to + (size_t)i * out_stride + j * VW, sums[i][j]);
    }
  });
}
// Where row d's vector from column n on lies in one frequency of u: panels as EACH_COLUMN_BLOCK takes them.
INLINE size_t filter_place(int depth, int columns, int d, int n) {
  int first = n - n % (COLS * VW), width = COLS;
  const int left = ceil_div(columns - first, VW);
  if (left < COLS) width = COLS > 2 && left >= 2 && n < first + 2 * VW ? 2 : 1;
  if (width == 1) first = n;
  return (size_t)first * depth + (size_t)d * width * VW + (n - first);
}
#endif
