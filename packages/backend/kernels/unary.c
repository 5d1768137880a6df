// unary: out[i] = f(x[i]) over n floats; p and q are f's parameters. out may be x.
// Chunks: shares of 1,024 floats. One loop an operation; memory-bound but for exp, log and tanh,
// which cost 10 to 15 multiply-adds a vector.
// The trigonometric ones go number by number (trigonometry.h).
#include "trigonometry.h"

enum UnaryOp {
  U_FILL, U_NEG, U_ABS, U_SQUARE, U_SQRT, U_RSQRT, U_RECIPROCAL, U_EXP, U_LOG, U_LOG1P, U_RELU, U_RELU6,
  U_SIGMOID, U_TANH, U_SOFTPLUS, U_ELU, U_LEAKY_RELU, U_STEP, U_CLIP, U_FLOOR, U_CEIL, U_ROUND, U_SIGN,
  U_NOT, U_IS_NAN, U_TRUNC, U_SELU, U_EXPM1, U_ERF, U_IS_FINITE, U_IS_INF, U_INT_NEG, U_INT_ABS, U_INT_SIGN,
  U_SIN, U_COS, U_TAN, U_ASIN, U_ACOS, U_ATAN, U_SINH, U_COSH, U_ASINH, U_ACOSH, U_ATANH, U_COUNT
};

INLINE V truth(VI mask) { return (V)(mask & (VI)splat(1)); }

// exp(v) - 1, by its series where the difference would leave few digits.
INLINE V v_expm1(V v) {
  V y = splat(1.0f / 5040);
  y = FMA(y, v, splat(1.0f / 720));
  y = FMA(y, v, splat(1.0f / 120));
  y = FMA(y, v, splat(1.0f / 24));
  y = FMA(y, v, splat(1.0f / 6));
  y = FMA(y, v, splat(.5f));
  y = FMA(y * v, v, v);
  return pick(v_abs(v) < .3f, y, pick(v == v, v_exp(v) - 1.0f, v));
}

// Abramowitz and Stegun 7.1.26, which tfjs uses too: wrong by up to 1.5e-7.
INLINE V v_erf(V v) {
  const V a = v_abs(v), t = 1.0f / (a * .3275911f + 1.0f);
  V y = splat(1.061405429f);
  y = FMA(y, t, splat(-1.453152027f));
  y = FMA(y, t, splat(1.421413741f));
  y = FMA(y, t, splat(-.284496736f));
  y = FMA(y, t, splat(.254829592f));
  y = 1.0f - y * t * v_exp(-a * a);
  return pick(v < 0, -y, pick(v > 0, y, v));
}

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
    case U_ELU: return pick(v >= 0, v, v_expm1(v));
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
    case U_SELU: return pick(v >= 0, v * 1.0507009873554805f, v_expm1(v) * 1.7580993408473769f);
    case U_EXPM1: return v_expm1(v);
    case U_ERF: return v_erf(v);
    case U_IS_FINITE: return truth(v_abs(v) < splat(__builtin_inff()));
    case U_IS_INF: return truth(v_abs(v) == splat(__builtin_inff()));
    case U_INT_NEG: return (V)-(VU)v;
    case U_INT_ABS: return (V)pick_int((VI)v < 0, (VI)-(VU)v, (VI)v);
    case U_INT_SIGN: return (V)(((VI)v < 0) - ((VI)v > 0)); // a mask is -1
    default: return v;
  }
}

typedef float Scalar(float);
static Scalar *const SCALARS[] = {sin_of,  cos_of,  tan_of,   asin_of,  acos_of, atan_of,
                                  sinh_of, cosh_of, asinh_of, acosh_of, atanh_of};

// A function an operation, so that an engine compiles those that a program uses, not forty-five at the
// first of them.
typedef void UnaryRun(const float *x, float *out, int lo, int hi, const int32_t *pq);
#define UNARY_OPS(CASE)                                                                              \
  CASE(U_FILL) CASE(U_NEG) CASE(U_ABS) CASE(U_SQUARE) CASE(U_SQRT) CASE(U_RSQRT) CASE(U_RECIPROCAL) \
  CASE(U_EXP) CASE(U_LOG) CASE(U_LOG1P) CASE(U_RELU) CASE(U_RELU6) CASE(U_SIGMOID) CASE(U_TANH)     \
  CASE(U_SOFTPLUS) CASE(U_ELU) CASE(U_LEAKY_RELU) CASE(U_STEP) CASE(U_CLIP) CASE(U_FLOOR)           \
  CASE(U_CEIL) CASE(U_ROUND) CASE(U_SIGN) CASE(U_NOT) CASE(U_IS_NAN) CASE(U_TRUNC) CASE(U_SELU)     \
  CASE(U_EXPM1) CASE(U_ERF) CASE(U_IS_FINITE) CASE(U_IS_INF) CASE(U_INT_NEG) CASE(U_INT_ABS)        \
  CASE(U_INT_SIGN)
#define CASE(op)                                                                                     \
  static void run_##op(const float *x, float *out, int lo, int hi, const int32_t *pq) {              \
    const V p = (V)splat_int(pq[0]), q = (V)splat_int(pq[1]); /* bits: int32 is filled too */        \
    int i = lo;                                                                                      \
    ROLLED for (; i + VW <= hi; i += VW) store(out + i, unary(op, load(x + i), p, q));               \
    if (i < hi) store_part(out + i, unary(op, load(x + i), p, q), hi - i);                           \
  }
UNARY_OPS(CASE)
#undef CASE
#define CASE(op) [op] = run_##op,
static UnaryRun *const UNARY[] = {UNARY_OPS(CASE)};
#undef CASE

static void k_unary(const Task *task) {
  const float *x = FLOATS(0);
  float *out = FLOATS(1);
  int lo, hi;
  share_elements(task, INT(2), &lo, &hi);
  if (INT(3) >= U_SIN) {
    Scalar *const f = SCALARS[INT(3) - U_SIN];
    for (int i = lo; i < hi; i++) out[i] = f(x[i]);
    return;
  }
  UNARY[INT(3)](x, out, lo, hi, &INT(4));
}
