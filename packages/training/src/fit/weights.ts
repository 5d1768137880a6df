import { requireFinite } from './require-finite.js';
import { classesOf, type Targets } from './targets.js';

/**
 * What each class weighs in training, by its index: `{ 3: 5 }`, where classes not named weigh 1, or
 * a list such as `computeClassWeight` of `@cnnkit/metrics` returns.
 */
export type ClassWeight = Readonly<Record<number, number>>;

/** A weight for each of `count` samples, checked. @returns undefined if none are given */
export function sampleWeights(
  name: string,
  given: ArrayLike<number> | undefined,
  count: number,
): Float32Array | undefined {
  if (given === undefined) return undefined;
  if (given.length !== count) {
    throw new RangeError(
      `${name}: sampleWeight must hold a number for each of ${count} samples; received ${given.length}.`,
    );
  }
  const weights = Float32Array.from(given);
  requireFinite(name, weights, 1, 'sampleWeight');
  return weights;
}

/** Refuses classes that the model lacks, and weights that are no numbers. */
export function checkClassWeight(
  name: string,
  classWeight: ClassWeight | undefined,
  classes: number,
): void {
  for (const [key, weight] of Object.entries(classWeight ?? {})) {
    const label = Number(key);
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new RangeError(
        `${name}: classWeight must name classes from 0 to ${classes - 1}; received ${key}.`,
      );
    }
    if (!Number.isFinite(weight)) {
      throw new RangeError(
        `${name}: classWeight must be finite; received ${weight} for class ${key}.`,
      );
    }
  }
}

/** What samples weigh in training by their own weights or by their classes; as Keras, not by both. */
export function trainingWeights(
  name: string,
  own: Float32Array | undefined,
  classWeight: ClassWeight | undefined,
  targets: Targets,
): Float32Array | undefined {
  if (classWeight === undefined) return own;
  if (own !== undefined) {
    throw new TypeError(
      `${name}: only one of sampleWeight and classWeight may be given; received both. ` +
        'Multiply each sample’s weight by that of its class.',
    );
  }
  return Float32Array.from(classesOf(targets), (label) => classWeight[label] ?? 1);
}
