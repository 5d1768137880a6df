import { expect, it } from 'vitest';
import { averagePrecisionScore } from '../average-precision-score.js';
import { detCurve } from '../det-curve.js';
import { precisionRecallCurve } from '../precision-recall-curve.js';
import { rocAucScore } from '../roc-auc-score.js';
import { rocCurve } from '../roc-curve.js';
import { thresholdTable } from '../threshold-table.js';
import { borrow, type Memory } from './memory.js';

const buffersOf = (memory: Memory, lengths: readonly number[]) =>
  lengths.map((length) => memory.doubles(length).buffer);

it('borrow lends the next call what the last one had, and two arrays never the same', () => {
  const first = borrow((memory) => buffersOf(memory, [3000, 2000, 1000]));
  const second = borrow((memory) => buffersOf(memory, [1000, 2000, 3000]));
  expect(new Set(first).size).toBe(3);
  expect(new Set(second).size).toBe(3);
  expect(second.some((buffer) => first.includes(buffer))).toBe(true);
});

it('borrow lends to a call inside another nothing that this one has, nor what a failed one had', () => {
  borrow((outer) => {
    const inUse = buffersOf(outer, [3000, 2000]);
    const inner = borrow((memory) => buffersOf(memory, [2000, 3000]));
    expect(inner.some((buffer) => inUse.includes(buffer))).toBe(false);
  });
  const lost: ArrayBuffer[] = [];
  const failing = (memory: Memory) => {
    lost.push(...buffersOf(memory, [1500]));
    throw new Error('stopped');
  };
  expect(() => borrow(failing)).toThrow('stopped');
  expect(borrow((memory) => buffersOf(memory, [1500]))[0]).not.toBe(lost[0]);
});

it('borrow keeps no more than 32 MB', () => {
  const million = borrow((memory) => buffersOf(memory, [1e6, 1e6, 1e6, 1e6, 1e6, 1e6]));
  const again = borrow((memory) => buffersOf(memory, [1e6, 1e6, 1e6, 1e6, 1e6, 1e6]));
  expect(again.filter((buffer) => million.includes(buffer)).length).toBe(4);
  const tooMuch = borrow((memory) => buffersOf(memory, [5e6]));
  expect(borrow((memory) => buffersOf(memory, [5e6]))[0]).not.toBe(tooMuch[0]);
});

const yTrue = [0, 1, 1, 0, 1, 0, 0, 1];
const scores = [0.1, 0.7, 0.4, 0.35, 0.8, -0.2, 0.55, 0.5];
const others = [5, 1, 2, 3, 4, 2, 1, 0, 9, 8];

const CALLS = {
  rocCurve: () => rocCurve(yTrue, Float64Array.from(scores)),
  precisionRecallCurve: () => precisionRecallCurve(yTrue, Float64Array.from(scores)),
  detCurve: () => detCurve(yTrue, Float64Array.from(scores)),
  'detCurve, weights': () => detCurve(yTrue, scores, { sampleWeight: others.slice(0, 8) }),
  rocAucScore: () => rocAucScore(yTrue, scores),
  averagePrecisionScore: () => averagePrecisionScore(yTrue, scores),
  thresholdTable: () =>
    thresholdTable(
      yTrue,
      scores.map((score) => [1 - score, score]),
    ),
};

it.each(Object.entries(CALLS))('%s gives what later calls do not write to', (_, call) => {
  const result = call();
  const before = structuredClone(result);
  for (const later of Object.values(CALLS)) later();
  rocCurve([1, 0, 1, 0, 1, 0, 1, 0, 1, 0], others);
  expect(result).toEqual(before);
});

it('a handler of warnings may call other metrics without harm', () => {
  for (const curve of [rocCurve, precisionRecallCurve]) {
    const allAlike = yTrue.map(() => 0);
    const expected = curve(allAlike, scores, { posLabel: 1 });
    const inside: unknown[] = [];
    const onWarning = () => inside.push(...Object.values(CALLS).map((call) => call()));
    expect(curve(allAlike, scores, { posLabel: 1, onWarning })).toEqual(expected);
    expect(inside).toEqual(Object.values(CALLS).map((call) => call()));
  }
});
