import { describe, expect, it } from 'vitest';
import * as metrics from './index.js';

// biome-ignore lint/suspicious/noExplicitAny: wrong on purpose
type Any = any;
type Call = (yTrue: Any, other: Any, sampleWeight?: Any) => unknown;

const m = metrics;
const weighted =
  (score: (yTrue: Any, yPred: Any, options: Any) => unknown, options: object = {}): Call =>
  (yTrue, other, sampleWeight) =>
    score(yTrue, other, { ...options, ...(sampleWeight && { sampleWeight }) });
const random = () => 0.5;

/** Every function of true and predicted labels. */
const OF_LABELS: Readonly<Record<string, Call>> = {
  accuracyScore: weighted(m.accuracyScore),
  zeroOneLoss: weighted(m.zeroOneLoss),
  hammingLoss: weighted(m.hammingLoss),
  balancedAccuracyScore: weighted(m.balancedAccuracyScore),
  precisionScore: weighted(m.precisionScore, { average: 'macro' }),
  recallScore: weighted(m.recallScore, { average: 'macro' }),
  f1Score: weighted(m.f1Score, { average: 'macro' }),
  fbetaScore: weighted(m.fbetaScore, { average: 'macro', beta: 2 }),
  jaccardScore: weighted(m.jaccardScore, { average: 'macro' }),
  precisionRecallFscoreSupport: weighted(m.precisionRecallFscoreSupport),
  classificationReport: weighted(m.classificationReport),
  confusionMatrix: weighted(m.confusionMatrix),
  multilabelConfusionMatrix: weighted(m.multilabelConfusionMatrix),
  cohenKappaScore: weighted(m.cohenKappaScore),
  matthewsCorrcoef: weighted(m.matthewsCorrcoef),
  mostConfusedPairs: weighted(m.mostConfusedPairs),
  'LabelStream.add': (...given) => new m.LabelStream().add(...given),
};
/** Every function of true labels of two classes, and scores. */
const OF_SCORES: Readonly<Record<string, Call>> = {
  rocAucScore: weighted(m.rocAucScore),
  averagePrecisionScore: weighted(m.averagePrecisionScore),
  rocCurve: weighted(m.rocCurve),
  precisionRecallCurve: weighted(m.precisionRecallCurve),
  detCurve: weighted(m.detCurve),
  'ScoreStream.add': (...given) => new m.ScoreStream().add(...given),
  'ScoreStream.add, exact': (...given) => new m.ScoreStream({ exact: true }).add(...given),
};
/** Those whose scores must be probabilities. */
const OF_PROBABILITIES: Readonly<Record<string, Call>> = {
  logLoss: weighted(m.logLoss),
  brierScoreLoss: weighted(m.brierScoreLoss),
  calibrationCurve: (yTrue, yProb) => m.calibrationCurve(yTrue, yProb),
  'calibrationCurve, quantile': (yTrue, yProb) =>
    m.calibrationCurve(yTrue, yProb, { strategy: 'quantile' }),
  'CalibrationStream.add': (yTrue, yProb) => new m.CalibrationStream().add(yTrue, yProb),
  'CalibrationStream.add, quantile': (yTrue, yProb) =>
    new m.CalibrationStream({ strategy: 'quantile' }).add(yTrue, yProb),
  'CalibrationStream.add, exact': (yTrue, yProb) =>
    new m.CalibrationStream({ exact: true }).add(yTrue, yProb),
};
/** Those that take a row of probabilities a sample; the rows below have two columns. */
const OF_ROWS: Readonly<Record<string, Call>> = {
  expectedCalibrationError: (yTrue, rows) => m.expectedCalibrationError(yTrue, rows),
  thresholdTable: weighted(m.thresholdTable),
  mostConfidentMistakes: (yTrue, rows) => m.mostConfidentMistakes(yTrue, rows),
  'ProbabilityStream.add': (...given) => new m.ProbabilityStream(2).add(...given),
  topKAccuracyScore: (yTrue, rows, sampleWeight) =>
    m.topKAccuracyScore(
      yTrue,
      rows.map((row: Any) => [...row, 0]),
      {
        labels: [0, 1, 2],
        ...(sampleWeight && { sampleWeight }),
      },
    ),
};
const UNWEIGHTED = /^(calibrationCurve|CalibrationStream|expectedCalibrationError|mostConfident)/;

