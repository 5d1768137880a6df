// softmax: out[r][C] = exp(x - max) / sum, and log-softmax: x - max - log(sum), over rows of C.
// Chunks: shares of the rows. Lanes past C take part as -Infinity, that is, as nothing.
// Cost: one exp a value; three passes over a row that stays in L1.
#include "task.h"

static void k_softmax(const Task *task) {
  const int R = INT(2), C = INT(3), logarithm = INT(4);
  const V nothing = splat(-__builtin_inff());
  int lo, hi;
  share(task, R, &lo, &hi);
  for (int r = lo; r < hi; r++) {
    const float *x = FLOATS(0) + (size_t)r * C;
    float *out = FLOATS(1) + (size_t)r * C;
    V m = nothing, s = zero();
    for (int i = 0; i < C; i += VW) m = v_max(m, pick(lanes() < C - i, load(x + i), nothing));
    float top = m[0];
    for (int j = 1; j < VW; j++) top = m[j] > top || m[j] != m[j] ? m[j] : top;
    for (int i = 0; i < C; i += VW) {
      V d = load(x + i) - splat(top), e = pick(lanes() < C - i, v_exp(d), zero());
      s += e;
      store_part(out + i, logarithm ? d : e, C - i);
    }
    const V total = splat(sum_lanes(s)), log_total = v_log(total);
    for (int i = 0; i < C; i += VW) {
      V v = load(out + i);
      store_part(out + i, logarithm ? v - log_total : v / total, C - i);
    }
  }
}
