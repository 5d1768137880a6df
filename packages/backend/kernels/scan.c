// scan: out[o][r][i] = x[o][0][i] + ... + x[o][r][i], running sums (or products) along r; `reverse` from the other end,
// `exclusive` without the value itself. float32 or int32 (wrapping).
// Chunks: o by slabs of 64 of i; a sum's order is r's. Cost: one operation a value; memory-bound.
#include "task.h"

#define SCAN_LOOP(type, operation, start)                                                     \
  for (int i = i0; i < i1; i++) {                                                             \
    const type *x = (const type *)FLOATS(0) + (size_t)o * R * I + i;                          \
    type *out = (type *)FLOATS(1) + (size_t)o * R * I + i, sum = start;                       \
    for (int k = 0; k < R; k++) {                                                             \
      const size_t at = (size_t)(reverse ? R - 1 - k : k) * I;                                \
      const type before = sum;                                                                \
      sum = k == 0 ? x[at] : (type)(sum operation x[at]);                                     \
      out[at] = exclusive ? before : sum;                                                     \
    }                                                                                         \
  }

// scan: x out O R I product integer reverse exclusive.
SMALL void k_scan(const Task *task) {
  const int O = INT(2), R = INT(3), I = INT(4), product = INT(5), integer = INT(6), reverse = INT(7), exclusive = INT(8);
  const int slabs = ceil_div(I, 64);
  int lo, hi;
  share(task, O * slabs, &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const int o = u / slabs, i0 = u % slabs * 64, i1 = min_int(I, i0 + 64);
    if (integer && product) { SCAN_LOOP(uint32_t, *, 1) }
    else if (integer) { SCAN_LOOP(uint32_t, +, 0) }
    else if (product) { SCAN_LOOP(float, *, 1) }
    else { SCAN_LOOP(float, +, 0) }
  }
}
