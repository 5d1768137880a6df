// strided-copy: out[i0][i1][i2][i3][i4] = x[same], each side with its own strides (in 4-byte values;
// 0 repeats, negative reverses): slices, concatenation, padding, tiling, reversal and any
// permutation of axes are this one command.
// Chunks: shares of the outer four dimensions' product. Memory-bound; a row is one memcpy where both
// sides are contiguous. Bits are moved as they are.
#include "task.h"

static void k_strided_copy(const Task *task) {
  const int32_t *x = INTS(0) + INT(2);
  int32_t *out = INTS(1) + INT(3);
  const int *d = task->arg + 4, *from = task->arg + 9, *to = task->arg + 14;
  int lo, hi;
  share(task, d[0] * d[1] * d[2] * d[3], &lo, &hi);
  for (int u = lo; u < hi; u++) {
    int i[4], rest = u;
    for (int k = 3; k >= 0; k--) {
      i[k] = rest % d[k];
      rest /= d[k];
    }
    const int32_t *a = x;
    int32_t *o = out;
    for (int k = 0; k < 4; k++) {
      a += (ptrdiff_t)i[k] * from[k];
      o += (ptrdiff_t)i[k] * to[k];
    }
    if (from[4] == 1 && to[4] == 1) copy_bytes(o, a, (size_t)d[4] * 4);
    else for (int k = 0; k < d[4]; k++) o[(ptrdiff_t)k * to[4]] = a[(ptrdiff_t)k * from[4]];
  }
}

// transpose: out[t][C][R] = x[t][R][C], in 16 x 16 squares, so that reads and writes both fill whole
// cache lines. Chunks: bands of 16 columns of x, so that no two chunks write to one line.
static void k_transpose(const Task *task) {
  const int T = INT(2), R = INT(3), C = INT(4), bands = ceil_div(C, 16);
  int lo, hi;
  share(task, T * bands, &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const int32_t *x = INTS(0) + (size_t)(u / bands) * R * C;
    int32_t *out = INTS(1) + (size_t)(u / bands) * R * C;
    const int c0 = u % bands * 16, c1 = min_int(C, c0 + 16);
    for (int r0 = 0; r0 < R; r0 += 16) {
      ROLLED for (int c = c0; c < c1; c++) PREFETCH_TO_WRITE(out + (size_t)c * R + r0 + 16);
      transpose_block(x + (size_t)r0 * C + c0, (size_t)C, out + (size_t)c0 * R + r0, (size_t)R, min_int(R - r0, 16), c1 - c0);
    }
  }
}

// gather: out[o][i] = x[o][index[i]] over rows of `row` 4-byte values; an index outside [0, limit)
// gives zeros. Chunks: shares of the (o, i) pairs.
static void k_gather(const Task *task) {
  const int32_t *index = INTS(1);
  const int outer = INT(3), n = INT(4), row = INT(5), limit = INT(6);
  int lo, hi;
  share(task, outer * n, &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const int32_t *x = INTS(0) + (size_t)(u / n) * limit * row;
    int32_t *out = INTS(2) + (size_t)u * row;
    const int i = index[u % n];
    if (i >= 0 && i < limit) copy_bytes(out, x + (size_t)i * row, (size_t)row * 4);
    else clear_bytes(out, (size_t)row * 4);
  }
}

// one-hot: out[i][depth] = on where index[i] names the place, else off. Chunks: shares of the rows.
static void k_one_hot(const Task *task) {
  const int32_t *index = INTS(0);
  const int n = INT(2), depth = INT(3), on = INT(4), off = INT(5);
  int lo, hi;
  share(task, n, &lo, &hi);
  for (int i = lo; i < hi; i++) {
    int32_t *out = INTS(1) + (size_t)i * depth;
    for (int j = 0; j < depth; j++) out[j] = off;
    if (index[i] >= 0 && index[i] < depth) out[index[i]] = on;
  }
}
