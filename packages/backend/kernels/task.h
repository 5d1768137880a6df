// What a kernel is given: its command's arguments, which part of the work to do, and a thread's own
// working memory. Addresses in arguments are byte offsets from `base`, 0 meaning "absent".
#ifndef CNNKIT_TASK_H
#define CNNKIT_TASK_H
#include "math.h"
#include "vector.h"

typedef struct Task {
  char *base;         // first byte of the one memory
  const int32_t *arg; // the command's arguments
  int chunk, chunks;  // this part, of how many
  char *scratch;      // this thread's working memory
  size_t scratch_bytes;
} Task;

#define INT(i) (task->arg[i])
#define FLOAT(i) (((const float *)task->arg)[i])
#define FLOATS(i) ((float *)(task->base + (uint32_t)task->arg[i]))
#define INTS(i) ((int32_t *)(task->base + (uint32_t)task->arg[i]))
#define BYTES(i) ((int8_t *)(task->base + (uint32_t)task->arg[i]))
#define FLOATS_OR_NULL(i) (task->arg[i] ? FLOATS(i) : (float *)0)

#define copy_bytes(to, from, n) __builtin_memcpy(to, from, n)
#define clear_bytes(to, n) __builtin_memset(to, 0, n)
INLINE int min_int(int a, int b) { return a < b ? a : b; }
INLINE int max_int(int a, int b) { return a > b ? a : b; }
INLINE int ceil_div(int a, int b) { return (a + b - 1) / b; }

// The share [lo, hi) of n units that is this chunk's.
INLINE void share(const Task *task, int n, int *lo, int *hi) {
  *lo = (int)((int64_t)n * task->chunk / task->chunks);
  *hi = (int)((int64_t)n * (task->chunk + 1) / task->chunks);
}
// The same in multiples of a cache line's 16 floats (64 of them), so that no two chunks share one.
INLINE void share_elements(const Task *task, int n, int *lo, int *hi) {
  share(task, ceil_div(n, 1024), lo, hi);
  *lo *= 1024;
  *hi = min_int(*hi * 1024, n);
}

