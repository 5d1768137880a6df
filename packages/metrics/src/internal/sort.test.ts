import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Memory } from './memory.js';
import { type SortedScores, sortByScore } from './sort.js';

/** Memory that nobody else has had; not 0, as what was used before is not. */
const memory: Memory = {
  doubles: (length) => new Float64Array(length).fill(Number.NaN),
  integers: (length) => new Int32Array(length).fill(-1),
};

const score = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(5e-324, -5e-324, 1.7e308, -1.7e308, 1e-300, 0, -0, 1 - 2 ** -53),
);

/** The scores that a sorted array stands for. */
const scoresOf = ({ marked, below }: SortedScores) =>
  Array.from(marked, (value, i) => (i < below ? -Math.abs(value) : Math.abs(value)));

it('sortByScore puts any scores in order, each with its own mark and weight', () => {
  fc.assert(
    fc.property(fc.array(score, { maxLength: 300 }), (given) => {
      const scores = Float64Array.from(given);
      const positive = Uint8Array.from(given, (_, i) => i % 2);
      const places = Float64Array.from(given, (_, i) => i);
      const sorted = sortByScore(scores, positive, places, memory);
      const expected = given.map((s) => s + 0).sort((a, b) => a - b);
      expect(scoresOf(sorted).map((s) => s + 0)).toEqual(expected);
      expect(sorted.weights?.toSorted()).toEqual(places);
      sorted.weights!.forEach((place, i) => {
        expect(given[place]! + 0).toBe(expected[i]);
        const isPositive = sorted.marked[i]! < 0 || Object.is(sorted.marked[i], -0);
        expect(isPositive).toBe(place % 2 === 1);
      });
      expect(Array.from(scores)).toEqual(given);
    }),
  );
});

let state = 1;
const random = () => {
  state = (state * 16807) % 2147483647;
  return state / 2147483647;
};

const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
const flip = () => Number(random() < 0.5);

/** Scores that few keys, or the wrong ones, would have to tell apart. */
const CROWDS: Readonly<Record<string, (i: number) => number>> = {
  'many orders of magnitude, of either sign': (i) =>
    i % 2 ? 1 - 1.01 ** -(i % 3000) : -(1.01 ** -((i * 7) % 60_000)),
  'one millionth of the range': () => 0.5 + random() * 1e-6,
  'the last bits before 1': () => 1 - random() * 1e-14,
  'a trillionth of the range': () => 0.7 + random() * 1e-12,
  'a hundred billionth of the range, of either sign': (i) =>
    (i % 2 ? 1 : -1) * (0.7 + random() * 1e-11),
  'both sides of a power of 2': () => 0.25 + (random() - 0.5) * 1e-9,
  'the smallest numbers there are': () => Math.floor(random() * 1e6) * 5e-324,
  'zeros among others': () => Math.max(0, random() - 0.5),
  'evenly spread ones': () => random(),
  'evenly spread ones and a crowd': (i) => (i % 9 ? random() : 0.5 + random() * 1e-10),
  'evenly spread ones and many that are tiny': (i) => (i % 90 ? random() : 10 ** -(300 * random())),
  'those of a sure model': () => 1 / (1 + Math.exp(-8 * normal())),
  'those of a sure model in float32': () => Math.fround(1 / (1 + Math.exp(-30 * normal()))),
  'zeros and many orders of magnitude': (i) => (i % 3 ? Math.exp(-30 * random()) : 0),
  'zeros and values of one magnitude': (i) => (i % 40 ? 0 : 1e-9 * (1 + random() * 1e-7)),
  'crowds within crowds': () => [0.5, 0.25, 1e-3, 1e-9, 1e-30].reduce((s, d) => s + d * flip(), 0),
  'logits of either sign': () => 6 * normal(),
  'below 0 only': () => -1000 + random() * 1e-3,
  'below 0 only, of many orders of magnitude': () => -Math.exp(100 * normal()),
  'the greatest of either sign beside the least': (i) =>
    [1.7e308, -1.7e308, 5e-324, -5e-324, 0, -0, random(), -random()][i % 8]!,
  'numbers near to each other as denormal ones, far from 0': () =>
    2 ** -960 + random() * 2 ** -1005,
  'few values': () => Math.floor(random() * 50) / 50,
  'one value': () => 0.1,
  'logits in float32': () => Math.fround(Math.log(random() / random())),
};
for (const [crowd, scoreOf] of Object.entries(CROWDS)) {
  it.each([
    ['', 20_000],
    [', a hundred thousand', 100_000],
    [', two hundred thousand', 200_000],
  ])(`sortByScore copes with ${crowd}%s`, (_, length) => {
    const scores = Float64Array.from({ length }, (_, i) => scoreOf(i));
    const positive = Uint8Array.from(scores, () => Number(random() < 0.3));
    const places = scores.map((_, i) => i);
    const expected = scores.toSorted();
    for (const weights of [undefined, places]) {
      const sorted = sortByScore(scores, positive, weights, memory);
      expect(scoresOf(sorted).every((s, i) => s === expected[i])).toBe(true);
      const marked = sorted.marked.map((s) => Number(s < 0 || Object.is(s, -0)));
      expect(marked.reduce((a, b) => a + b)).toBe(positive.reduce((a, b) => a + b, 0));
      expect(sorted.weights?.every((place, i) => scores[place] === expected[i])).not.toBe(false);
      expect(sorted.weights?.every((place, i) => positive[place] === marked[i])).not.toBe(false);
      const asTheyCame = (place: number, i: number, all: Float64Array) =>
        scores[place]! < 0 || scores[all[i - 1]!] !== scores[place] || all[i - 1]! < place;
      expect(sorted.weights?.every(asTheyCame)).not.toBe(false);
    }
  });
}

it('sortByScore reads a part of an array, and writes none of it', () => {
  const whole = Float64Array.from({ length: 200 }, (_, i) => (i * 37) % 101);
  const before = whole.slice();
  const part = whole.subarray(50, 150);
  const { marked, weights } = sortByScore(part, new Uint8Array(100), part, memory);
  expect(marked).toEqual(before.slice(50, 150).sort());
  expect(weights).toEqual(marked);
  expect(whole).toEqual(before);
});
