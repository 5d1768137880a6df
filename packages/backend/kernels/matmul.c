// matmul: out[b][M][N] = act(a[b][M][K] . w[b][K][N] + bias[N]), row-major; strides of 0 broadcast.
// w may be given transposed, [N][K].
// Chunks: blocks of `rows` rows by slabs of columns, as the sender cuts them. A sum's order never
// depends on the cut.
// Packing: a panel of w, 256 rows by the tile's columns, is copied to scratch and used by all rows of
// the block: rows of w a power of two apart would share a few sets of L1, and transposed ones are
// turned on the way. Narrow untransposed w (N < 32) is read as it lies. Sums rest in out between
// panels. Tile: ROWS x COLS vectors, a read by row pointers; lanes past N are not stored.
// Cost: M N K multiply-adds; packing moves K N floats a block of rows.
#include "tile.h"

enum { PANEL_DEPTH = 256 };

INLINE void pack_panel(const int cols, const float *w, int transposed, int ld, int N, int n, int k0, int k1, float *to) {
  const int wide = cols * VW;
  if (!transposed) {
    for (int k = k0; k < k1; k++, to += wide)
      UNROLL for (int j = 0; j < cols; j++) store(to + j * VW, load(w + (size_t)k * ld + n + j * VW));
    return;
  }
  transpose_block((const int32_t *)w + (size_t)n * ld + k0, (size_t)ld, (int32_t *)to, (size_t)wide, min_int(wide, N - n), k1 - k0);
}

typedef struct Matmul { const float *a, *w, *bias; float *out; int N, K, ld, act, transposed; } Matmul;

// All rows [r0, r1) of one block of columns.
INLINE void matmul_columns(const int cols, const Matmul *m, float *panel, int r0, int r1, int n) {
  const int packed = m->transposed || m->N >= 32, N = m->N, K = m->K;
  const int depth = packed ? PANEL_DEPTH : max_int(K, 1);
  for (int k0 = 0; k0 < K; k0 += depth) {
    const int k1 = min_int(K, k0 + depth), last = k1 == K;
    if (packed) pack_panel(cols, m->w, m->transposed, m->ld, N, n, k0, k1, panel);
    const float *w = packed ? panel : m->w + n;
    for (int row = r0; row < r1; row += ROWS) {
      const float *run[ROWS];
      V sums[ROWS][COLS];
      const int rows = min_int(ROWS, r1 - row);
      UNROLL for (int i = 0; i < ROWS; i++) {
        const int r = row + min_int(i, rows - 1);
        run[i] = m->a + (size_t)r * K + k0;
        UNROLL for (int j = 0; j < cols; j++)
          sums[i][j] = k0 ? load(m->out + (size_t)r * N + n + j * VW) : zero();
      }
      tile_rows(ROWS, cols, run, 1, k1 - k0, w, packed ? cols * VW : m->ld, sums);
      finish_tile(cols, sums, last ? m->bias : 0, m->out + (size_t)row * N, rows, N, n, last ? m->act : LINEAR);
    }
  }
}

#define CASE(name, cols)                                                                              \
  ALONE void matmul_columns_##name(const Matmul *m, float *panel, int r0, int r1, int n) {            \
    matmul_columns(cols, m, panel, r0, r1, n);                                                        \
  }
COLUMN_COUNTS(CASE)
#undef CASE

static void k_matmul(const Task *task) {
  const int batch = INT(4), M = INT(5), N = INT(6), K = INT(7), rows = INT(11), slabs = INT(12), transposed = INT(13);
  const int blocks = ceil_div(M, rows), width = ceil_div(ceil_div(N, slabs), 16) * 16;
  int lo, hi;
  share(task, batch * blocks * slabs, &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const int b = u / (blocks * slabs), block = u / slabs % blocks, n0 = u % slabs * width;
    const Matmul m = {.a = FLOATS(0) + (size_t)b * INT(8), .w = FLOATS(1) + (size_t)b * INT(9), .bias = FLOATS_OR_NULL(2),
                      .out = FLOATS(3) + (size_t)b * M * N, .N = N, .K = K, .ld = transposed ? K : N,
                      .act = INT(10), .transposed = transposed};
    const int r1 = min_int(M, (block + 1) * rows);
    EACH_COLUMN_BLOCK(n, min_int(N, n0 + width) - n0,
                      FOR_COLUMNS(matmul_columns)(&m, (float *)task->scratch, block * rows, r1, n0 + n));
  }
}
