import type { ClassLabels } from '../split.js';

type Label = number | string | boolean;

interface EncodedClasses {
  /** The different labels in ascending order; strings by code point. */
  readonly classes: readonly Label[];
  /** Position in `classes` of each sample's label. */
  readonly codes: Int32Array;
  /** Samples of each class. */
  readonly counts: Int32Array;
}

/** Labels as positions in the sorted list of classes (NumPy's `unique` with inverse and counts). */
export function encodeClasses(caller: string, labels: ClassLabels): EncodedClasses {
  const seen = new Set<Label>();
  const kind = typeof labels[0];
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (typeof label !== kind || (typeof label === 'number' && !Number.isFinite(label))) {
      throw new TypeError(
        `${caller}: labels must be finite numbers, strings or booleans, and all of one kind; received ${String(label)} at ${i}.`,
      );
    }
    seen.add(label);
  }
  const classes = [...seen].sort(compareLabels);
  const position = new Map(classes.map((label, i) => [label, i]));
  const codes = new Int32Array(labels.length);
  const counts = new Int32Array(classes.length);
  for (let i = 0; i < labels.length; i++) {
    const code = position.get(labels[i]!)!;
    codes[i] = code;
    counts[code]! += 1;
  }
  return { classes, codes, counts };
}

function compareLabels(a: Label, b: Label): number {
  if (typeof a !== 'string' || typeof b !== 'string') return Number(a) - Number(b);
  // JavaScript compares UTF-16 units, which puts U+FFFF before an emoji's code point.
  for (let i = 0; i < a.length && i < b.length; ) {
    const x = a.codePointAt(i)!;
    const y = b.codePointAt(i)!;
    if (x !== y) return x - y;
    i += x > 0xffff ? 2 : 1;
  }
  return a.length - b.length;
}
