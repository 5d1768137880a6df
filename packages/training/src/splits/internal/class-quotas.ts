import type { RandomState } from '@cnnkit/random';

/**
 * How many of `draws` samples each class gives, in proportion to its size. What rounding down
 * leaves over goes to the largest remainders, and among equal remainders the generator decides
 * (scikit-learn's `_approximate_mode`, draw for draw).
 */
export function classQuotas(
  random: RandomState,
  classCounts: Int32Array,
  draws: number,
): Int32Array {
  const total = classCounts.reduce((sum, count) => sum + count, 0);
  const exact = Float64Array.from(classCounts, (count) => (count / total) * draws);
  const quotas = Int32Array.from(exact, Math.floor);
  let missing = draws - quotas.reduce((sum, quota) => sum + quota, 0);
  if (missing === 0) return quotas;
  const remainders = exact.map((value, i) => value - quotas[i]!);
  for (const value of [...new Set(remainders)].sort((a, b) => b - a)) {
    const tied = Array.from(remainders.keys()).filter((i) => remainders[i] === value);
    const added = Math.min(tied.length, missing);
    for (const i of random.choice(tied, added, { replace: false })) quotas[i]! += 1;
    missing -= added;
    if (missing === 0) break;
  }
  return quotas;
}
