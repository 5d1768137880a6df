// segment-sum: out[s][row] = sum of the x[i][row] whose id[i] is s: the gradient of gathered rows. Ids outside
// [0, S) add nothing. Chunks: slabs of 64 columns, each over all of x in order. Cost: one addition a value;
// memory-bound.
#include "task.h"

// segment-sum: x id out n S row.
static void k_segment_sum(const Task *task) {
  const int32_t *id = INTS(1);
  const int n = INT(3), S = INT(4), row = INT(5);
  int lo, hi;
  share(task, ceil_div(row, 64), &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const int c0 = u * 64, c1 = min_int(row, c0 + 64);
    for (int s = 0; s < S; s++) clear_bytes(FLOATS(2) + (size_t)s * row + c0, (size_t)(c1 - c0) * 4);
    for (int i = 0; i < n; i++) {
      if (id[i] < 0 || id[i] >= S) continue;
      const float *x = FLOATS(0) + (size_t)i * row;
      float *out = FLOATS(2) + (size_t)id[i] * row;
      for (int c = c0; c < c1; c += VW) store_part(out + c, load(out + c) + load(x + c), c1 - c);
    }
  }
}
