// unary: out[i] = f(x[i]) over n floats; p and q are f's parameters. out may be x.
// Chunks: shares of 1,024 floats. One loop an operation; memory-bound but for exp, log and tanh,
// which cost 10 to 15 multiply-adds a vector.
#include "task.h"

enum UnaryOp {
  U_FILL, U_NEG, U_ABS, U_SQUARE, U_SQRT, U_RSQRT, U_RECIPROCAL, U_EXP, U_LOG, U_LOG1P, U_RELU, U_RELU6,
  U_SIGMOID, U_TANH, U_SOFTPLUS, U_ELU, U_LEAKY_RELU, U_STEP, U_CLIP, U_FLOOR, U_CEIL, U_ROUND, U_SIGN,
  U_NOT, U_IS_NAN, U_TRUNC, U_COUNT
};

INLINE V truth(VI mask) { return (V)(mask & (VI)splat(1)); }

INLINE V unary(const int op, V v, V p, V q) {
  switch (op) {
    case U_FILL: return p;
    case U_NEG: return -v;
    case U_ABS: return v_abs(v);
    case U_SQUARE: return v * v;
    case U_SQRT: return v_sqrt(v);
    case U_RSQRT: return 1.0f / v_sqrt(v);
    case U_RECIPROCAL: return 1.0f / v;
    case U_EXP: return v_exp(v);
    case U_LOG: return v_log(v);
    case U_LOG1P: return v_log1p(v);
    case U_RELU: return v_relu(v);
    case U_RELU6: return activate(RELU6, v);
    case U_SIGMOID: return v_sigmoid(v);
    case U_TANH: return v_tanh(v);
    case U_SOFTPLUS: return v_softplus(v);
    case U_ELU: return pick(v >= 0, v, pick(v == v, v_exp(v) - 1.0f, v));
    case U_LEAKY_RELU: return pick(v < 0, v * p, v);
    case U_STEP: return pick(v > 0, splat(1), pick(v != v, v, p));
    case U_CLIP: return pick(v > q, q, pick(v < p, p, v));
    case U_FLOOR: return v_floor(v);
    case U_CEIL: return v_ceil(v);
    case U_ROUND: return v_round(v);
    case U_SIGN: return pick(v < 0, splat(-1), pick(v > 0, splat(1), zero())); // 0 for NaN
    case U_NOT: return truth(v == 0);
    case U_IS_NAN: return truth(v != v);
    case U_TRUNC: return v_trunc(v);
    default: return v;
  }
}

INLINE void unary_loop(const int op, const float *x, float *out, int lo, int hi, V p, V q) {
  int i = lo;
  for (; i + VW <= hi; i += VW) store(out + i, unary(op, load(x + i), p, q));
  if (i < hi) store_part(out + i, unary(op, load(x + i), p, q), hi - i);
}

static void k_unary(const Task *task) {
  const float *x = FLOATS(0);
  float *out = FLOATS(1);
  const V p = splat(FLOAT(4)), q = splat(FLOAT(5));
  int lo, hi;
  share_elements(task, INT(2), &lo, &hi);
  switch (INT(3)) {
#define CASE(op) case op: unary_loop(op, x, out, lo, hi, p, q); break;
    CASE(U_FILL) CASE(U_NEG) CASE(U_ABS) CASE(U_SQUARE) CASE(U_SQRT) CASE(U_RSQRT) CASE(U_RECIPROCAL)
    CASE(U_EXP) CASE(U_LOG) CASE(U_LOG1P) CASE(U_RELU) CASE(U_RELU6) CASE(U_SIGMOID) CASE(U_TANH)
    CASE(U_SOFTPLUS) CASE(U_ELU) CASE(U_LEAKY_RELU) CASE(U_STEP) CASE(U_CLIP) CASE(U_FLOOR)
    CASE(U_CEIL) CASE(U_ROUND) CASE(U_SIGN) CASE(U_NOT) CASE(U_IS_NAN) CASE(U_TRUNC)
#undef CASE
  }
}
