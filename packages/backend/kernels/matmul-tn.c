// matmul-tn: out[b][M][N] = a[b][K][M]^T . w[b][K][N], the gradient of a dense layer's weights (K is
// the batch there).
// Chunks: blocks of 64 rows of out; every sum runs over all of K inside one chunk.
// Tile: OUTER x COLS vectors of outer products; a is read as it lies, w in packed panels of 256 rows
// (narrow w as it lies), which all rows of the block use. Sums rest in out between panels.
// Cost: M N K multiply-adds.
#include "tile.h"

INLINE void matmul_tn_tile(const int rows, const int cols, const float *a, int lda, const float *w, int ldw, float *out,
                           int N, int depth, int first, int n) {
  V sums[OUTER][COLS];
  resume_sums(rows, cols, out, N, n, first, sums);
  tile_outer(rows, cols, a, lda, w, ldw, depth, sums);
  rest_sums(rows, cols, out, N, n, first, sums);
}

static void k_matmul_tn(const Task *task) {
  const int batch = INT(3), M = INT(4), N = INT(5), K = INT(6), blocks = ceil_div(M, 64), packed = N >= 32;
  float *panel = (float *)task->scratch;
  int lo, hi;
  share(task, batch * blocks, &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const int b = u / blocks, r0 = u % blocks * 64, r1 = min_int(M, r0 + 64);
    const float *a = FLOATS(0) + (size_t)b * INT(7), *w = FLOATS(1) + (size_t)b * INT(8);
    float *out = FLOATS(2) + (size_t)b * M * N;
    for (int k0 = 0; k0 < K; k0 += PANEL_DEPTH) {
      const int k1 = min_int(K, k0 + PANEL_DEPTH);
      const float *from = a + (size_t)k0 * M;
      EACH_COLUMN_BLOCK(n, N, {
        if (packed) pack_panel(cols, w, 0, N, N, n, k0, k1, panel);
        const float *wk = packed ? panel : w + (size_t)k0 * N + n;
        const int ldw = packed ? cols * VW : N;
        int row = r0;
        for (; row + OUTER <= r1; row += OUTER)
          matmul_tn_tile(OUTER, cols, from + row, M, wk, ldw, out + (size_t)row * N, N, k1 - k0, k0 == 0, n);
        for (; row < r1; row++)
          matmul_tn_tile(1, cols, from + row, M, wk, ldw, out + (size_t)row * N, N, k1 - k0, k0 == 0, n);
      });
    }
  }
}
