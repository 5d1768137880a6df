/**
 * The indices of the scores from the highest to the lowest, equal ones in their order; samples whose
 * weight is 0 are left out.
 *
 * A radix sort by 11 bits of the bit pattern: comparing through a callback would take most of the
 * time of a curve.
 */
export function descendingOrder(
  scores: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Uint32Array {
  const order = new Uint32Array(scores.length);
  let n = 0;
  for (let i = 0; i < scores.length; i++)
    if (weights === undefined || weights[i] !== 0) order[n++] = i;
  return radixSort(scores, order.subarray(0, n));
}

const BITS = 11;
const BUCKETS = 1 << BITS;

function radixSort(scores: ArrayLike<number>, order: Uint32Array): Uint32Array {
  const n = order.length;
  const low = new Uint32Array(n);
  const high = new Uint32Array(n);
  descendingKeys(scores, order, low, high);
  const digits = [
    [low, 0],
    [low, 11],
    [low, 22],
    [high, 0],
    [high, 11],
    [high, 22],
  ] as const;
  let from: Columns = { order, low, high };
  let to: Columns = {
    order: new Uint32Array(n),
    low: new Uint32Array(n),
    high: new Uint32Array(n),
  };
  for (const [word, shift] of digits) {
    const source = word === low ? 'low' : 'high';
    const starts = bucketStarts(from[source], shift);
    if (starts === undefined) continue;
    scatter(from, to, from[source], shift, starts);
    [from, to] = [to, from];
  }
  return from.order;
}

/** Bit patterns that rise as the scores fall; -0 counts as 0. */
function descendingKeys(
  scores: ArrayLike<number>,
  order: Uint32Array,
  low: Uint32Array,
  high: Uint32Array,
): void {
  const real = new Float64Array(1);
  const words = new Uint32Array(real.buffer);
  const lowWord = new Uint32Array(Float64Array.of(2 ** -1074).buffer)[0] === 1 ? 0 : 1;
  for (let i = 0; i < order.length; i++) {
    real[0] = scores[order[i]!]! + 0;
    const top = words[1 - lowWord]!;
    const flip = top >>> 31 === 1 ? 0 : 0xffffffff;
    low[i] = words[lowWord]! ^ flip;
    high[i] = flip === 0 ? top : top ^ 0x7fffffff;
  }
}

/** Where each bucket starts; undefined if all keys share the digit. */
function bucketStarts(keys: Uint32Array, shift: number): Uint32Array | undefined {
  const starts = new Uint32Array(BUCKETS);
  for (let i = 0; i < keys.length; i++) starts[(keys[i]! >>> shift) & (BUCKETS - 1)]! += 1;
  let total = 0;
  for (let b = 0; b < BUCKETS; b++) {
    const size = starts[b]!;
    if (size === keys.length) return undefined;
    starts[b] = total;
    total += size;
  }
  return starts;
}

type Columns = { order: Uint32Array; low: Uint32Array; high: Uint32Array };

function scatter(
  from: Columns,
  to: Columns,
  keys: Uint32Array,
  shift: number,
  starts: Uint32Array,
) {
  for (let i = 0; i < keys.length; i++) {
    const bucket = (keys[i]! >>> shift) & (BUCKETS - 1);
    const at = starts[bucket]!;
    starts[bucket] = at + 1;
    to.order[at] = from.order[i]!;
    to.low[at] = from.low[i]!;
    to.high[at] = from.high[i]!;
  }
}
