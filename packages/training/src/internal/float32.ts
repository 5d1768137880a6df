/**
 * Scalar arithmetic as a float32 program does it: every operand and every result is rounded to
 * float32. Keras computes its bias corrections this way, and the roundings are large enough to
 * part two runs (0.999 to the third power differs in the sixth digit of `1 - 0.999 ** 3`).
 */
export const f32: (value: number) => number = Math.fround;

export function f32Add(a: number, b: number): number {
  return f32(f32(a) + f32(b));
}

export function f32Sub(a: number, b: number): number {
  return f32(f32(a) - f32(b));
}

export function f32Mul(a: number, b: number): number {
  return f32(f32(a) * f32(b));
}

export function f32Div(a: number, b: number): number {
  return f32(f32(a) / f32(b));
}

export function f32Sqrt(a: number): number {
  return f32(Math.sqrt(f32(a)));
}

/** Correctly rounded in all but a vanishing share of cases: computed in double, rounded once. */
export function f32Pow(base: number, exponent: number): number {
  return f32(f32(base) ** f32(exponent));
}
