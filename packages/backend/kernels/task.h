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

// to[c * to_row + r] = from[r * from_row + c] of 4-byte values, four by four where there are so many.
typedef int32_t Four __attribute__((vector_size(16), aligned(4), may_alias));
#if defined(__clang__)
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (Four){__VA_ARGS__})
#endif
INLINE void transpose_four(const int32_t *from, size_t from_row, int32_t *to, size_t to_row) {
  const Four a = *(const Four *)from, b = *(const Four *)(from + from_row);
  const Four c = *(const Four *)(from + 2 * from_row), d = *(const Four *)(from + 3 * from_row);
  const Four ab = SHUFFLE(a, b, 0, 4, 1, 5), cd = SHUFFLE(c, d, 0, 4, 1, 5);
  const Four ab_high = SHUFFLE(a, b, 2, 6, 3, 7), cd_high = SHUFFLE(c, d, 2, 6, 3, 7);
  *(Four *)to = SHUFFLE(ab, cd, 0, 1, 4, 5);
  *(Four *)(to + to_row) = SHUFFLE(ab, cd, 2, 3, 6, 7);
  *(Four *)(to + 2 * to_row) = SHUFFLE(ab_high, cd_high, 0, 1, 4, 5);
  *(Four *)(to + 3 * to_row) = SHUFFLE(ab_high, cd_high, 2, 3, 6, 7);
}
ALONE void transpose_block(const int32_t *from, size_t from_row, int32_t *to, size_t to_row, int rows, int columns) {
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
#endif
