import { expect, it } from 'vitest';
import { accuracyScore } from './accuracy-score.js';
import { averagePrecisionScore } from './average-precision-score.js';
import { brierScoreLoss } from './brier-score-loss.js';
import { calibrationCurve } from './calibration-curve.js';
import { CalibrationStream } from './calibration-stream.js';
import { classificationReport } from './classification-report.js';
import { cohenKappaScore } from './cohen-kappa-score.js';
import { expectedCalibrationError } from './expected-calibration-error.js';
import { f1Score } from './f1-score.js';
import { hammingLoss } from './hamming-loss.js';
import { jaccardScore } from './jaccard-score.js';
import { LabelStream } from './label-stream.js';
import { logLoss } from './log-loss.js';
import { matthewsCorrcoef } from './matthews-corrcoef.js';
import { multilabelConfusionMatrix } from './multilabel-confusion-matrix.js';
import { MultilabelScoreStream } from './multilabel-score-stream.js';
import { MultilabelStream } from './multilabel-stream.js';
import { precisionScore } from './precision-score.js';
import { ProbabilityStream } from './probability-stream.js';
import { recallScore } from './recall-score.js';
import { rocAucScore } from './roc-auc-score.js';
import { ScoreStream } from './score-stream.js';
import { topKAccuracyScore } from './top-k-accuracy-score.js';
import { withWarnings } from './warning.js';
import { zeroOneLoss } from './zero-one-loss.js';

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

