// winograd-filter: U[f] = G w G' of 3 x 3 weights w[3][3][C][N], each frequency as panels of the
// columns that a register tile takes: U[f][panel][C][columns]. The gradient of the input takes the
// same of w transposed. Made once a set of weights. Chunks: 16 channels at a time.
// winograd: out = act(conv(x, w) + bias) by F(m x m, 3 x 3) of winograd.h, plain or 2 x 2 pooled.
// Chunks: blocks of tiles. A block is transformed into V[f][tile][C], multiplied by U frequency by
// frequency into M[f][tile][N] and transformed back; V and M stay in L2, a frequency's U in L1.
// Cost: (m + 2)^2 C N multiply-adds a tile (4 C N an output for m = 2, 2.8 for m = 3, 2.25 for m = 4, against 9), and
// about 3 (m + 2)^2 additions or moves a tile and channel or filter.
#include "winograd.h"

INLINE void filter_channels(const int m, const float *w, int C, int N, int c0, int c1, float *u) {
  const size_t fs = filter_plane(C, N);
  for (int n0 = 0; n0 < N; n0 += COLS * VW)
    for (int c = c0; c < c1; c++)
      for (int n = n0; n < min_int(N, n0 + COLS * VW); n += VW) {
        const float *from = w + (size_t)c * N + n;
        float *to = u + filter_place(C, N, c, n);
#define IN(i, j) load(from + (size_t)((i) * 3 + (j)) * C * N)
#define OUT(i, j, value) store(to + (size_t)((i) * (m + 2) + (j)) * fs, value)
        SANDWICH(m + 2, 3, M_G, IN, OUT)
#undef IN
#undef OUT
      }
}

// w U C N m
static void k_winograd_filter(const Task *task) {
  const int C = INT(2), N = INT(3);
  int lo, hi;
  share(task, ceil_div(C, 16), &lo, &hi);
  lo *= 16;
  hi = min_int(C, hi * 16);
  if (INT(4) == 2) filter_channels(2, FLOATS(0), C, N, lo, hi, FLOATS(1));
  else if (INT(4) == 4) filter_channels(4, FLOATS(0), C, N, lo, hi, FLOATS(1));
  else filter_channels(3, FLOATS(0), C, N, lo, hi, FLOATS(1));
}

// A' M A of one tile, plus bias, to where its outputs lie; act is linear or relu.
INLINE void transform_output(const int m, const Patch *p, const float *in, size_t fs, const float *bias, int act, int N) {
#define IN(i, j) load(in + n + (size_t)((i) * (m + 2) + (j)) * fs)
  int n = 0;
  for (; n + VW <= N; n += VW) {
    const V add = bias ? load(bias + n) : zero();
#define OUT(i, j, value)                                           \
  do {                                                             \
    const V y_ = (value) + add;                                    \
    store(PIXEL(p, i, j) + n, act == RELU ? v_relu(y_) : y_);      \
  } while (0)
    if (m == 4) PASSES(column_at4, 4, 6, IN, OUT);
    else SANDWICH(m, m + 2, M_AT, IN, OUT)
#undef OUT
  }
  if (n == N) return;
  // The last filters, fewer than a vector.
  const V add = bias ? load(bias + n) : zero();
  float y[16 * VW];
#define OUT(i, j, value) store(y + ((i) * m + (j)) * VW, (value) + add)
  if (m == 4) PASSES(column_at4, 4, 6, IN, OUT);
  else SANDWICH(m, m + 2, M_AT, IN, OUT)
#undef OUT
#undef IN
  for (int k = 0; k < m * m; k++) {
    const V v = load(y + k * VW);
    store_part(PIXEL(p, k / m, k % m) + n, act == RELU ? v_relu(v) : v, N - n);
  }
}
// Activations dearer than relu, off the common path.
static __attribute__((noinline)) void activate_patch(const Patch *p, int act, int N) {
  for (int i = 0; i < p->size; i++)
    for (int j = 0; j < p->size; j++)
      for (int n = 0; n < N; n += VW)
        store_part(PIXEL(p, i, j) + n, activate(act, load(PIXEL(p, i, j) + n)), N - n);
}
static void output_tiles(const Geometry *g, const Tiles *tiles, const float *in, size_t fs, const float *bias, int act,
                         float *out, float *spare, int t0, int count) {
  const int N = g->filters;
  for (int t = 0; t < count; t++, in += tile_stride(N)) {
    const Patch p = find_patch(out, g->out_height, g->out_width, N, tiles, t0 + t, 0, 0, tiles->m, N, spare);
    if (tiles->m == 2) transform_output(2, &p, in, fs, bias, act, N);
    else if (tiles->m == 4) transform_output(4, &p, in, fs, bias, act, N);
    else transform_output(3, &p, in, fs, bias, act, N);
    if (act > RELU) activate_patch(&p, act, N);
    if (!p.whole) put_patch(&p, N);
  }
}

// The same of a tile that is a pool's window, with relu: its largest output and which one it was.
static void pooled_tiles(const float *in, size_t fs, const float *bias, int N, float *out, int8_t *mask, int t0, int count) {
  const int m = 2;
  for (int t = 0; t < count; t++, in += tile_stride(N)) {
    const size_t at = (size_t)(t0 + t) * N;
    for (int n = 0; n < N; n += VW) {
      const V add = bias ? load(bias + n) : zero();
      V y[2][2];
#define IN(i, j) load(in + n + (size_t)((i) * (m + 2) + (j)) * fs)
#define OUT(i, j, value) y[i][j] = (value) + add
      SANDWICH(m, m + 2, M_AT, IN, OUT)
#undef IN
#undef OUT
      pool_relu(y[0][0], y[0][1], y[1][0], y[1][1], out + at + n, mask + at + n, N - n);
    }
  }
}

// x U bias out mask act m tiles-at-once geometry; with a mask, out is pooled and act is relu.
static void k_winograd(const Task *task) {
  float *x = FLOATS(0), *out = FLOATS(3);
  const float *u = FLOATS(1), *bias = FLOATS_OR_NULL(2);
  int8_t *mask = INT(4) ? BYTES(4) : 0;
  const int act = INT(5), m = INT(6), at_once = INT(7), frequencies = (m + 2) * (m + 2);
  const Geometry *g = &GEOMETRY(8);
  const int C = g->channels, N = g->filters;
  const Tiles tiles = tiles_of(g, m, mask != 0);
  const size_t vs = plane_stride(at_once, C), ms = plane_stride(at_once, N);
  float *v = (float *)task->scratch, *product = v + frequencies * vs, *spare = product + frequencies * ms;
  int lo, hi;
  share(task, ceil_div(tiles.total, at_once), &lo, &hi);
  for (int block = lo; block < hi; block++) {
    const int t0 = block * at_once, count = min_int(at_once, tiles.total - t0);
    input_tiles(g, &tiles, x, spare, 0, C, v, vs, t0, count);
    for (int f = 0; f < frequencies; f++)
      frequency_matmul(v + f * vs, tile_stride(C), C, u + f * filter_plane(C, N), product + f * ms, tile_stride(N), N, count);
    if (mask) pooled_tiles(product, ms, bias, N, out, mask, t0, count);
    else output_tiles(g, &tiles, product, ms, bias, act, out, spare, t0, count);
  }
}
