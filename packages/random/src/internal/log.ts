const bits = new DataView(new ArrayBuffer(8));
// ln 2 in two parts; the first ends in zeros, so that its product with an exponent is exact.
const LN2_HIGH = 0.6931471805598903;
const LN2_LOW = 5.497923018708371e-14;
const TWO_THIRDS = 2 / 3;
const TWO_THIRDS_LOW = 3.700743415417188e-17;

/**
 * The natural logarithm of a positive normal double, rounded correctly but for about one argument
 * in some thousand.
 *
 * Math.log may differ between engines and, in V8, strays from the C library's in every tenth
 * argument; normals would then differ from NumPy's, and between browsers, in their last bit.
 * log x = k ln 2 + 2 atanh(s) with s = (m - 1)/(m + 1); the first two terms of the series are
 * carried in two doubles (Dekker's products), so that only the last addition rounds.
 */
export function log(x: number): number {
  bits.setFloat64(0, x);
  const top = bits.getUint32(0);
  let k = (top >>> 20) - 1023;
  bits.setUint32(0, (top & 0xfffff) | 0x3ff00000);
  let m = bits.getFloat64(0);
  if (m > Math.SQRT2) {
    m /= 2;
    k += 1;
  }

  const f = m - 1;
  const g = m + 1;
  const gLow = sumError(m, 1, g);
  const s = f / g;
  const sg = s * g;
  const sLow = (f - sg - productError(s, g, sg) - s * gLow) / g;

  const z = s * s;
  const zLow = productError(s, s, z) + 2 * s * sLow;
  const tail =
    z *
    z *
    (2 / 5 +
      z *
        (2 / 7 +
          z *
            (2 / 9 +
              z *
                (2 / 11 +
                  z * (2 / 13 + z * (2 / 15 + z * (2 / 17 + z * (2 / 19 + (z * 2) / 21))))))));
  const w = z * TWO_THIRDS;
  const u = w + tail;
  const uLow =
    productError(z, TWO_THIRDS, w) + z * TWO_THIRDS_LOW + zLow * TWO_THIRDS + (w - u + tail);
  const v = s * u;
  const vLow = productError(s, u, v) + s * uLow + sLow * u;

  const a = k * LN2_HIGH;
  const b = 2 * s;
  const ab = a + b;
  const abLow = sumError(a, b, ab);
  const sum = ab + v;
  return sum + (sumError(ab, v, sum) + abLow + (k * LN2_LOW + 2 * sLow + vLow));
}

/** a b - p, where p is the rounded product (Dekker). */
function productError(a: number, b: number, p: number): number {
  const ca = 134217729 * a;
  const aHigh = ca - (ca - a);
  const aLow = a - aHigh;
  const cb = 134217729 * b;
  const bHigh = cb - (cb - b);
  const bLow = b - bHigh;
  return aLow * bLow - (p - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** a + b - sum, where sum is the rounded sum (Knuth). */
function sumError(a: number, b: number, sum: number): number {
  const bRounded = sum - a;
  return a - (sum - bRounded) + (b - bRounded);
}
