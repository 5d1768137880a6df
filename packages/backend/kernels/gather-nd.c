// gather-nd: out[i] = x[place(i)], slices of `row` 4-byte values, place(i) = sum of index[i][d] * stride[d] over
// the K numbers of an index; zeros where that is outside [0, limit). And scatter-nd: out[place(i)] = update[i], or
// += it, over a base: a tensor like out, one value, or zeros; what lies outside is left out, and of indices
// alike the last wins.
// Chunks: shares of the slices; of scatter-nd 64 columns of a slice at a time, since indices may repeat.
// Memory-bound, at random.
#include "task.h"

INLINE int64_t flat_place(const int32_t *index, const int32_t *stride, int K) {
  int64_t at = 0;
  for (int d = 0; d < K; d++) at += (int64_t)index[d] * stride[d];
  return at;
}

// gather-nd: x index out n K row limit strides.
SMALL void k_gather_nd(const Task *task) {
  const int n = INT(3), K = INT(4), row = INT(5), limit = INT(6);
  int lo, hi;
  share(task, n, &lo, &hi);
  for (int i = lo; i < hi; i++) {
    const int64_t at = flat_place(INTS(1) + (size_t)i * K, task->arg + 7, K);
    int32_t *out = INTS(2) + (size_t)i * row;
    if (at >= 0 && at < limit) copy_bytes(out, INTS(0) + (size_t)at * row, (size_t)row * 4);
    else clear_bytes(out, (size_t)row * 4);
  }
}

enum { SCATTER_ADD = 1, SCATTER_INTEGER = 2, SCATTER_WHOLE_BASE = 4, SCATTER_ONE_UPDATE = 8 };

// scatter-nd: index update base out n K row limit flags strides.
SMALL void k_scatter_nd(const Task *task) {
  const int32_t *update = INTS(1), *base = task->arg[2] ? INTS(2) : (const int32_t *)0;
  int32_t *out = INTS(3);
  const int n = INT(4), K = INT(5), row = INT(6), limit = INT(7), flags = INT(8);
  int lo, hi;
  share(task, ceil_div(row, 64), &lo, &hi);
  lo *= 64;
  hi = min_int(hi * 64, row);
  for (int r = 0; r < limit; r++)
    for (int c = lo; c < hi; c++) {
      const size_t at = (size_t)r * row + c;
      out[at] = !base ? 0 : flags & SCATTER_WHOLE_BASE ? base[at] : *base;
    }
  for (int i = 0; i < n; i++) {
    const int64_t place = flat_place(INTS(0) + (size_t)i * K, task->arg + 9, K);
    if (place < 0 || place >= limit) continue;
    for (int c = lo; c < hi; c++) {
      const size_t at = (size_t)place * row + c;
      const int32_t *from = update + (flags & SCATTER_ONE_UPDATE ? 0 : (size_t)i * row + c);
      if (!(flags & SCATTER_ADD)) out[at] = *from;
      else if (flags & SCATTER_INTEGER) out[at] = (int32_t)((uint32_t)out[at] + (uint32_t)*from);
      else ((float *)out)[at] += *(const float *)from;
    }
  }
}