it('a class of which no sample weighs anything is one all the same, and so may be a whole batch', () => {
  const yTrue = ['coat', 'bag', 'dress', 'coat', 'bag', 'coat'];
  const yPred = ['coat', 'bag', 'bag', 'bag', 'bag', 'Shirt'];
  const sampleWeight = [1, 2, 0, 0.5, 0, 0];
  const stream = new LabelStream().add(
    yTrue.slice(0, 4),
    yPred.slice(0, 4),
    sampleWeight.slice(0, 4),
  );
  stream.add(yTrue.slice(4), yPred.slice(4), [0, 0]);
  const samples = stream.samples();
  for (const average of ['macro', 'weighted', null] as const) {
    for (const score of [f1Score, precisionScore, recallScore, jaccardScore]) {
      const ask = (
        labels: typeof samples.yTrue,
        guess: typeof samples.yPred,
        weights: readonly number[],
      ) =>
        score(labels, guess, {
          sampleWeight: weights,
          average: average as 'macro',
          zeroDivision: 0,
        });
      const ours = ask(samples.yTrue, samples.yPred, samples.sampleWeight);
      expect(ours).toEqual(ask(yTrue, yPred, sampleWeight));
    }
  }
  expect(stream.report({ zeroDivision: 0 }).text).toBe(
    classificationReport(yTrue, yPred, { sampleWeight, zeroDivision: 0 }).text,
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

it('ten million scores take no more memory than their steps', () => {
  const stream = new ScoreStream();
  const batch = Int32Array.from({ length: 100_000 }, (_, i) => i % 2);
  const scores = Float64Array.from(batch, (label, i) => ((i * 7919) % 100_000) / 2e5 + label / 2);
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 100; i++) stream.add(batch, scores);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16e6);
  const { yScore, sampleWeight } = stream.samples();
  expect(Array.from(sampleWeight!).reduce((a, b) => a + b)).toBe(10_000_000);
  expect(yScore.length).toBeLessThanOrEqual(2 * 4096);
});

const LABELS = 4;
const labelRows = (chance: number) =>
  Array.from({ length: 400 }, () =>
    Array.from({ length: LABELS }, (_, j) => Number(random() < chance + j / 10)),
  );

it('a MultilabelStream over batches and merges gives every score of all rows at once', () => {
  const yTrue = labelRows(0.3);
  const yPred = yTrue.map((row) => row.map((one) => (random() < 0.8 ? one : 1 - one)));
  for (const weights of [undefined, Array.from(yTrue, () => Math.floor(random() * 8) / 4)]) {
    const parts = [new MultilabelStream(LABELS), new MultilabelStream(LABELS)] as const;
    for (let at = 0; at < 400; at += 50) {
      const [from, to] = [at, at + 50];
      parts[(at / 50) % 2]!.add(
        yTrue.slice(from, to),
        yPred.slice(from, to),
        weights?.slice(from, to),
      );
    }
    const stream = parts[0].merge(JSON.parse(JSON.stringify(parts[1].state())));
    const whole = { sampleWeight: weights };
    const labels = stream.byLabel();
    const rows = stream.byRow();
    const [byLabel, byRow] = [labels, rows].map(({ sampleWeight }) => ({ sampleWeight }));
    expect(labels.yTrue.length).toBeLessThanOrEqual(3 * LABELS + 1);
    expect(stream.total).toBe(weights ? weights.reduce((a, b) => a + b) : 400);

    for (const average of ['micro', 'macro', 'weighted', null] as const) {
      for (const score of [f1Score, precisionScore, recallScore, jaccardScore]) {
        const ours = score(labels.yTrue, labels.yPred, { ...byLabel, average: average as 'macro' });
        const theirs = score(yTrue, yPred, { ...whole, average: average as 'macro' });
        expect([ours].flat().length).toBe([theirs].flat().length);
        [ours].flat().forEach((value, i) => {
          expect(value).toBeCloseTo([theirs].flat()[i]!, 12);
        });
      }
    }
    expect(multilabelConfusionMatrix(labels.yTrue, labels.yPred, byLabel).matrices).toEqual(
      multilabelConfusionMatrix(yTrue, yPred, whole).matrices,
    );
    for (const score of [f1Score, precisionScore, recallScore, jaccardScore]) {
      expect(score(rows.yTrue, rows.yPred, { ...byRow, average: 'samples' })).toBeCloseTo(
        score(yTrue, yPred, { ...whole, average: 'samples' }),
        12,
      );
    }
    for (const score of [accuracyScore, zeroOneLoss, hammingLoss]) {
      expect(score(rows.yTrue, rows.yPred, byRow)).toBeCloseTo(score(yTrue, yPred, whole), 12);
    }
    expect(hammingLoss(labels.yTrue, labels.yPred, byLabel)).toBeCloseTo(
      hammingLoss(yTrue, yPred, whole),
      12,
    );
    expect(stream.report({ digits: 4 }).text).toBe(
      classificationReport(yTrue, yPred, { ...whole, digits: 4 }).text,
    );
  }
});

it.each<[string, number[][], number[][], number[]?]>([
  [
    'a row that lacks all',
    [
      [0, 0, 1],
      [0, 0, 0],
    ],
    [
      [1, 0, 1],
      [0, 0, 0],
    ],
  ],
  ['one row', [[1, 0]], [[0, 0]]],
  ['one row without labels', [[0, 0]], [[0, 1]]],
  [
    'rows that are alike',
    [
      [0, 0],
      [0, 0],
    ],
    [
      [0, 1],
      [0, 1],
    ],
  ],
  [
    'a row without weight',
    [
      [0, 0],
      [1, 0],
    ],
    [
      [0, 1],
      [1, 0],
    ],
    [0, 1],
  ],
  [
    'no row that lacks all',
    [
      [1, 0],
      [0, 1],
    ],
    [
      [1, 0],
      [0, 1],
    ],
  ],
])("a MultilabelStream's report warns as that of all rows does: %s", (_, yTrue, yPred, weights) => {
  const streamed = withWarnings((onWarning) => {
    const stream = new MultilabelStream(yTrue[0]!.length);
    for (const [i, row] of yTrue.entries()) {
      const part = new MultilabelStream(row.length);
      stream.merge(part.add([row], [yPred[i]!], weights && [weights[i]!]).state());
    }
    return stream.report({ onWarning });
  });
  const whole = withWarnings((onWarning) =>
    classificationReport(yTrue, yPred, { sampleWeight: weights, onWarning }),
  );
  const said = ({ warnings }: typeof whole) =>
    warnings.map(({ message }) => message.replace(/^\w+: /, ''));
  expect(said(streamed)).toEqual(said(whole));
  expect(streamed.value.text).toBe(whole.value.text);
});

it('a MultilabelStream tells what it cannot count', () => {
  const stream = new MultilabelStream(3);
  expect(() => stream.add([[0, 1]], [[0, 1]])).toThrow(/yTrue must have 3 columns; received 2/);
  expect(() => stream.add([0, 1] as never, [0, 1] as never)).toThrow(/must be rows of 0 and 1/);
  expect(() => stream.add([[0, 1, 1]], [[0, 1, 1]], [-1])).toThrow(/0 or above; received -1/);
  expect(() => stream.merge(new MultilabelStream(2))).toThrow(/3 labels to merge; received 2/);
  expect(() => new MultilabelStream(1)).toThrow(/2 or more; received 1/);
});

it('a MultilabelScoreStream gives areas and average precisions of scores on its steps', () => {
  const yTrue = labelRows(0.3);
  const yScore = yTrue.map((row) => row.map((one) => Math.round((random() + one) * 50) / 100));
  const weights = Array.from(yTrue, () => 0.5 + random());
  const options = { bins: 101 };
  const left = new MultilabelScoreStream(LABELS, options);
  left.add(yTrue.slice(0, 100), yScore.slice(0, 100), weights.slice(0, 100));
  const right = new MultilabelScoreStream(LABELS, options);
  right.add(yTrue.slice(100), yScore.slice(100), weights.slice(100));
  left.merge(JSON.parse(JSON.stringify(right.state())));
  const whole = { sampleWeight: weights };
  for (const average of ['micro', 'macro', 'weighted'] as const) {
    expect(left.rocAucScore({ average })).toBeCloseTo(
      rocAucScore(yTrue, yScore, { ...whole, average }),
      12,
    );
    expect(left.averagePrecisionScore({ average })).toBeCloseTo(
      averagePrecisionScore(yTrue, yScore, { ...whole, average }),
      12,
    );
  }
  const areas = rocAucScore(yTrue, yScore, { ...whole, average: null }) as number[];
  areas.forEach((area, j) => {
    expect(left.rocAucScore({ average: null })[j]).toBeCloseTo(area, 12);
  });
  expect(() => left.add([[0, 1]], [[0.5, 0.5]])).toThrow(/yTrue must have 4 columns; received 2/);
});

it('a CalibrationStream over batches gives the curve of all samples at once', () => {
  const positive = truth.map((label) => Number(label === 2));
  const prob = rows.map((row) => row[2]!);
  const parts = [new CalibrationStream({ nBins: 8 }), new CalibrationStream({ nBins: 8 })] as const;
  for (let at = 0; at < N; at += 300) {
    parts[(at / 300) % 2]!.add(positive.slice(at, at + 300), prob.slice(at, at + 300));
  }
  const streamed = parts[0].merge(JSON.parse(JSON.stringify(parts[1].state()))).curve();
  const whole = calibrationCurve(positive, prob, { nBins: 8 });
  expect(streamed.probTrue).toEqual(whole.probTrue);
  streamed.probPred.forEach((value, b) => {
    expect(value).toBeCloseTo(whole.probPred[b]!, 12);
  });
  expect(() => parts[0].add([1], [1.5])).toThrow(/yProb must lie in \[0, 1\]; received 1.5 at 0/);
  expect(() => parts[0].merge(new CalibrationStream())).toThrow(
    'CalibrationStream.merge: streams must have 8 bins, uniform, to merge; received 5 bins, uniform.',
  );
});
