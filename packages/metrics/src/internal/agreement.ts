import type { Column, Table } from './columns.js';
import { encode } from './encode.js';
import { average, dot } from './numpy.js';
import type { Pair } from './targets.js';

/** The share, count or weight of the samples whose labels are all right. */
export function rightShare(fn: string, pair: Pair, normalize: boolean): number {
  const { truth, guess, weights } = pair;
  if (weights === undefined && truth.shape === 'column') {
    const [a, b] = [truth.numbers, (guess as Column).numbers];
    if (a instanceof Int32Array && b instanceof Int32Array) {
      let count = 0;
      for (let i = 0; i < a.length; i++) count += a[i] === b[i] ? 1 : 0;
      return normalize ? count / a.length : count;
    }
  }
  return share(hits(fn, pair), weights, normalize);
}

/** 1 for each sample whose labels are all right, 0 for the others. */
export function hits(fn: string, { truth, guess }: Pair): Uint8Array {
  if (truth.shape === 'table') return rowHits(truth, guess as Table);
  const [a, b] = [truth, guess as Column];
  if (a.numbers instanceof Int32Array && b.numbers instanceof Int32Array) {
    return equal(a.numbers, b.numbers);
  }
  const { codes } = encode(fn, ['yTrue', 'yPred'], [a, b]);
  return equal(codes[0]!, codes[1]!);
}

function equal(a: Int32Array, b: Int32Array): Uint8Array {
  const out = new Uint8Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = a[i] === b[i] ? 1 : 0;
  return out;
}

function rowHits(truth: Table, guess: Table): Uint8Array {
  const { columns, length } = truth;
  const out = new Uint8Array(length).fill(1);
  for (let at = 0; at < length * columns; at++) {
    if (truth.data[at] !== guess.data[at]) out[Math.floor(at / columns)] = 0;
  }
  return out;
}

/** The weighted share of the samples that are 1, or their weight or count. */
export function share(
  ones: Uint8Array,
  weights: Float64Array | undefined,
  normalize: boolean,
): number {
  if (weights === undefined) {
    let count = 0;
    for (let i = 0; i < ones.length; i++) count += ones[i]!;
    return normalize ? count / ones.length : count;
  }
  const values = Float64Array.from(ones);
  return normalize ? average(values, weights) : dot(values, weights);
}
