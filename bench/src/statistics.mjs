/** The middle value; the mean of the middle two when their number is even. @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {readonly number[]} values */
export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @param {readonly number[]} values */
export function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/**
 * How many times as fast `ours` is as `theirs`, from milliseconds a step in rounds: the ratio of the
 * medians, and the smallest and largest ratio within one round. A slow minute of the machine hits both
 * engines of a round, so the range is that of the comparison and not that of the machine.
 * @param {readonly number[]} ours @param {readonly number[]} theirs may have fewer rounds
 */
export function speedup(ours, theirs) {
  const rounds = Math.min(ours.length, theirs.length);
  const paired = Array.from({ length: rounds }, (_, i) => theirs[i] / ours[i]);
  return {
    ratio: median(theirs) / median(ours),
    min: Math.min(...paired),
    max: Math.max(...paired),
  };
}
