// matmul with a transposed: out[b][M][N] = a[b][K][M]^T . w[b][K][N], the gradient of a dense layer's
// weights (K is the batch there).
// Chunks: blocks of 16 rows of out; every sum runs over all of K inside one chunk.
// Tile: OUTER x COLS vectors of outer products, both operands read as they lie. K is walked in
// blocks that stay in cache, the sums resting in out between them.
// Cost: M N K multiply-adds.
#include "tile.h"

INLINE void matmul_tn_tile(const int rows, const int cols, const float *a, const float *w, float *out,
                           int M, int N, int k0, int k1, int row, int n) {
  V sums[OUTER][COLS];
  UNROLL for (int i = 0; i < rows; i++)
    UNROLL for (int j = 0; j < cols; j++)
      sums[i][j] = k0 && n + (j + 1) * VW <= N ? load(out + (size_t)(row + i) * N + n + j * VW) : zero();
  tile_outer(rows, cols, a + (size_t)k0 * M + row, M, w + (size_t)k0 * N + n, N, k1 - k0, sums);
  UNROLL for (int i = 0; i < rows; i++)
    UNROLL for (int j = 0; j < cols; j++) {
      float *o = out + (size_t)(row + i) * N + n + j * VW;
      const int left = N - n - j * VW;
      if (left >= VW) store(o, sums[i][j]);
      else for (int q = 0; q < left; q++) o[q] = (k0 ? o[q] : 0) + sums[i][j][q];
    }
}

static void k_matmul_tn(const Task *task) {
  const int batch = INT(3), M = INT(4), N = INT(5), K = INT(6), blocks = ceil_div(M, 16);
  const int depth = max_int(64, min_int(K, 16384 / max_int(1, min_int(N, 64))));
  int lo, hi;
  share(task, batch * blocks, &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const int b = u / blocks, r0 = u % blocks * 16, r1 = min_int(M, r0 + 16);
    const float *a = FLOATS(0) + (size_t)b * INT(7), *w = FLOATS(1) + (size_t)b * INT(8);
    float *out = FLOATS(2) + (size_t)b * M * N;
    for (int k0 = 0; k0 < K; k0 += depth) {
      const int k1 = min_int(K, k0 + depth);
      EACH_COLUMN_BLOCK(n, N, {
        int row = r0;
        for (; row + OUTER <= r1; row += OUTER)
          matmul_tn_tile(OUTER, cols, a, w, out, M, N, k0, k1, row, n);
        for (; row < r1; row++) matmul_tn_tile(1, cols, a, w, out, M, N, k0, k1, row, n);
      });
    }
  }
}
