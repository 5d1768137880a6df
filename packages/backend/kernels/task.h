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
#endif
