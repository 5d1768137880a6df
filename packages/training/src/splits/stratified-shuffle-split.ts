import type { RandomState } from '@cnnkit/random';
import { checkSplits } from './internal/check-splits.js';
import { classQuotas } from './internal/class-quotas.js';
import { encodeClasses } from './internal/encode-classes.js';
import { generatorOf } from './internal/generator.js';
import { splitCounts } from './internal/split-counts.js';
import type { ShuffleSplitOptions } from './shuffle-split.js';
import type { ClassLabels, Split } from './split.js';

/**
 * Several independent random splits, each side of which holds every class in the proportion of the
 * whole: scikit-learn's `StratifiedShuffleSplit`, index for index.
 *
 * @param labels - Class of each sample: all numbers, all strings or all booleans.
 * @returns One split after another; indices in the order drawn, not sorted.
 * @throws RangeError if a class has one member only, or a side is smaller than the class count.
 */
export function stratifiedShuffleSplit(
  labels: ClassLabels,
  { splits = 10, testSize, trainSize, seed }: ShuffleSplitOptions = {},
): Split[] {
  const caller = 'stratifiedShuffleSplit';
  checkSplits(caller, splits, 1);
  const counts = splitCounts(caller, labels.length, testSize, trainSize, 0.1);
  const draw = stratifiedDraw(caller, labels, counts.trainCount, counts.testCount);
  const random = generatorOf(seed);
  return Array.from({ length: splits }, () => draw(random));
}

/** A function that draws one stratified split after another. */
export function stratifiedDraw(
  caller: string,
  labels: ClassLabels,
  trainCount: number,
  testCount: number,
): (random: RandomState) => Split {
  const { classes, codes, counts } = encodeClasses(caller, labels);
  checkClasses(caller, classes, counts, trainCount, testCount);
  const members = Array.from(counts, (count) => new Int32Array(count));
  const filled = new Int32Array(counts.length);
  codes.forEach((code, sample) => {
    members[code]![filled[code]!++] = sample;
  });

  return (random) => {
    const trainQuotas = classQuotas(random, counts, trainCount);
    const left = counts.map((count, i) => count - trainQuotas[i]!);
    const testQuotas = classQuotas(random, left, testCount);
    const train: number[] = [];
    const test: number[] = [];
    members.forEach((samples, i) => {
      const order = random.permutation(samples.length);
      const trains = trainQuotas[i]!;
      for (const at of order.subarray(0, trains)) train.push(samples[at]!);
      for (const at of order.subarray(trains, trains + testQuotas[i]!)) test.push(samples[at]!);
    });
    return {
      train: random.permutation(Int32Array.from(train)),
      test: random.permutation(Int32Array.from(test)),
    };
  };
}

function checkClasses(
  caller: string,
  classes: readonly unknown[],
  counts: Int32Array,
  trainCount: number,
  testCount: number,
): void {
  const lonely = classes.filter((_, i) => counts[i]! < 2);
  if (lonely.length > 0) {
    throw new RangeError(
      `${caller}: labels must give every class at least 2 members; received 1 of ${lonely.slice(0, 10).map(String).join(', ')}. Drop these samples or split without labels.`,
    );
  }
  if (trainCount < classes.length) {
    throw new RangeError(
      `${caller}: trainSize must hold at least one sample for each of ${classes.length} classes; received ${trainCount}.`,
    );
  }
  if (testCount < classes.length) {
    throw new RangeError(
      `${caller}: testSize must hold at least one sample for each of ${classes.length} classes; received ${testCount}.`,
    );
  }
}
