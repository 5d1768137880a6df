/** A value of a hyperparameter. */
export type HparamValue = number | string | boolean;

/**
 * What Python's `json.dumps(values, sort_keys=True, separators=(",", ":"))` prints. TensorBoard
 * hashes it to tell which sessions belong together, so runs of Keras and of cnnkit with the same
 * hyperparameters must print the same.
 *
 * Python tells 1 and 1.0 apart, JavaScript does not: whole numbers print without a point.
 */
export function pythonJson(values: Readonly<Record<string, HparamValue>>): string {
  const names = Object.keys(values).sort(byCodePoint);
  return `{${names.map((name) => `${ascii(name)}:${item(values[name]!)}`).join(',')}}`;
}

function item(value: HparamValue): string {
  if (typeof value === 'string') return ascii(value);
  return typeof value === 'number' ? number(value) : String(value);
}

/** JSON with all but ASCII escaped. */
function ascii(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Python's repr: the same shortest digits as JavaScript's, other bounds for the exponent. */
function number(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (Number.isSafeInteger(value)) return String(value);
  const [digits, exponentText] = value.toExponential().split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 16) return plain(value);
  const sign = exponent < 0 ? '-' : '+';
  return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function plain(value: number): string {
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}

function byCodePoint(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
