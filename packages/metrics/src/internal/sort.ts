/** Samples with their scores. */
export interface Scored {
  readonly scores: Float64Array;
  /** 1 for a positive sample, else 0. */
  readonly positive: Uint8Array;
  readonly weights: Float64Array | undefined;
}

/** Buckets of at most this many samples are left to the insertion sort at the end. */
const SMALL = 32;

/**
 * The samples in the order of rising scores; those whose weight is 0 are left out.
 *
 * Samples are dealt into as many buckets as there are two samples, by where the score lies between
 * the lowest and the highest; full buckets are dealt again within their own range, and an insertion
 * sort ends it. Sorting indices through a callback would take most of the time of a curve. Scores
 * crowd near 0 and 1, but each round looks 2^18 times as closely at a million samples.
 */
export function sortScores(
  scores: ArrayLike<number>,
  positive: ArrayLike<number>,
  weights: Float64Array | undefined,
): Scored {
  const samples = withWeight(scores, positive, weights);
  const sorted = empty(samples.scores.length, weights !== undefined);
  deal(samples, sorted, 0);
  insertionSort(sorted);
  return sorted;
}

function empty(n: number, weighted: boolean): Scored {
  return {
    scores: new Float64Array(n),
    positive: new Uint8Array(n),
    weights: weighted ? new Float64Array(n) : undefined,
  };
}

function withWeight(
  scores: ArrayLike<number>,
  positive: ArrayLike<number>,
  weights: Float64Array | undefined,
): Scored {
  const all = {
    scores: scores instanceof Float64Array ? scores : Float64Array.from(scores),
    positive: positive instanceof Uint8Array ? positive : Uint8Array.from(positive),
    weights,
  };
  if (!weights?.includes(0)) return all;
  const keep = (_: number, i: number) => weights[i] !== 0;
  return {
    scores: all.scores.filter(keep),
    positive: all.positive.filter(keep),
    weights: weights.filter(keep),
  };
}

/** Writes the samples to `out` from `start` on, bucket by bucket. */
function deal(from: Scored, out: Scored, start: number): void {
  const { scores, positive, weights } = from;
  const n = scores.length;
  const [low, high] = extent(scores);
  const buckets = 2 ** Math.max(4, Math.ceil(Math.log2(n)) - 1);
  const scale = (buckets - 1) / (high - low);
  if (low === high || !(scale > 0 && scale < Number.POSITIVE_INFINITY)) {
    if (low !== high) {
      sortByComparing(from, out, start);
      return;
    }
    out.scores.set(scores, start);
    out.positive.set(positive, start);
    if (weights) out.weights!.set(weights, start);
    return;
  }
  const ends = new Uint32Array(buckets);
  for (let i = 0; i < n; i++) ends[((scores[i]! - low) * scale) | 0]! += 1;
  let end = start;
  let fullest = 0;
  for (let b = 0; b < buckets; b++) {
    const size = ends[b]!;
    if (size > fullest) fullest = size;
    ends[b] = end;
    end += size;
  }
  for (let i = 0; i < n; i++) {
    const score = scores[i]!;
    const bucket = ((score - low) * scale) | 0;
    const at = ends[bucket]!;
    ends[bucket] = at + 1;
    out.scores[at] = score;
    out.positive[at] = positive[i]!;
    if (weights) out.weights![at] = weights[i]!;
  }
  if (fullest > SMALL) dealAgain(out, ends, start);
}

/** Deals the full buckets again, each within its own range. */
function dealAgain(out: Scored, ends: Uint32Array, start: number): void {
  let from = start;
  for (let b = 0; b < ends.length; b++) {
    const end = ends[b]!;
    if (end - from > SMALL) {
      const { scores, positive, weights } = out;
      const bucket = {
        scores: scores.slice(from, end),
        positive: positive.slice(from, end),
        weights: weights?.slice(from, end),
      };
      deal(bucket, out, from);
    }
    from = end;
  }
}

/** For ranges that overflow or vanish in a double. */
function sortByComparing({ scores, positive, weights }: Scored, out: Scored, start: number): void {
  const order = Uint32Array.from(scores, (_, i) => i).sort((i, j) => scores[i]! - scores[j]!);
  order.forEach((i, at) => {
    out.scores[start + at] = scores[i]!;
    out.positive[start + at] = positive[i]!;
    if (weights) out.weights![start + at] = weights[i]!;
  });
}

function extent(scores: Float64Array): [number, number] {
  let low = scores[0]!;
  let high = low;
  for (let i = 1; i < scores.length; i++) {
    const score = scores[i]!;
    if (score < low) low = score;
    if (score > high) high = score;
  }
  return [low, high];
}

function insertionSort({ scores, positive, weights }: Scored): void {
  for (let i = 1; i < scores.length; i++) {
    const score = scores[i]!;
    if (scores[i - 1]! <= score) continue;
    const mark = positive[i]!;
    const weight = weights ? weights[i]! : 1;
    let at = i;
    for (; at > 0 && scores[at - 1]! > score; at--) {
      scores[at] = scores[at - 1]!;
      positive[at] = positive[at - 1]!;
      if (weights) weights[at] = weights[at - 1]!;
    }
    scores[at] = score;
    positive[at] = mark;
    if (weights) weights[at] = weight;
  }
}
