import type { ArrayData } from './data.js';
import { requireFinite } from './require-finite.js';

/** Class indices or target rows of some samples. */
export type Targets =
  | { readonly kind: 'classes'; readonly values: Int32Array | Uint8Array }
  | { readonly kind: 'rows'; readonly values: Float32Array; readonly width: number };

/** The targets of `count` samples, checked for their number. */
export function targetsOf(name: string, values: ArrayData['ys'], count: number): Targets {
  if (values instanceof Float32Array) {
    if (values.length === 0 || values.length % count !== 0) {
      throw new RangeError(
        `${name}: ys must hold the same number of targets for each of ${count} samples; received ${values.length} numbers.`,
      );
    }
    const width = values.length / count;
    requireFinite(name, values, width, 'ys');
    return { kind: 'rows', values, width };
  }
  if (values.length !== count) {
    throw new RangeError(
      `${name}: there must be a label for each of ${count} samples; received ${values.length} labels.`,
    );
  }
  return { kind: 'classes', values };
}

/** Those of the samples `order[start…end)`, in memory of their own. */
export function gatherTargets(
  targets: Targets,
  order: Int32Array,
  start: number,
  end: number,
): Targets {
  const chosen = order.subarray(start, end);
  if (targets.kind === 'classes') {
    const { kind, values } = targets;
    return { kind, values: Int32Array.from(chosen, (index) => values[index] as number) };
  }
  const { kind, values, width } = targets;
  const rows = new Float32Array(chosen.length * width);
  chosen.forEach((index, i) => {
    rows.set(values.subarray(index * width, (index + 1) * width), i * width);
  });
  return { kind, values: rows, width };
}

/** The class of each sample, as Keras's class weights take it: the largest target of a row. */
export function classesOf(targets: Targets): Int32Array {
  if (targets.kind === 'classes') return Int32Array.from(targets.values);
  const { values, width } = targets;
  return Int32Array.from({ length: values.length / width }, (_, i) => {
    const row = values.subarray(i * width, (i + 1) * width);
    return width === 1 ? Math.round(row[0] as number) : row.indexOf(Math.max(...row));
  });
}
