import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detCurve } from './det-curve.js';
import { precisionRecallCurve } from './precision-recall-curve.js';
import { rocCurve } from './roc-curve.js';

const CURVES = { rocCurve, precisionRecallCurve, detCurve };
const yTrue = [0, 0, 1, 1, 0, 1];
const scores = [0.125, 0.5, 0.375, 0.75, 0.5, 0.5];
const shape = [6, 1] as const;

for (const [name, curve] of Object.entries(CURVES)) {
  describe(`${name} gives arrays of the kind of the scores`, () => {
    for (const options of [{}, { dropIntermediate: true }, { sampleWeight: [1, 2, 1, 3, 1, 1] }]) {
      const plain = Object.values(curve(yTrue, scores, options));

      it(`plain ones for plain arrays and rows, ${JSON.stringify(options)}`, () => {
        const rows = Object.values(curve(yTrue, { data: scores, shape }, options));
        const nested = Object.values(
          curve(
            yTrue,
            scores.map((score) => [score]),
            options,
          ),
        );
        expect(plain.every(Array.isArray)).toBe(true);
        expect([rows, nested]).toEqual([plain, plain]);
      });

      it(`Float64Array for typed ones, with memory of its own, ${JSON.stringify(options)}`, () => {
        for (const typed of [
          Float64Array.from(scores),
          Float32Array.from(scores),
          { data: Float32Array.from(scores), shape },
        ]) {
          const arrays: Float64Array[] = Object.values(curve(yTrue, typed, options));
          expect(arrays).toEqual(plain.map((array) => Float64Array.from(array)));
          expect(arrays.every((array) => array.buffer.byteLength === 8 * array.length)).toBe(true);
        }
        const whole = Int8Array.of(-1, 0, 0, 2, 1, 0);
        const [xs] = Object.values(curve(yTrue, whole, options));
        expect(xs).toEqual(Float64Array.from(Object.values(curve(yTrue, [...whole], options))[0]!));
      });
    }
  });
}

const sample = fc.record({
  positive: fc.integer({ min: 0, max: 1 }),
  score: fc.oneof(
    fc.integer({ min: -4, max: 4 }),
    fc.constantFrom(0, -0, 0.5, -0.5, 5e-324, -5e-324),
    fc.double({ min: -2, max: 2, noNaN: true }),
  ),
});

for (const [name, curve] of Object.entries(CURVES)) {
  it(`${name} gives the same with a weight of 1 each as without, though it counts otherwise`, () => {
    fc.assert(
      fc.property(
        fc.array(sample, { minLength: 1, maxLength: 60 }),
        fc.boolean(),
        (given, drop) => {
          const labels = given.map(({ positive }) => positive);
          fc.pre(name !== 'detCurve' || new Set(labels).size === 2);
          const values = given.map(({ score }) => score);
          const sampleWeight = labels.map(() => 1);
          const options = { posLabel: 1, dropIntermediate: drop, onWarning: () => {} };
          const weighted = curve(labels, values, { ...options, sampleWeight });
          expect(curve(labels, values, options)).toEqual(weighted);
          const typed = curve(labels, Float64Array.from(values), options);
          expect(Object.values(typed).map((array) => [...array])).toEqual(Object.values(weighted));
        },
      ),
      { numRuns: 500 },
    );
  });
}
