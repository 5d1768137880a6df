import { expect, it } from 'vitest';
import { accuracyScore } from './accuracy-score.js';
import { brierScoreLoss } from './brier-score-loss.js';
import { classificationReport } from './classification-report.js';
import { cohenKappaScore } from './cohen-kappa-score.js';
import { expectedCalibrationError } from './expected-calibration-error.js';
import { f1Score } from './f1-score.js';
import { LabelStream } from './label-stream.js';
import { logLoss } from './log-loss.js';
import { matthewsCorrcoef } from './matthews-corrcoef.js';
import { ProbabilityStream } from './probability-stream.js';
import { rocAucScore } from './roc-auc-score.js';
import { ScoreStream } from './score-stream.js';
import { topKAccuracyScore } from './top-k-accuracy-score.js';

let state = 1;
const random = () => {
  state = (state * 16807) % 2147483647;
  return state / 2147483647;
};
const N = 3000;
const NAMES = ['coat', 'ankle boot', 'Shirt', 'bag', 'dress'];
const truth = Int32Array.from({ length: N }, () => Math.floor(random() * 5));
const guess = truth.map((label) => (random() < 0.8 ? label : Math.floor(random() * 5)));
const rows = Array.from(truth, (label) => {
  const raw = Array.from({ length: 5 }, (_, j) => random() + (j === label ? 1 : 0));
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => value / total);
});

it('a LabelStream over batches and merges gives the report of all labels at once', () => {
  const names = [Array.from(truth, (c) => NAMES[c]!), Array.from(guess, (c) => NAMES[c]!)] as const;
  const parts = Array.from({ length: 3 }, () => new LabelStream());
  for (let at = 0; at < N; at += 100) {
    parts[at % 3]!.add(names[0].slice(at, at + 100), names[1].slice(at, at + 100));
  }
  const all = parts.reduce(
    (one, other) => one.merge(JSON.parse(JSON.stringify(other.state()))),
    new LabelStream(),
  );
  expect(all.total).toBe(N);
  expect(all.report({ digits: 4 })).toEqual(classificationReport(...names, { digits: 4 }));
  const { yTrue, yPred, sampleWeight } = all.samples();
  for (const score of [accuracyScore, matthewsCorrcoef, cohenKappaScore]) {
    expect(score(yTrue, yPred, { sampleWeight })).toBeCloseTo(score(...names), 12);
  }
  const average = 'weighted' as const;
  expect(f1Score(yTrue, yPred, { sampleWeight, average })).toBeCloseTo(
    f1Score(...names, { average }),
    12,
  );
});

it('a LabelStream prints real supports where scikit-learn does', () => {
  expect(new LabelStream().add([0, 1], [1, 0]).report({ zeroDivision: 0 }).text).toBe(
    classificationReport([0, 1], [1, 0], { zeroDivision: 0 }).text,
  );
  const sampleWeight = [0.5, 0.25];
  expect(new LabelStream().add([0, 1], [0, 0], sampleWeight).report({ zeroDivision: 0 }).text).toBe(
    classificationReport([0, 1], [0, 0], { sampleWeight, zeroDivision: 0 }).text,
  );
});

it('a ProbabilityStream over batches gives the scores of all rows at once', () => {
  const halves = [
    new ProbabilityStream(5, { nBins: 7 }),
    new ProbabilityStream(5, { nBins: 7 }),
  ] as const;
  for (let at = 0; at < N; at += 500) {
    halves[(at / 500) % 2]!.add(truth.slice(at, at + 500), rows.slice(at, at + 500));
  }
  const stream = halves[0].merge(halves[1]);
  expect(stream.logLoss).toBeCloseTo(logLoss(truth, rows), 11);
  expect(stream.brierScoreLoss).toBeCloseTo(brierScoreLoss(truth, rows), 11);
  for (const k of [1, 2, 3])
    expect(stream.topKAccuracy(k)).toBeCloseTo(topKAccuracyScore(truth, rows, { k }), 12);
  const [streamed, whole] = [
    stream.calibration(),
    expectedCalibrationError(truth, rows, { nBins: 7 }),
  ];
  expect(streamed.count).toEqual(whole.count);
  expect(streamed.ece).toBeCloseTo(whole.ece, 12);
});

it('a ScoreStream is as near as it says, and exact on its steps', () => {
  const positive = truth.map((label) => Number(label === 2));
  const scores = rows.map((row) => row[2]!);
  const coarse = new ScoreStream({ bins: 64 }).add(positive, scores);
  const { yTrue, yScore, sampleWeight } = coarse.samples();
  const off = Math.abs(
    rocAucScore(yTrue, yScore, { sampleWeight }) - rocAucScore(positive, scores),
  );
  expect(off).toBeLessThanOrEqual(coarse.rocAucError);
  const steps = scores.map((score) => Math.round(score * 63) / 63);
  const exact = new ScoreStream({ bins: 64 }).add(positive, steps).samples();
  expect(rocAucScore(exact.yTrue, exact.yScore, exact)).toBeCloseTo(
    rocAucScore(positive, steps),
    12,
  );
});

it('streams of other shapes do not merge', () => {
  expect(() => new ScoreStream({ bins: 8 }).merge(new ScoreStream())).toThrow(
    /8 bins from 0 to 1 to merge; received 4096/,
  );
  expect(() => new ProbabilityStream(3).merge(new ProbabilityStream(4))).toThrow(/3 classes/);
});

it('ten million labels take no more memory than ten classes', () => {
  const stream = new LabelStream();
  const batch = Int32Array.from({ length: 100_000 }, (_, i) => i % 10);
  const shifted = batch.map((label, i) => (i % 7 === 0 ? (label + 1) % 10 : label));
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 100; i++) stream.add(batch, shifted);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16e6);
  expect(stream.total).toBe(10_000_000);
  expect(stream.state().counts).toHaveLength(100);
});
