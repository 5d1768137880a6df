// The language lets each engine approximate Math.sin, exp, log and powers as it likes, and a last bit
// that differs can round a pixel to another byte. These use only + - * /, which IEEE 754 fixes, so
// that a seed gives the same bytes in every engine. Accurate to about two units of the last place.

// ln 2 in two parts; the first ends in zeros, so that its product with a small integer is exact.
const LN2_HIGH = 0.6931471805598903;
const LN2_LOW = 5.497923018708371e-14;

/** Sine and cosine of an angle in degrees; quarter turns are exact. */
export function sinCosOfDegrees(degrees: number): { readonly sin: number; readonly cos: number } {
  const turned = degrees % 360;
  const quarters = Math.round(turned / 90);
  // -45 to 45 degrees, without a rounding so far.
  const x = ((turned - 90 * quarters) * Math.PI) / 180;
  const sin = x * alternating(x * x, 2);
  const cos = alternating(x * x, 1);
  switch (((quarters % 4) + 4) % 4) {
    case 0:
      return { sin, cos };
    case 1:
      return { sin: cos, cos: -sin };
    case 2:
      return { sin: -sin, cos: -cos };
    default:
      return { sin: -cos, cos: sin };
  }
}

/** 1 - z / (n (n + 1)) + z² / (n (n + 1) (n + 2) (n + 3)) - …, from the smallest term on. */
function alternating(z: number, n: number): number {
  let sum = 1;
  for (let i = n + 16; i >= n; i -= 2) sum = 1 - (sum * z) / (i * (i + 1));
  return sum;
}

/** e to the power of `x`, for `x` up to 0. */
export function exp(x: number): number {
  if (x < -745) return 0;
  const halvings = Math.round(-x / Math.LN2);
  const r = x + halvings * LN2_HIGH + halvings * LN2_LOW;
  let sum = 1;
  for (let i = 14; i >= 1; i--) sum = 1 + (sum * r) / i;
  for (let i = 0; i < halvings; i++) sum /= 2;
  return sum;
}

/** The natural logarithm of a positive number. */
export function log(x: number): number {
  let mantissa = x;
  let doublings = 0;
  for (; mantissa > Math.SQRT2; doublings++) mantissa /= 2;
  for (; mantissa < Math.SQRT1_2; doublings--) mantissa *= 2;
  // log m = 2 atanh((m - 1) / (m + 1))
  const s = (mantissa - 1) / (mantissa + 1);
  let sum = 0;
  for (let i = 23; i >= 1; i -= 2) sum = sum * s * s + 2 / i;
  return doublings * LN2_HIGH + (doublings * LN2_LOW + s * sum);
}
