// Trigonometric and hyperbolic functions of floats by way of doubles, so that they round as Math.* does but
// for one case in many millions. Scalar, 20 to 50 operations each, and calls: nobody's network spends its
// time here, and as a kernel they spare reading values back.
#ifndef CNNKIT_TRIGONOMETRY_H
#define CNNKIT_TRIGONOMETRY_H
#include "power.h"

static const double HALF_PI = 1.57079632679489661923, QUARTER_PI = 0.78539816339744830962;
static const double INFINITE = __builtin_inff();

// Payne and Hanek: the bits of 2 / pi that a float's exponent leaves to matter times its 24 bits, for
// x of 2^20 and more; each word starts 8 bits after the one before.
static const uint32_t TWO_OVER_PI[24] = {
    0xa2,       0xa2f9,     0xa2f983,   0xa2f9836e, 0xf9836e4e, 0x836e4e44, 0x6e4e4415, 0x4e441529,
    0x441529fc, 0x1529fc27, 0x29fc2757, 0xfc2757d1, 0x2757d1f5, 0x57d1f534, 0xd1f534dd, 0xf534ddc0,
    0x34ddc0db, 0xddc0db62, 0xc0db6295, 0xdb629599, 0x6295993c, 0x95993c43, 0x993c4390, 0x3c439041};

// x = n pi / 2 + the result, which lies within pi / 4; n modulo 4.
INLINE double reduce_angle(float x, int *n) {
  const double a = x < 0 ? -(double)x : (double)x;
  double r;
  if (a < 1048576) { // n has 20 bits, so that its product with the first 33 of pi / 2 is exact
    *n = (int)(a * 0.63661977236758134308 + .5);
    r = (a - *n * 1.57079632673412561417) - *n * 6.07710050650619224932e-11;
  } else {
    const union { float f; uint32_t u; } bits = {.f = x};
    const uint32_t *word = &TWO_OVER_PI[bits.u >> 26 & 15];
    const uint32_t m = ((bits.u & 0xffffff) | 0x800000) << (bits.u >> 23 & 7);
    const uint64_t low = (uint64_t)m * word[8], middle = (uint64_t)m * word[4];
    const uint64_t product = ((uint64_t)(m * word[0]) << 32 | low >> 32) + middle; // quarter turns, 62 bits of fraction
    const uint64_t whole = (product + (1ULL << 61)) >> 62;
    *n = (int)whole;
    r = (double)(int64_t)(product - (whole << 62)) * (HALF_PI / 4611686018427387904.0);
  }
  *n = (x < 0 ? -*n : *n) & 3;
  return x < 0 ? -r : r;
}

INLINE double sin_small(double r) {
  const double z = r * r;
  double p = 1;
  UNROLL for (int k = 14; k >= 2; k -= 2) p = 1 - p * z / (k * (k + 1));
  return r * p;
}
INLINE double cos_small(double r) {
  const double z = r * r;
  double p = 1;
  UNROLL for (int k = 15; k >= 1; k -= 2) p = 1 - p * z / (k * (k + 1));
  return p;
}
static __attribute__((noinline)) double sine(float x, int quarters) {
  if (!((double)(x < 0 ? -x : x) < INFINITE)) return __builtin_nan("");
  int n;
  const double r = reduce_angle(x, &n);
  n = (n + quarters) & 3;
  const double v = n & 1 ? cos_small(r) : sin_small(r);
  return n & 2 ? -v : v;
}
static float sin_of(float x) { return (float)sine(x, 0); }
static float cos_of(float x) { return (float)sine(x, 1); }
static float tan_of(float x) { return (float)(sine(x, 0) / sine(x, 1)); }

// Reduced to [-(sqrt(2) - 1), sqrt(2) - 1] by 1 / x and by an eighth of a turn.
static __attribute__((noinline)) double arc_tangent(double x) {
  double a = x < 0 ? -x : x, turn = 0, sign = 1;
  if (a > 2.414213562373095) { turn = HALF_PI; a = -1 / a; }
  else if (a > 0.4142135623730950) { turn = QUARTER_PI; a = (a - 1) / (a + 1); }
  const double z = a * a;
  double p = 1.0 / 31;
  UNROLL for (int k = 29; k >= 1; k -= 2) p = 1.0 / k - p * z;
  if (x < 0 || (x == 0 && 1 / x < 0)) sign = -1;
  return sign * (turn + a * p);
}
static float atan_of(float x) { return (float)arc_tangent(x); }
static double root(double x) { return __builtin_sqrt(x); }
static float asin_of(float x) {
  const double a = x;
  if (!(a >= -1 && a <= 1)) return __builtin_nanf("");
  return (float)(a == 1 || a == -1 ? a * HALF_PI : arc_tangent(a / root((1 - a) * (1 + a))));
}
static float acos_of(float x) {
  const double a = x;
  if (!(a >= -1 && a <= 1)) return __builtin_nanf("");
  if (a == -1) return (float)(2 * HALF_PI);
  return (float)(2 * arc_tangent(root((1 - a) / (1 + a))));
}
static __attribute__((noinline)) float atan2_of(float y, float x) {
  const double b = y, a = x;
  if (b != b || a != a) return __builtin_nanf("");
  const double down = b < 0 || (b == 0 && 1 / b < 0) ? -1 : 1;
  const int left = a < 0 || (a == 0 && 1 / a < 0);
  const double high = b < 0 ? -b : b, wide = a < 0 ? -a : a;
  double t;
  if (high == 0) t = 0;
  else if (high == INFINITE && wide == INFINITE) t = QUARTER_PI;
  else if (wide == 0 || high == INFINITE) t = HALF_PI;
  else t = wide == INFINITE ? 0 : arc_tangent(high / wide);
  return (float)(down * (left ? 2 * HALF_PI - t : t));
}

static float sinh_of(float x) {
  const double a = x, size = a < 0 ? -a : a, z = a * a;
  if (size < 1) {
    double p = 1;
    UNROLL for (int k = 12; k >= 2; k -= 2) p = 1 + p * z / (k * (k + 1));
    return (float)(a * p);
  }
  const double e = exp_double(size > 100 ? 100 : size);
  return (float)(a != a ? a : (a < 0 ? -.5 : .5) * (e - 1 / e));
}
static float cosh_of(float x) {
  const double a = x, size = a < 0 ? -a : a, e = exp_double(size > 100 ? 100 : size);
  return (float)(a != a ? a : .5 * (e + 1 / e));
}
static float asinh_of(float x) {
  const double a = x, size = a < 0 ? -a : a, z = a * a;
  if (size < .01) return (float)(a * (1 - z / 6 * (1 - z * .45)));
  if (!(size < INFINITE)) return x;
  const double v = log_double(size + root(z + 1));
  return (float)(a < 0 ? -v : v);
}
static float acosh_of(float x) {
  const double a = x;
  if (!(a >= 1)) return __builtin_nanf("");
  if (!(a < INFINITE)) return x;
  return (float)log_double(a + root((a - 1) * (a + 1)));
}
static float atanh_of(float x) {
  const double a = x, size = a < 0 ? -a : a, z = a * a;
  if (size < .02) return (float)(a * (1 + z * (1.0 / 3 + z * (1.0 / 5 + z / 7))));
  if (size == 1) return x * __builtin_inff();
  return size < 1 ? (float)(.5 * log_double((1 + a) / (1 - a))) : __builtin_nanf("");
}
#endif
