/**
 * Python's `format(value, '.<digits>f')`: rounds the exact binary value, ties to even.
 * `toFixed` rounds ties up (0.125 → "0.13"), so that a report would differ in its last digit.
 */
export function fixed(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  const biased = (high >>> 20) & 0x7ff;
  const fraction = (BigInt(high & 0xfffff) << 32n) | BigInt(bits.getUint32(4));
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  const exponent = Math.max(biased, 1) - 1075; // value = mantissa * 2^exponent
  const scaled = mantissa * 10n ** BigInt(digits);
  const whole = exponent >= 0 ? scaled << BigInt(exponent) : halfEven(scaled, BigInt(-exponent));
  const text = whole.toString().padStart(digits + 1, '0');
  const sign = high >>> 31 === 1 ? '-' : '';
  const point = text.length - digits;
  return sign + text.slice(0, point) + (digits > 0 ? `.${text.slice(point)}` : '');
}

/** `value / 2^shift`, rounded to the nearest whole number, ties to even. */
function halfEven(value: bigint, shift: bigint): bigint {
  const quotient = value >> shift;
  const rest = value - (quotient << shift);
  const half = 1n << (shift - 1n);
  return rest > half || (rest === half && (quotient & 1n) === 1n) ? quotient + 1n : quotient;
}

/** Python's `str(float)`: the shortest digits that read back as the same number, always a real. */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const [coefficient = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    return `${coefficient}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}

/** Python's `str(label)`. */
export function pythonLabel(label: unknown): string {
  return typeof label === 'boolean' ? (label ? 'True' : 'False') : String(label);
}

/** Length in code points, as Python counts. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** `format(text, '>width')`, the width counted in code points. */
export function padLeft(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - codePoints(text))) + text;
}