/** The error of a call, which must name function, argument, rule and value. */
function errorOf(name: string, call: () => unknown): { code: string; message: string } {
  let error: Any;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  expect(error instanceof TypeError || error instanceof RangeError, String(error)).toBe(true);
  const { code, message } = error;
  expect(message).toMatch(new RegExp(`^${name.replace(/,.*/, '')}: .*\\b(must|needs|has no)\\b`));
  expect(message).toMatch(/; received /);
  return { code, message };
}

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

function testLabels(name: string, call: Call, other: (n: number) => Any): void {
  it(`${name}: lengths that differ`, () => {
    expect(errorOf(name, () => call([0, 1, 1], other(2))).code).toBe('lengths_differ');
    expect(errorOf(name, () => call([0, 1], other(3))).code).toBe('lengths_differ');
  });
  it(`${name}: labels that are NaN or infinite, fractions, none`, () => {
    expect(errorOf(name, () => call([0, nan], other(2))).code).toBe('not_finite');
    expect(errorOf(name, () => call([0, infinity], other(2))).code).toBe('not_finite');
    const fraction = errorOf(name, () => call([0, 0.5], other(2)));
    expect(['mixed_targets', 'target_format']).toContain(fraction.code);
    expect(fraction.message).toMatch(/continuous/);
    expect(errorOf(name, () => call([], other(0))).code).toBe('empty_input');
    expect(errorOf(name, () => call('ab', other(2))).code).toBe('target_format');
    expect(errorOf(name, () => call(undefined, other(2))).code).toBe('target_format');
    expect(errorOf(name, () => call([0, 'b'], other(2))).code).toBe('mixed_label_types');
  });
  if (UNWEIGHTED.test(name)) return;
  it(`${name}: weights that are too few, NaN, none at all, or no numbers`, () => {
    const withWeights = (sampleWeight: Any) =>
      errorOf(name, () => call([0, 1], other(2), sampleWeight));
    expect(withWeights([1]).code).toBe('lengths_differ');
    expect(withWeights([1, nan]).code).toBe('not_finite');
    expect(withWeights([1, infinity]).message).toMatch(/sampleWeight .*received Infinity at 1/);
    expect(withWeights(['1', 1]).message).toMatch(/sampleWeight/);
    // Of a batch nothing need weigh anything.
    if (name.includes('.add')) expect(() => call([0, 1], other(2), [0, 0])).not.toThrow();
    else expect(withWeights([0, 0]).code).toBe('weights_all_zero');
  });
}

describe('every function of labels', () => {
  for (const [name, call] of Object.entries(OF_LABELS)) {
    testLabels(name, call, (n) => [0, 1, 0].slice(0, n));
    it(`${name}: predictions that are NaN, fractions or of another type`, () => {
      expect(errorOf(name, () => call([0, 1], [0, nan])).code).toBe('not_finite');
      const fraction = errorOf(name, () => call([0, 1], [0, 0.5]));
      expect(['mixed_targets', 'target_format']).toContain(fraction.code);
      expect(errorOf(name, () => call([0, 1], ['a', 'b'])).code).toBe('mixed_label_types');
    });
    it(`${name}: negative labels are labels`, () => {
      expect(() => call([-1, 1, -1], [-1, -1, 1])).not.toThrow();
    });
  }
});

