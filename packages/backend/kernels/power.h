// pow and fmod of floats by way of doubles, so that they round as Math.pow and % do (but for one case in many
// millions). Scalar, 20 to 40 operations each, and not inlined, since 20 loops use them.
#ifndef CNNKIT_POWER_H
#define CNNKIT_POWER_H
#include "task.h"

typedef union { double d; uint64_t u; } DoubleBits;

// ln(m) for finite m > 0: m = 2^e f, f in [sqrt(1/2), sqrt(2)); ln f = 2 artanh((f - 1) / (f + 1)).
INLINE double log_double(double m) {
  DoubleBits b = {.d = m};
  int e = (int)(b.u >> 52) - 1023; // a float is never subnormal as a double
  b.u = (b.u & 0xfffffffffffffULL) | 0x3ff0000000000000ULL;
  if (b.d > 1.4142135623730951) { b.d *= .5; e++; }
  const double s = (b.d - 1) / (b.d + 1), z = s * s;
  double p = 1.0 / 21;
  for (int k = 19; k >= 1; k -= 2) p = p * z + 1.0 / k;
  return 2 * s * p + e * 0.69314718055994531;
}

// e^y for y in [-745, 709].
INLINE double exp_double(double y) {
  const double scaled = y * 1.4426950408889634;
  const int n = (int)(scaled < 0 ? scaled - .5 : scaled + .5);
  const double r = (y - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10;
  double p = 1;
  for (int k = 13; k >= 1; k--) p = p * r / k + 1;
  const DoubleBits scale = {.u = (uint64_t)(1023 + n) << 52};
  return p * scale.d;
}

static __attribute__((noinline)) float power(float base, float exponent) {
  const double a = base, b = exponent, m = a < 0 ? -a : a, inf = (double)__builtin_inff();
  const double size = b < 0 ? -b : b;
  if (b == 0) return 1;
  if (a != a || b != b || (m == 1 && size == inf)) return __builtin_nanf("");
  // From 2^24 on every float is even.
  const int whole = size >= 16777216 || size == (double)(int)size;
  const int odd = size < 16777216 && whole && ((int)size & 1);
  const float sign = odd && (a < 0 || (a == 0 && 1 / a < 0)) ? -1.0f : 1.0f;
  if (m == 0 || m == inf || size == inf) return (m > 1) == (b > 0) ? sign * __builtin_inff() : sign * 0.0f;
  if (a < 0 && !whole) return __builtin_nanf("");
  const double y = b * log_double(m);
  if (y > 89) return sign * __builtin_inff();
  if (y < -105) return sign * 0.0f;
  return sign * (float)exp_double(y);
}

// a % b: exact, since every step takes off a multiple with no more than 29 + 24 bits.
static __attribute__((noinline)) float remainder_of(float dividend, float divisor) {
  double a = dividend < 0 ? -(double)dividend : (double)dividend;
  const double b = divisor < 0 ? -(double)divisor : (double)divisor, inf = (double)__builtin_inff();
  if (!(a < inf) || !(b > 0)) return __builtin_nanf("");
  while (a >= b && b < inf) {
    double step = b;
    while (a / step >= 536870912.0) step *= 268435456.0;
    a -= (double)(int)(a / step) * step;
  }
  // The sign of the dividend, of a zero too.
  return dividend < 0 || (dividend == 0 && 1 / dividend < 0) ? -(float)a : (float)a;
}
#endif
