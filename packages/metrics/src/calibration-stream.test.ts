import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrationCurve } from './calibration-curve.js';
import { CalibrationStream, type CalibrationStreamOptions } from './calibration-stream.js';
import { STEPS, stepsOf } from './internal/probability-steps.js';

let state = 7;
const random = () => {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
};
const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());

/** Outputs as models have them. */
const OUTPUTS: Readonly<Record<string, () => number>> = {
  'evenly spread': random,
  'of a model that is sure': () => 1 / (1 + Math.exp(8 * normal())),
  'of a rare class': () => random() ** 4,
};

/** Half of the batches in each of two workers, merged by what travels between them. */
function streamed(
  yTrue: readonly number[],
  yProb: readonly number[],
  options: CalibrationStreamOptions,
): CalibrationStream {
  const workers = [new CalibrationStream(options), new CalibrationStream(options)] as const;
  for (let at = 0; at < yTrue.length; at += 100) {
    workers[((at / 100) % 2) as 0 | 1].add(yTrue.slice(at, at + 100), yProb.slice(at, at + 100));
  }
  return workers[0].merge(JSON.parse(JSON.stringify(workers[1].state())));
}

const farthest = (a: readonly number[], b: readonly number[]) =>
  Math.max(0, ...a.map((value, i) => Math.abs(value - b[i]!)));

describe.each(Object.entries(OUTPUTS))('with probabilities %s', (_, output) => {
  const yProb = Array.from({ length: 20_000 }, output);
  const yTrue = yProb.map((p) => Number(random() < p));

  it('quantile bins of a stream are as near as it says', () => {
    for (const nBins of [1, 2, 5, 10, 30]) {
      const options = { nBins, strategy: 'quantile' } as const;
      const stream = streamed(yTrue, yProb, options);
      const [ours, whole] = [stream.curve(), calibrationCurve(yTrue, yProb, options)];
      expect(ours.probTrue).toHaveLength(whole.probTrue.length);
      const error = stream.quantileError;
      expect(error).toBeLessThan(nBins * 0.012);
      expect(farthest(ours.probTrue, whole.probTrue)).toBeLessThanOrEqual(error + 1e-12);
      expect(farthest(ours.probPred, whole.probPred)).toBeLessThanOrEqual(error + 1e-12);
      // The samples that may move lie within a step of the edge.
      expect(farthest(ours.probPred, whole.probPred)).toBeLessThan(0.004);
    }
  });

  it('an exact stream gives the curve of the whole arrays, of either strategy', () => {
    for (const strategy of ['uniform', 'quantile'] as const) {
      const stream = streamed(yTrue, yProb, { nBins: 7, strategy, exact: true });
      const whole = calibrationCurve(yTrue, yProb, { nBins: 7, strategy });
      const ours = stream.curve();
      expect(ours.probTrue).toHaveLength(whole.probTrue.length);
      expect(farthest(ours.probTrue, whole.probTrue)).toBeLessThan(1e-13);
      expect(farthest(ours.probPred, whole.probPred)).toBeLessThan(1e-13);
      expect(stream.quantileError).toBe(0);
    }
  });
});

it('the error that a stream of quantile bins names holds for any probabilities, also those that tie', () => {
  const p = fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: 0, max: 20 }).map((i) => i / 20),
    fc.constantFrom(0, 1, 0.5, 5e-324, 1 - 2 ** -53),
  );
  const samples = fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), p), { minLength: 1 });
  fc.assert(
    fc.property(samples, fc.integer({ min: 1, max: 6 }), (given, nBins) => {
      const yTrue = given.map(([label]) => label);
      const yProb = given.map(([, prob]) => prob);
      const options = { nBins, strategy: 'quantile' } as const;
      const stream = new CalibrationStream(options).add(yTrue, yProb);
      const [ours, whole] = [stream.curve(), calibrationCurve(yTrue, yProb, options)];
      expect(ours.probTrue.length).toBeLessThanOrEqual(nBins);
      if (ours.probTrue.length !== whole.probTrue.length) {
        expect(stream.quantileError).toBeGreaterThan(0);
        return;
      }
      const allowed = stream.quantileError + 1e-12;
      expect(farthest(ours.probTrue, whole.probTrue)).toBeLessThanOrEqual(allowed);
      expect(farthest(ours.probPred, whole.probPred)).toBeLessThanOrEqual(allowed);
    }),
    { numRuns: 500 },
  );
});

it('steps rise with probabilities, fit their number, and are fine near 0 and 1', () => {
  const near = Array.from({ length: 4_000 }, (_, i) => 0.5 * 0.995 ** i);
  const rising = [0, ...near.toReversed(), ...near.map((p) => 1 - p), 1];
  const steps = stepsOf(rising);
  for (let i = 1; i < steps.length; i++) {
    expect(steps[i]).toBeGreaterThanOrEqual(steps[i - 1]!);
    if (steps[i] === steps[i - 1]) {
      const distance = Math.min(rising[i]!, 1 - rising[i - 1]!);
      expect(rising[i]! - rising[i - 1]!).toBeLessThanOrEqual(Math.max(distance / 64, 2 ** -30));
    }
  }
  expect(steps[0]).toBe(0);
  expect(steps.at(-1)).toBe(STEPS - 1);
});

it('has no point before the first sample', () => {
  for (const strategy of ['uniform', 'quantile'] as const) {
    for (const exact of [false, true]) {
      const stream = new CalibrationStream({ strategy, exact });
      expect(stream.curve()).toEqual({ probTrue: [], probPred: [] });
      expect(stream.quantileError).toBe(0);
    }
  }
});

it('takes names, and tells what it cannot take or merge', () => {
  const named = new CalibrationStream({ posLabel: 'cat', nBins: 2, exact: true });
  named.add(['dog', 'cat'], [0.25, 0.75]).add(['owl'], [0.125]);
  expect(named.curve().probTrue).toEqual([0, 1]);
  const quantile = () => new CalibrationStream({ strategy: 'quantile' });
  expect(() => quantile().add([0, 1], [0.5, 1.5])).toThrow(/received 1.5 at 1/);
  expect(() => quantile().add([0, 1], [0.5, Number.NaN])).toThrow(/received NaN at 1/);
  expect(() => quantile().merge(new CalibrationStream())).toThrow(
    `streams must have ${STEPS} bins, quantile, to merge; received 5 bins, uniform.`,
  );
  expect(() => quantile().merge(named)).toThrow('to merge; received an exact one.');
  expect(() => named.merge(quantile())).toThrow('streams must be exact to merge; received');
  expect(() => new CalibrationStream({ strategy: 'equal' as never })).toThrow(
    'CalibrationStream: strategy must be one of "uniform", "quantile"; received "equal".',
  );
});
