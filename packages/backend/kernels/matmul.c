// matmul: out[b][M][N] = act(a[b][M][K] . w[b][K][N] + bias[N]), row-major; strides of 0 broadcast.
// Chunks: blocks of 16 rows, or of columns where rows are few. Each sum belongs to one chunk.
// Tile: ROWS x COLS vectors, a read by row pointers, w as it lies (its rows are the packed layout);
// lanes past N hold rubbish and are not stored.
// Cost: M N K multiply-adds; w is read M / ROWS times from cache.
#include "tile.h"

INLINE void matmul_tile(const int cols, const float *a, const float *w, const float *bias, float *out,
                        int M, int N, int K, int lda, int act, int row, int n) {
  const float *run[ROWS];
  V sums[ROWS][COLS];
  const int rows = min_int(ROWS, M - row);
  UNROLL for (int i = 0; i < ROWS; i++) run[i] = a + (size_t)(row + min_int(i, rows - 1)) * lda;
  clear_sums(ROWS, cols, sums);
  tile_rows(ROWS, cols, run, 1, K, w + n, N, sums);
  UNROLL for (int i = 0; i < ROWS; i++) {
    if (i < rows) {
      UNROLL for (int j = 0; j < cols; j++) {
        V v = sums[i][j];
        if (bias) v += load(bias + n + j * VW);
        store_part(out + (size_t)(row + i) * N + n + j * VW, activate(act, v), N - n - j * VW);
      }
    }
  }
}

static void k_matmul(const Task *task) {
  const float *bias = FLOATS_OR_NULL(2);
  const int batch = INT(4), M = INT(5), N = INT(6), K = INT(7), act = INT(10), slabs = INT(11);
  int lo, hi;
  // A unit is one block of rows by one slab of columns; `slabs` is 1 unless rows are few.
  const int blocks = ceil_div(M, 4 * ROWS), width = ceil_div(ceil_div(N, slabs), 16) * 16;
  share(task, batch * blocks * slabs, &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const int b = u / (blocks * slabs), block = u / slabs % blocks, n0 = u % slabs * width;
    const float *a = FLOATS(0) + (size_t)b * INT(8), *w = FLOATS(1) + (size_t)b * INT(9);
    float *out = FLOATS(3) + (size_t)b * M * N;
    const int last = min_int(M, (block + 1) * 4 * ROWS), n1 = min_int(N, n0 + width);
    if (n1 > n0)
      EACH_COLUMN_BLOCK(c, n1 - n0, {
        for (int row = block * 4 * ROWS; row < last; row += ROWS)
          matmul_tile(cols, a, w, bias, out, last, N, K, K, act, row, n0 + c);
      });
  }
}