describe('every function of scores', () => {
  for (const [name, call] of Object.entries({ ...OF_SCORES, ...OF_PROBABILITIES })) {
    testLabels(name, call, (n) => [0.25, 0.75, 0.5].slice(0, n));
    it(`${name}: scores that are NaN, infinite or no numbers`, () => {
      expect(errorOf(name, () => call([0, 1], [0.5, nan])).message).toMatch(/received NaN at 1/);
      expect(errorOf(name, () => call([0, 1], Float32Array.of(0.5, nan))).code).toBe('not_finite');
      expect(errorOf(name, () => call([0, 1], [infinity, 0])).code).toBe('not_finite');
      errorOf(name, () => call([0, 1], ['a', 'b']));
      errorOf(name, () => call([0, 1], undefined));
    });
    it(`${name}: scores in rows of one, of another length or other weights`, () => {
      const rows = (n: number) => Array.from({ length: n }, () => [0.5]);
      const table = (n: number) => ({ data: new Float32Array(n).fill(0.5), shape: [n, 1] });
      for (const column of [rows, table]) {
        for (const n of [1, 3]) {
          expect(errorOf(name, () => call([0, 1], column(n))).code).toBe('lengths_differ');
        }
        if (UNWEIGHTED.test(name)) continue;
        for (const weights of [[1], [1, 1, 1]]) {
          expect(errorOf(name, () => call([0, 1], column(2), weights)).code).toBe('lengths_differ');
        }
      }
    });
  }
  for (const [name, call] of Object.entries(OF_PROBABILITIES)) {
    it(`${name}: probabilities outside [0, 1]`, () => {
      for (const wrong of [-0.25, 1.25]) {
        const { code, message } = errorOf(name, () => call([0, 1, 1], [0.5, wrong, 0.5]));
        expect(code).toBe('probability_out_of_range');
        expect(message).toContain(`received ${wrong} at 1`);
      }
    });
  }
});

describe('every function of rows of probabilities', () => {
  const row = [0.75, 0.25];
  for (const [name, call] of Object.entries(OF_ROWS)) {
    testLabels(name, call, (n) => Array.from({ length: n }, () => row));
    it(`${name}: rows that hold NaN, are ragged, or no rows`, () => {
      expect(errorOf(name, () => call([0, 1], [row, [0.5, nan]])).code).toBe('not_finite');
      expect(errorOf(name, () => call([0, 1], [row, [0.5]])).code).toBe('ragged_rows');
    });
  }
});

