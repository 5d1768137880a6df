/** A float as Python's `repr` writes it: shortest digits, `1.0`, `1e-07`, `1e+16`, `nan`, `inf`. */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    const [digits, exponent] = value.toExponential().split('e') as [string, string];
    const sign = exponent.startsWith('-') ? '-' : '+';
    return `${digits}e${sign}${exponent.slice(1).padStart(2, '0')}`;
  }
  const text = Object.is(value, -0) ? '-0' : String(value);
  return text.includes('.') ? text : `${text}.0`;
}

/** Fixed decimals as Python writes them: the exact binary value, ties to even. */
export function pythonFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return pythonFloat(value);
  const text = value.toFixed(decimals);
  // toFixed takes the larger of two equally near numbers. 100 decimals are enough to see a tie:
  // a double that ends in a 5 at this place has no further digits.
  const exact = value.toFixed(100);
  const rest = exact.slice(exact.indexOf('.') + 1 + decimals);
  if (!/^50*$/.test(rest)) return text;
  const kept = exact.slice(0, exact.indexOf('.') + (decimals === 0 ? 0 : 1 + decimals));
  return Number(kept.at(-1)) % 2 === 0 ? kept : text;
}

/**
 * Fills `{key}`, `{key:02d}` and `{key:.3f}` as Python's `str.format` does.
 *
 * @throws RangeError for a key that is not in `values`, or another kind of format
 */
export function pythonTemplate(template: string, values: Readonly<Record<string, number>>): string {
  return template.replace(/\{(\w+)(?::([^}]*))?\}/g, (_match, key: string, format = '') => {
    const value = values[key];
    if (value === undefined) {
      throw new RangeError(
        `Failed to format this callback filepath: "${template}". Reason: '${key}'; known are ${Object.keys(values).join(', ')}.`,
      );
    }
    const [, zero, width, decimals, kind] = /^(0?)(\d*)(?:\.(\d+))?([dfe]?)$/.exec(format) ?? [];
    if (kind === undefined) {
      throw new RangeError(
        `Failed to format this callback filepath: "${template}". Reason: format "${format}" is not one of d, f and e.`,
      );
    }
    const text = formatNumber(
      value,
      kind,
      decimals === undefined ? undefined : Number(decimals),
      key,
    );
    return text.padStart(Number(width), zero === '0' ? '0' : ' ');
  });
}

function formatNumber(
  value: number,
  kind: string,
  decimals: number | undefined,
  key: string,
): string {
  if (kind === 'd') return String(Math.trunc(value));
  if (kind === 'e') {
    const [digits, exponent] = value.toExponential(decimals ?? 6).split('e') as [string, string];
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
  }
  if (kind === 'f' || decimals !== undefined) return pythonFixed(value, decimals ?? 6);
  return key === 'epoch' || key === 'batch' ? String(value) : pythonFloat(value);
}
