/** A number for people: four significant digits, a power of ten for the very large and small. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-4)) {
    const [mantissa, exponent] = value.toExponential(2).split('e');
    return `${minus(String(Number(mantissa)))}e${minus(exponent!.replace('+', ''))}`;
  }
  return minus(String(Number(value.toPrecision(4))));
}

/** Both ends of a scale, with as many decimals as the one that needs more. */
export function formatPair(low: number, high: number): readonly [string, string] {
  const texts = [formatValue(low), formatValue(high)] as const;
  if (texts.some((text) => /[^−.\d]/.test(text))) return texts;
  const decimals = Math.max(...texts.map((text) => text.split('.')[1]?.length ?? 0));
  return [minus(low.toFixed(decimals)), minus(high.toFixed(decimals))];
}

/** A count with thousands separators, the same in every locale. */
export function formatCount(count: number): string {
  if (!Number.isInteger(count)) return formatValue(count);
  return minus(String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ','));
}

/** A share in [0, 1] as a percentage. */
export function formatPercent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)}%`;
}

function minus(text: string): string {
  return text.replace('-', '−');
}
