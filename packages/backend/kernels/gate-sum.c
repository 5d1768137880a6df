// gate-sum: dz[R][N] = dy where y > 0, and part[p][N] = its sums over the p-th of P stretches of rows: the
// gradients of relu and of the bias before it. dz may be dy. The parts are folded by `reduce`.
// Chunks: the stretches. The sums rest in scratch, 16 rows are taken at a time.
// Cost: two loads, a store and an addition a value; memory-bound.
#include "gate.h"

static void k_gate_sum(const Task *task) {
  const int R = INT(4), N = INT(5), P = INT(6);
  float *sums = (float *)task->scratch;
  int lo, hi;
  share(task, P, &lo, &hi);
  for (int p = lo; p < hi; p++) {
    const int r0 = (int)((int64_t)R * p / P), r1 = (int)((int64_t)R * (p + 1) / P);
    const size_t at = (size_t)r0 * N;
    clear_sums_row(sums, N);
    gate_rows(FLOATS(0) + at, FLOATS(1) + at, FLOATS(2) + at, sums, r1 - r0, N, N);
    store_row(FLOATS(3) + (size_t)p * N, sums, N);
  }
}
