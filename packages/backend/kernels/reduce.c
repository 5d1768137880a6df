// reduce: out[o][p][I] = scale * fold of x[o][r][I] over the p-th of P stretches of its R rows.
// Chunks: shares of the (o, p) pairs. Long sums are cut into P stretches by the sender (from the
// shape alone) and folded by a second command, which also keeps rounding errors small.
// The integer forms are for int32 tensors (wrapping). With I = 1 the row itself is the vector; else vectors run along I, four of them at a time.
// Cost: one load and one addition a value; memory-bound.
#include "task.h"

enum ReduceOp { R_SUM, R_MAX, R_MIN, R_PROD, R_ANY, R_ALL, R_INT_SUM, R_INT_MAX, R_INT_MIN, R_INT_PROD };

INLINE V fold(const int op, V a, V b) {
  switch (op) {
    case R_SUM: return a + b;
    case R_MAX: return v_max(a, b);
    case R_MIN: return v_min(a, b);
    case R_PROD: return a * b;
    case R_ANY: return truth((a != 0) | (b != 0));
    case R_ALL: return truth((a != 0) & (b != 0));
    case R_INT_SUM: return (V)((VU)a + (VU)b);
    case R_INT_MAX: return (V)pick_int((VI)a > (VI)b, (VI)a, (VI)b);
    case R_INT_MIN: return (V)pick_int((VI)a < (VI)b, (VI)a, (VI)b);
    default: return (V)((VU)a * (VU)b);
  }
}
INLINE V start_of(const int op) {
  switch (op) {
    case R_MAX: return splat(-__builtin_inff());
    case R_MIN: return splat(__builtin_inff());
    case R_PROD: case R_ALL: return splat(1);
    case R_INT_MAX: return (V)splat_int(-2147483647 - 1);
    case R_INT_MIN: return (V)splat_int(2147483647);
    case R_INT_PROD: return (V)splat_int(1);
    default: return zero();
  }
}
// Whole numbers are not scaled: they only look like floats.
INLINE V scaled(const int op, V v, float scale) { return op >= R_INT_SUM ? v : (V)(v * scale); }

INLINE V reduce_row(const int op, const float *x, int n) {
  const V start = start_of(op);
  V s[4] = {start, start, start, start};
  int i = 0;
  for (; i + 4 * VW <= n; i += 4 * VW)
    UNROLL for (int j = 0; j < 4; j++) s[j] = fold(op, s[j], load(x + i + j * VW));
  ROLLED for (; i < n; i += VW) s[0] = fold(op, s[0], pick(lanes() < n - i, load(x + i), start));
  V t = fold(op, fold(op, s[0], s[1]), fold(op, s[2], s[3]));
  int32_t lane[VW]; // bits, whatever they mean
  copy_bytes(lane, &t, sizeof(t));
  V r = (V)splat_int(lane[0]);
  ROLLED for (int j = 1; j < VW; j++) r = fold(op, r, (V)splat_int(lane[j]));
  return r;
}

INLINE void reduce_columns(const int op, const int cols, const float *x, float *out, int rows, int I, int i, float scale) {
  const V start = start_of(op);
  V s[4] = {start, start, start, start};
  ROLLED for (int r = 0; r < rows; r++)
    UNROLL for (int j = 0; j < cols; j++) s[j] = fold(op, s[j], load(x + (size_t)r * I + i + j * VW));
  UNROLL for (int j = 0; j < cols; j++) store_part(out + i + j * VW, scaled(op, s[j], scale), I - i - j * VW);
}

INLINE void reduce(const int op, const Task *task) {
  const int O = INT(2), R = INT(3), I = INT(4), P = INT(5);
  const float scale = FLOAT(7);
  int lo, hi;
  share(task, O * P, &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const int r0 = (int)((int64_t)R * (u % P) / P), r1 = (int)((int64_t)R * (u % P + 1) / P);
    const float *x = FLOATS(0) + ((size_t)(u / P) * R + r0) * I;
    float *out = FLOATS(1) + (size_t)u * I;
    if (I == 1) {
      store_part(out, scaled(op, reduce_row(op, x, r1 - r0), scale), 1);
      continue;
    }
    int i = 0;
    for (; i + 4 * VW <= I; i += 4 * VW) reduce_columns(op, 4, x, out, r1 - r0, I, i, scale);
    for (; i < I; i += VW) reduce_columns(op, 1, x, out, r1 - r0, I, i, scale);
  }
}

// A function an operation, as in unary.c.
#define OFTEN(CASE) CASE(R_SUM) CASE(R_MAX) CASE(R_MIN)
#define SELDOM(CASE)                                                                                  \
  CASE(R_PROD) CASE(R_ANY) CASE(R_ALL) CASE(R_INT_SUM) CASE(R_INT_MAX) CASE(R_INT_MIN) CASE(R_INT_PROD)
#define CASE(op) static void reduce_##op(const Task *task) { reduce(op, task); }
OFTEN(CASE)
#undef CASE
#define CASE(op) SMALL void reduce_##op(const Task *task) { reduce(op, task); }
SELDOM(CASE)
#undef CASE

static void k_reduce(const Task *task) {
#define CASE(op) [op] = reduce_##op,
  static void (*const REDUCE[])(const Task *) = {OFTEN(CASE) SELDOM(CASE)};
#undef CASE
  REDUCE[INT(6)](task);
}

// arg-reduce: the int32 place of the first greatest (or least) of x[o][r][i] along r, float32 or int32. NaN
// never wins, but where it is the first.
// Chunks: shares of o. The sender moves the axis last but for small tensors, so i runs inside.
static void k_arg_reduce(const Task *task) {
  int32_t *out = INTS(1);
  const int O = INT(2), R = INT(3), I = INT(4), least = INT(5), integer = INT(6);
  int lo, hi;
  share(task, O, &lo, &hi);
#define ARG_LOOP(type)                                                            \
  for (int i = 0; i < I; i++) {                                                   \
    const type *p = (const type *)FLOATS(0) + (size_t)o * R * I + i;              \
    type best = *p;                                                               \
    int at = 0;                                                                   \
    for (int r = 1; r < R; r++) {                                                 \
      const type v = p[(size_t)r * I];                                            \
      if (least ? v < best : v > best) { best = v; at = r; }                      \
    }                                                                             \
    out[(size_t)o * I + i] = at;                                                  \
  }
  for (int o = lo; o < hi; o++) {
    if (integer) { ARG_LOOP(int32_t) }
    else { ARG_LOOP(float) }
  }
#undef ARG_LOOP
}