// to[c * to_row + r] = from[r * from_row + c] of 4-byte values, in squares of a vector's size or of four, where there are so
// many: vectors are interleaved within their quarters, and the quarters dealt.
typedef int32_t Four __attribute__((vector_size(16), aligned(4), may_alias));
#if defined(__clang__)
#define SHUFFLE(T, a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(T, a, b, ...) __builtin_shuffle(a, b, (T){__VA_ARGS__})
#endif
#if VECTOR_BITS == 512
#define EACH_QUARTER(a, b, c, d) a, b, c, d, a + 4, b + 4, c + 4, d + 4, a + 8, b + 8, c + 8, d + 8, a + 12, b + 12, c + 12, d + 12
#define QUARTERS(a, b, c, d) a, a + 1, a + 2, a + 3, b, b + 1, b + 2, b + 3, c, c + 1, c + 2, c + 3, d, d + 1, d + 2, d + 3
#elif VECTOR_BITS == 256
#define EACH_QUARTER(a, b, c, d) a, b, c, d, a + 4, b + 4, c + 4, d + 4
#endif
#if VECTOR_BITS > 128
INLINE void transpose_vectors(const int32_t *from, size_t from_row, int32_t *to, size_t to_row) {
  VI r[VW], t[VW];
  UNROLL for (int i = 0; i < VW; i++) r[i] = *(const VI *)(from + i * from_row);
  UNROLL for (int i = 0; i < VW; i += 2) {
    t[i] = SHUFFLE(VI, r[i], r[i + 1], EACH_QUARTER(0, VW, 1, VW + 1));
    t[i + 1] = SHUFFLE(VI, r[i], r[i + 1], EACH_QUARTER(2, VW + 2, 3, VW + 3));
  }
  UNROLL for (int i = 0; i < VW; i += 4)
    UNROLL for (int k = 0; k < 2; k++) { // of column 4 q + j, rows i to i + 3 in quarter q of r[i + j]
      r[i + 2 * k] = SHUFFLE(VI, t[i + k], t[i + k + 2], EACH_QUARTER(0, 1, VW, VW + 1));
      r[i + 2 * k + 1] = SHUFFLE(VI, t[i + k], t[i + k + 2], EACH_QUARTER(2, 3, VW + 2, VW + 3));
    }
  UNROLL for (int j = 0; j < 4; j++) {
#if VECTOR_BITS == 512
    const VI a = SHUFFLE(VI, r[j], r[j + 4], QUARTERS(0, 4, 16, 20)), b = SHUFFLE(VI, r[j + 8], r[j + 12], QUARTERS(0, 4, 16, 20));
    const VI c = SHUFFLE(VI, r[j], r[j + 4], QUARTERS(8, 12, 24, 28)), d = SHUFFLE(VI, r[j + 8], r[j + 12], QUARTERS(8, 12, 24, 28));
    *(VI *)(to + j * to_row) = SHUFFLE(VI, a, b, QUARTERS(0, 8, 16, 24));
    *(VI *)(to + (j + 4) * to_row) = SHUFFLE(VI, a, b, QUARTERS(4, 12, 20, 28));
    *(VI *)(to + (j + 8) * to_row) = SHUFFLE(VI, c, d, QUARTERS(0, 8, 16, 24));
    *(VI *)(to + (j + 12) * to_row) = SHUFFLE(VI, c, d, QUARTERS(4, 12, 20, 28));
#else
    *(VI *)(to + j * to_row) = SHUFFLE(VI, r[j], r[j + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    *(VI *)(to + (j + 4) * to_row) = SHUFFLE(VI, r[j], r[j + 4], 4, 5, 6, 7, 12, 13, 14, 15);
#endif
  }
}
#endif
INLINE void transpose_four(const int32_t *from, size_t from_row, int32_t *to, size_t to_row) {
  const Four a = *(const Four *)from, b = *(const Four *)(from + from_row);
  const Four c = *(const Four *)(from + 2 * from_row), d = *(const Four *)(from + 3 * from_row);
  const Four ab = SHUFFLE(Four, a, b, 0, 4, 1, 5), cd = SHUFFLE(Four, c, d, 0, 4, 1, 5);
  const Four ab_high = SHUFFLE(Four, a, b, 2, 6, 3, 7), cd_high = SHUFFLE(Four, c, d, 2, 6, 3, 7);
  *(Four *)to = SHUFFLE(Four, ab, cd, 0, 1, 4, 5);
  *(Four *)(to + to_row) = SHUFFLE(Four, ab, cd, 2, 3, 6, 7);
  *(Four *)(to + 2 * to_row) = SHUFFLE(Four, ab_high, cd_high, 0, 1, 4, 5);
  *(Four *)(to + 3 * to_row) = SHUFFLE(Four, ab_high, cd_high, 2, 3, 6, 7);
}
ALONE void transpose_rest(const int32_t *from, size_t from_row, int32_t *to, size_t to_row, int rows, int columns) {
  int c = 0;
  for (; c + 4 <= columns; c += 4) {
    int r = 0;
    for (; r + 4 <= rows; r += 4) transpose_four(from + r * from_row + c, from_row, to + c * to_row + r, to_row);
    for (; r < rows; r++)
      for (int i = c; i < c + 4; i++) to[i * to_row + r] = from[r * from_row + i];
  }
  for (; c < columns; c++)
    for (int r = 0; r < rows; r++) to[c * to_row + r] = from[r * from_row + c];
}
ALONE void transpose_block(const int32_t *from, size_t from_row, int32_t *to, size_t to_row, int rows, int columns) {
  int r = 0;
#if VECTOR_BITS > 128
  for (; r + VW <= rows; r += VW) {
    int c = 0;
    for (; c + VW <= columns; c += VW) transpose_vectors(from + r * from_row + c, from_row, to + c * to_row + r, to_row);
    if (c < columns) transpose_rest(from + r * from_row + c, from_row, to + c * to_row + r, to_row, VW, columns - c);
  }
#endif
  if (r < rows) transpose_rest(from + r * from_row, from_row, to + r, to_row, rows - r, columns);
}
#endif
