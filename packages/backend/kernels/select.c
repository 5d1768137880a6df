// select: out[i] = condition[i] != 0 ? yes[i] : no[i]; a condition may stand for `row` values each.
// Chunks: shares of 1,024 values. The values' bits are moved as they are. Memory-bound.
#include "task.h"

static void k_select(const Task *task) {
  const float *condition = FLOATS(0);
  const int32_t *yes = INTS(1), *no = INTS(2);
  int32_t *out = INTS(3);
  const int row = INT(5);
  int lo, hi;
  share_elements(task, INT(4), &lo, &hi);
  if (row == 1) for (int i = lo; i < hi; i++) out[i] = condition[i] != 0 ? yes[i] : no[i];
  else for (int i = lo; i < hi; i++) out[i] = condition[i / row] != 0 ? yes[i] : no[i];
}