describe('an option that is none', () => {
  const OPTIONS: readonly (readonly [string, string, () => unknown])[] = [
    ...(['precisionScore', 'recallScore', 'f1Score', 'jaccardScore'] as const).map(
      (name) =>
        [name, 'average', () => m[name]([0, 1], [0, 1], { average: 'mean' as Any })] as const,
    ),
    ['fbetaScore', 'average', () => m.fbetaScore([0], [0], { beta: 1, average: 'mean' as Any })],
    ['fbetaScore', 'beta', () => m.fbetaScore([0], [0], { beta: -1 })],
    [
      'precisionRecallFscoreSupport',
      'average',
      () => m.precisionRecallFscoreSupport([0], [0], { average: 'mean' as Any }),
    ],
    ['f1Score', 'zeroDivision', () => m.f1Score([0], [0], { zeroDivision: 2 as Any })],
    [
      'classificationReport',
      'zeroDivision',
      () => m.classificationReport([0], [0], { zeroDivision: 'zero' as Any }),
    ],
    [
      'averagePrecisionScore',
      'average',
      () => m.averagePrecisionScore([0, 1], [0, 1], { average: 'mean' as Any }),
    ],
    ['rocAucScore', 'average', () => m.rocAucScore([0, 1], [0, 1], { average: 'mean' as Any })],
    [
      'rocAucScore',
      'multiClass',
      () => m.rocAucScore([0, 1], [0, 1], { multiClass: 'both' as Any }),
    ],
    ['rocAucScore', 'maxFpr', () => m.rocAucScore([0, 1], [0, 1], { maxFpr: 0 })],
    [
      'confusionMatrix',
      'normalize',
      () => m.confusionMatrix([0], [0], { normalize: 'rows' as Any }),
    ],
    [
      'cohenKappaScore',
      'weights',
      () => m.cohenKappaScore([0, 1], [0, 1], { weights: 'x' as Any }),
    ],
    ['topKAccuracyScore', 'k', () => m.topKAccuracyScore([0, 1], [0, 1], { k: 0 })],
    ['calibrationCurve', 'nBins', () => m.calibrationCurve([0, 1], [0, 1], { nBins: 0 })],
    [
      'calibrationCurve',
      'strategy',
      () => m.calibrationCurve([0, 1], [0, 1], { strategy: 'equal' as Any }),
    ],
    ['CalibrationStream', 'nBins', () => new m.CalibrationStream({ nBins: 1.5 })],
    ['ProbabilityStream', 'nBins', () => new m.ProbabilityStream(2, { nBins: 0 })],
    ['ProbabilityStream.topKAccuracy', 'k', () => new m.ProbabilityStream(2).topKAccuracy(0)],
    ['ProbabilityStream', 'classes', () => new m.ProbabilityStream(1)],
    ['MultilabelStream', 'labels', () => new m.MultilabelStream(0)],
    ['MultilabelScoreStream', 'labels', () => new m.MultilabelScoreStream(1.5)],
    ['ScoreStream', 'bins', () => new m.ScoreStream({ bins: 1 })],
    ['mostConfusedPairs', 'limit', () => m.mostConfusedPairs([0], [0], { limit: -1 })],
    ['mostConfusedPairs', 'by', () => m.mostConfusedPairs([0], [0], { by: 'x' as Any })],
    [
      'confusedPairsOf',
      'limit',
      () => m.confusedPairsOf({ labels: [0], matrix: [[1]] }, { limit: 0.5 }),
    ],
    [
      'mostConfidentMistakes',
      'limit',
      () => m.mostConfidentMistakes([0], [[1, 0]], { limit: nan }),
    ],
    [
      'mostConfidentMistakes',
      'labels',
      () => m.mostConfidentMistakes(['a'], [[1, 0]], { labels: ['a'] }),
    ],
    [
      'thresholdTable',
      'labels',
      () => m.thresholdTable(['a'], [[1, 0]], { labels: ['a', 'b', 'c'] }),
    ],
    [
      'expectedCalibrationError',
      'nBins',
      () => m.expectedCalibrationError([0], [[1, 0]], { nBins: 0 }),
    ],
    [
      'computeClassWeight',
      'classWeight',
      () => m.computeClassWeight([0, 1], { classWeight: 'x' as Any }),
    ],
    [
      'bootstrapInterval',
      'confidence',
      () => m.bootstrapInterval([[0], [0]], m.accuracyScore as Any, { random, confidence: 1 }),
    ],
    [
      'bootstrapInterval',
      'resamples',
      () => m.bootstrapInterval([[0], [0]], m.accuracyScore as Any, { random, resamples: 0 }),
    ],
    [
      'pairedBootstrap',
      'resamples',
      () => m.pairedBootstrap([0], [0], [0], m.accuracyScore as Any, { random, resamples: 0 }),
    ],
  ];
  for (const [name, option, call] of OPTIONS) {
    it(`${name}: ${option}`, () => {
      expect(errorOf(name, call).message).toMatch(new RegExp(`^${name}: .*${option}`));
    });
  }
});

describe('two models', () => {
  it.each([
    ['mcnemarTest', () => m.mcnemarTest([0, 1], [0, 1], [0])],
    [
      'pairedBootstrap',
      () => m.pairedBootstrap([0, 1], [0, 1], [0], m.accuracyScore as Any, { random }),
    ],
  ] as const)('%s: lengths that differ', (name, call) => {
    expect(errorOf(name, call).code).toBe('lengths_differ');
  });
  it('mcnemarTest: NaN and no samples', () => {
    expect(errorOf('mcnemarTest', () => m.mcnemarTest([0, nan], [0, 1], [0, 1])).code).toBe(
      'not_finite',
    );
    expect(errorOf('mcnemarTest', () => m.mcnemarTest([], [], [])).code).toBe('empty_input');
  });
});

describe('points of a curve', () => {
  it('auc: too few, neither rising nor falling, lengths that differ', () => {
    for (const [x, y] of [
      [[0], [1]],
      [
        [0, 2, 1],
        [0, 1, 1],
      ],
      [[0, 1], [0]],
    ] as const) {
      errorOf('auc', () => m.auc(x, y));
    }
  });
});
