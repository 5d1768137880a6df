// exp, log, tanh and their kin on vectors: Cephes' single-precision polynomials, 1 to 2 units in the
// last place, with the same results for NaN, infinities, zeros and subnormal numbers as Math.* has.
#ifndef CNNKIT_MATH_H
#define CNNKIT_MATH_H
#include "vector.h"

// x = n ln 2 + r, exp(x) = 2^n P(r). 2^n is applied in two halves, so that results below the
// smallest normal number and above the largest come out right.
INLINE V v_exp(V x) {
  x = pick(x > 89.0f, splat(89.0f), x);
  x = pick(x < -104.0f, splat(-104.0f), x);
  V z = v_floor(FMA(x, splat(1.44269504f), splat(.5f)));
  x = FMA(z, splat(-0.693359375f), x);
  x = FMA(z, splat(2.12194440e-4f), x);
  V y = splat(1.9875691500e-4f);
  y = FMA(y, x, splat(1.3981999507e-3f));
  y = FMA(y, x, splat(8.3334519073e-3f));
  y = FMA(y, x, splat(4.1665795894e-2f));
  y = FMA(y, x, splat(1.6666665459e-1f));
  y = FMA(y, x, splat(5.0000001201e-1f));
  y = FMA(y, x * x, x) + 1.0f;
  VI n = __builtin_convertvector(pick(z == z, z, zero()), VI), half = n >> 1;
  return y * (V)((half + 127) << 23) * (V)((n - half + 127) << 23);
}

INLINE V v_log(V x) {
  V big = pick(x < 1.17549435e-38f, x * 8388608.0f, x);
  VI bits = (VI)big;
  VI e = ((bits >> 23) & 255) - 126 - ((x < 1.17549435e-38f) & 23);
  V m = (V)((bits & 0x7fffff) | 0x3f000000);
  VI low = m < .707106781f;
  e += low;
  m = pick(low, m + m, m) - 1.0f;
  V f = __builtin_convertvector(e, V), z = m * m, y = splat(7.0376836292e-2f);
  y = FMA(y, m, splat(-1.1514610310e-1f));
  y = FMA(y, m, splat(1.1676998740e-1f));
  y = FMA(y, m, splat(-1.2420140846e-1f));
  y = FMA(y, m, splat(1.4249322787e-1f));
  y = FMA(y, m, splat(-1.6668057665e-1f));
  y = FMA(y, m, splat(2.0000714765e-1f));
  y = FMA(y, m, splat(-2.4999993993e-1f));
  y = FMA(y, m, splat(3.3333331174e-1f)) * m * z;
  y = FMA(f, splat(-2.12194440e-4f), y);
  y = FMA(z, splat(-.5f), y);
  V r = FMA(f, splat(.693359375f), m + y);
  const V inf = splat(__builtin_inff());
  r = pick(x == inf, inf, r);
  r = pick(x == 0, -inf, r);
  return pick((x < 0) | (x != x), splat(__builtin_nanf("")), r);
}

INLINE V v_log1p(V x) {
  V u = x + 1.0f, d = u - 1.0f;
  V r = v_log(u) * (x / d);
  return pick((d == 0) | (u == splat(__builtin_inff())), x, r);
}

INLINE V v_tanh(V x) {
  V a = v_abs(x), z = x * x, y = splat(-5.70498872745e-3f);
  y = FMA(y, z, splat(2.06390887954e-2f));
  y = FMA(y, z, splat(-5.37397155531e-2f));
  y = FMA(y, z, splat(1.33314422036e-1f));
  y = FMA(y, z, splat(-3.33332819422e-1f));
  y = FMA(y * z, x, x);
  V t = 1.0f - 2.0f / (v_exp(a + a) + 1.0f);
  return pick(a < .625f, y, pick(x < 0, -t, t));
}

INLINE V v_sigmoid(V x) { return 1.0f / (1.0f + v_exp(-x)); }

INLINE V v_softplus(V x) {
  V a = v_abs(x);
  return v_max(x, zero()) + v_log1p(v_exp(-a));
}

// The activations a convolution or matmul can apply while its sums are still in registers.
enum { LINEAR, RELU, RELU6, SIGMOID, TANH };
// The two that cost something are a call, since they would stand some thirty times in every tile.
static __attribute__((noinline)) V activate_by_exp(int kind, V v) { 
  if (kind == SIGMOID) return v_sigmoid(v);
  return v_tanh(v);
}
INLINE V activate(int kind, V v) {
  if (kind == LINEAR) return v;
  if (kind > RELU6) return activate_by_exp(kind, v);
  v = v_relu(v);
  if (kind == RELU6) v = pick(v > 6, splat(6), v);
  return v;
}
#endif
