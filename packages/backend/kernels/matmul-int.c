// matmul-int: out[t][m][n] = sum over k of a[t][m][k] . b[t][k][n] of int32, wrapping as | 0 does; either side may
// be transposed and repeat from t to t. Chunks: rows of out. Not tiled: one multiplication and three moves a
// term, in loops that compilers make vectors of; whole numbers are counted with, not trained on.
#include "task.h"

// matmul-int: a b out T m n k stride_a stride_b transposed_a transposed_b.
SMALL void k_matmul_int(const Task *task) {
  const int m = INT(4), n = INT(5), k = INT(6), across = INT(9), along = INT(10);
  int lo, hi;
  share(task, INT(3) * m, &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const int t = u / m, i = u % m;
    const uint32_t *a = (const uint32_t *)INTS(0) + (size_t)t * INT(7) + (across ? (size_t)i : (size_t)i * k);
    const uint32_t *b = (const uint32_t *)INTS(1) + (size_t)t * INT(8);
    uint32_t *out = (uint32_t *)INTS(2) + (size_t)u * n;
    const size_t step = across ? (size_t)m : 1;
    if (along) {
      for (int j = 0; j < n; j++, b += k) {
        uint32_t sum = 0;
        for (int p = 0; p < k; p++) sum += a[p * step] * b[p];
        out[j] = sum;
      }
      continue;
    }
    clear_bytes(out, (size_t)n * 4);
    for (int p = 0; p < k; p++, b += n) {
      const uint32_t factor = a[p * step];
      for (int j = 0; j < n; j++) out[j] += factor * b[j];
    }
  }
}
