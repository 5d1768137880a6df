// winograd-dw: part[3][3][share][C][N] = G' [sum over the share's tiles of (B' x B) . (A dY A')] G of
// winograd.h: the gradient of 3 x 3 weights. The parts are summed by `reduce`; a single one is dw itself.
// Chunks: a share of the tiles by a slab of channels. Their counts come from the shape, so any number
// of threads gives the same bits. The gradient is transformed again for each slab.
// Tile: for each frequency OUTER channels x COLS vectors of filters, outer products along tiles; the
// sums rest in scratch from one block of tiles to the next and never leave L2.
// Cost: (m + 2)^2 C N multiply-adds a tile, as forward.
#include "winograd.h"

INLINE void frequency_outer(const int rows, const int cols, const float *v, int v_stride, const float *d, int d_stride,
                            float *to, int to_stride, int count, int first) {
  V sums[OUTER][COLS];
  UNROLL for (int i = 0; i < rows; i++)
    UNROLL for (int j = 0; j < cols; j++) sums[i][j] = first ? zero() : load(to + (size_t)i * to_stride + j * VW);
  tile_outer(rows, cols, v, v_stride, d, d_stride, count, sums);
  UNROLL for (int i = 0; i < rows; i++)
    UNROLL for (int j = 0; j < cols; j++) store(to + (size_t)i * to_stride + j * VW, sums[i][j]);
}
ALONE void frequency_gradient(const float *v, int v_stride, int C, const float *d, int N, float *to, int count, int first) {
  const int stride = tile_stride(N);
  EACH_COLUMN_BLOCK(n, N, {
    int c = 0;
    for (; c + OUTER <= C; c += OUTER)
      frequency_outer(OUTER, cols, v + c, v_stride, d + n, stride, to + (size_t)c * stride + n, stride, count, first);
    for (; c < C; c++)
      frequency_outer(1, cols, v + c, v_stride, d + n, stride, to + (size_t)c * stride + n, stride, count, first);
  });
}

// G' S G from the sums S[f][c][N] of C channels into dw[c][N] of the nine taps, `tap` floats apart.
INLINE void finish_weights(const int m, const float *sums, size_t fs, float *dw, size_t tap, int C, int N) {
  for (int c = 0; c < C; c++, sums += tile_stride(N))
    for (int n = 0; n < N; n += VW) {
#define IN(i, j) load(sums + n + (size_t)((i) * (m + 2) + (j)) * fs)
#define OUT(i, j, value) store_part(dw + (size_t)((i) * 3 + (j)) * tap + (size_t)c * N + n, value, N - n)
      PASSES(COLUMN_GT, 3, m + 2, IN, OUT);
#undef IN
#undef OUT
    }
}

#define CASE(m)                                                                                       \
  ALONE void finish_weights_##m(const float *sums, size_t fs, float *dw, size_t tap, int C, int N) {  \
    finish_weights(m, sums, fs, dw, tap, C, N);                                                       \
  }
TILE_SIZES(CASE)
#undef CASE

// x dy part m tiles-at-once slabs geometry; chunks = shares * slabs.
static void k_winograd_dw(const Task *task) {
  float *x = FLOATS(0), *dy = FLOATS(1);
  const int m = INT(3), at_once = INT(4), slabs = INT(5), frequencies = (m + 2) * (m + 2);
  const Geometry *g = &GEOMETRY(6);
  const int C = g->channels, N = g->filters, slab = ceil_div(ceil_div(C, slabs), 16) * 16;
  const int c0 = task->chunk % slabs * slab, c1 = min_int(C, c0 + slab);
  if (c1 <= c0) return;
  const Task tile_share = {.chunk = task->chunk / slabs, .chunks = task->chunks / slabs};
  float *part = FLOATS(2) + ((size_t)tile_share.chunk * C + c0) * N;
  const size_t tap = (size_t)tile_share.chunks * C * N;
  const Tiles tiles = tiles_of(g, m, 0);
  const size_t vs = plane_stride(at_once, c1 - c0), ms = plane_stride(at_once, N), ss = plane_stride(c1 - c0, N);
  float *v = (float *)task->scratch, *d = v + frequencies * vs, *sums = d + frequencies * ms;
  float *spare = sums + frequencies * ss;
  int lo, hi;
  share(&tile_share, tiles.total, &lo, &hi);
  if (hi <= lo) clear_bytes(sums, (size_t)frequencies * ss * 4);
  for (int t0 = lo; t0 < hi; t0 += at_once) {
    const int count = min_int(at_once, hi - t0);
    input_tiles(g, &tiles, x, spare, c0, c1, v, vs, t0, count);
    gradient_tiles(g, &tiles, dy, spare, d, ms, t0, count);
    for (int f = 0; f < frequencies; f++)
      frequency_gradient(v + f * vs, tile_stride(c1 - c0), c1 - c0, d + f * ms, N, sums + f * ss, count, t0 == lo);
  }
  BY_TILE_SIZE(m, finish_weights, sums, ss, part, tap, c1 - c0, N);
}
