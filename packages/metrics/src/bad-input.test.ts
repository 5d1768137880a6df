import { expect, it } from 'vitest';
import * as metrics from './index.js';

// biome-ignore lint/suspicious/noExplicitAny: wrong on purpose
type Any = any;

const ROWS = [
  [0.5, 0.25, 0.25],
  [0.25, 0.5, 0.25],
  [0.125, 0.375, 0.5],
];

/** Calls with a wrong argument, the code of the error, and what its message says. */
const CALLS: (readonly [string, () => unknown, metrics.MetricErrorCode, RegExp])[] = [
  [
    'lengths that differ',
    () => metrics.accuracyScore([0, 1], [0]),
    'lengths_differ',
    /^accuracyScore: yTrue, yPred must have one entry a sample; received 2, 1\.$/,
  ],
  [
    'NaN labels',
    () => metrics.f1Score([0, Number.NaN], [0, 1]),
    'not_finite',
    /^f1Score: yTrue must hold finite numbers; received NaN at 1\.$/,
  ],
  [
    'fractional labels',
    () => metrics.confusionMatrix([0, 1], [0, 0.5]),
    'mixed_targets',
    /received classes and continuous.*classIndices/,
  ],
  [
    'probabilities for labels',
    () => metrics.accuracyScore([[0, 1]], [[0.25, 0.75]]),
    'mixed_targets',
    /classIndices\(rows\)/,
  ],
  [
    'an unknown average',
    () => metrics.f1Score([0, 1], [0, 1], { average: 'mean' as Any }),
    'option_value',
    /average must be one of "binary", "micro", "macro", "weighted", "samples", null; received "mean"/,
  ],
  [
    'empty arrays',
    () => metrics.classificationReport([], []),
    'empty_input',
    /at least one sample; received none/,
  ],
  [
    'rows that do not sum to 1',
    () =>
      metrics.rocAucScore(
        [0, 1, 2],
        [
          [0.5, 0.5, 0.5],
          [1, 0, 0],
          [0, 1, 0],
        ],
        { multiClass: 'ovr' },
      ),
    'scores_not_probabilities',
    /rows of yScore must be probabilities and sum to 1; received a sum of 1\.5 in row 0\.$/,
  ],
  [
    'a single class for DET',
    () => metrics.detCurve([1, 1], [0.5, 0.25]),
    'one_class',
    /received 1 class\.$/,
  ],
  [
    'mixed types',
    () => metrics.accuracyScore(['a', 1] as Any, ['a', 'b']),
    'mixed_label_types',
    /received 1 at 1 among strings/,
  ],
  [
    'a string for an array',
    () => metrics.accuracyScore('ab' as Any, 'ab' as Any),
    'target_format',
    /must be an array or typed array of labels; received "ab"/,
  ],
  ['ragged rows', () => metrics.classIndices([[1, 2], [1]]), 'ragged_rows', /received \[1\] at 1/],
  [
    'a wrong shape',
    () => metrics.classIndices({ data: [1, 2, 3], shape: [2, 2] }),
    'target_format',
    /3 values of shape \[2, 2\]/,
  ],
  [
    'infinite weights',
    () => metrics.accuracyScore([0, 1], [0, 1], { sampleWeight: [1, Number.POSITIVE_INFINITY] }),
    'not_finite',
    /sampleWeight/,
  ],
  [
    'null labels',
    () => metrics.accuracyScore([null, 1] as Any, [0, 1]),
    'target_format',
    /received null at 0/,
  ],
  [
    'digits below 0',
    () => metrics.classificationReport([0], [0], { digits: -1 }),
    'option_value',
    /digits must be 0 or a whole number above; received -1/,
  ],
];

CALLS.push(
  [
    'weights for one-vs-one',
    () => metrics.rocAucScore([0, 1, 2], ROWS, { multiClass: 'ovo', sampleWeight: [1, 2, 1] }),
    'weights_unsupported',
    /sampleWeight has no meaning with multiClass "ovo"; received \[1, 2, 1\]: take "ovr"\.$/,
  ],
  [
    'a posLabel that is none, before weights that are all zero',
    () => metrics.f1Score([2, 3], [3, 3], { sampleWeight: [0, 0] }),
    'pos_label_unknown',
    /posLabel must be one of \[2, 3\]; received 1\.$/,
  ],
);

const TWO = [
  [1, 0],
  [0, 1],
];
const HALF = [
  [0.75, 0.25],
  [0.25, 0.75],
];

for (const score of [metrics.logLoss, metrics.brierScoreLoss]) {
  CALLS.push(
    [
      `labels beside one-hot rows, ${score.name}`,
      () => score(TWO, HALF, { labels: [0, 1] }),
      'target_format',
      /yTrue must hold one label a sample beside labels; received rows of 2\.$/,
    ],
    [
      `labels given twice, ${score.name}`,
      () => score([0, 1], HALF, { labels: [0, 1, 1] }),
      'labels_not_unique',
      /labels must be unique; received \[0, 1, 1\]\.$/,
    ],
  );
}

const OF_LABELS = {
  precisionScore: (labels) => metrics.precisionScore(TWO, TWO, { labels, average: null }),
  recallScore: (labels) => metrics.recallScore(TWO, TWO, { labels, average: 'samples' }),
  f1Score: (labels) => metrics.f1Score(TWO, TWO, { labels, average: 'macro' }),
  fbetaScore: (labels) => metrics.fbetaScore(TWO, TWO, { labels, average: 'micro', beta: 2 }),
  jaccardScore: (labels) => metrics.jaccardScore(TWO, TWO, { labels, average: 'macro' }),
  precisionRecallFscoreSupport: (labels) =>
    metrics.precisionRecallFscoreSupport(TWO, TWO, { labels }),
  multilabelConfusionMatrix: (labels) => metrics.multilabelConfusionMatrix(TWO, TWO, { labels }),
  classificationReport: (labels) => metrics.classificationReport(TWO, TWO, { labels }),
} satisfies Record<string, (labels: number[]) => unknown>;

for (const [name, call] of Object.entries(OF_LABELS)) {
  const what = `no labels of rows, ${name}`;
  CALLS.push([
    what,
    () => call([]),
    'labels_empty',
    /labels must hold at least one; received none/,
  ]);
}

CALLS.push(
  [
    'a single class for DET, of weights too light to change a sum',
    () => metrics.detCurve([1, 1, 1], [0.9, 0.8, 0.7], { sampleWeight: [1, 1e-20, 1e-20] }),
    'one_class',
    /received 1 class\.$/,
  ],
  [
    'an area up to a rate of negatives that weigh nothing',
    () => metrics.rocAucScore([0, 1], [0.25, 0.75], { maxFpr: 0.5, sampleWeight: [0, 1] }),
    'one_class',
    /maxFpr needs negative samples of weight; received none\.$/,
  ],
  [
    'a class weight of no class where a class has none',
    () => metrics.computeClassWeight([0, 1], { classWeight: new Map([0, 7].map((c) => [c, 2])) }),
    'class_unknown',
    /classWeight must weigh labels of classes; received \[7\]\.$/,
  ],
);

for (const [what, call, code, message] of CALLS) {
  it(`${what}: ${code}, naming argument, rule and value`, () => {
    let error: Any;
    try {
      call();
    } catch (thrown) {
      error = thrown;
    }
    expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });
}

it('negative labels are labels', () => {
  expect(metrics.accuracyScore([-1, 1], [-1, -1])).toBe(0.5);
});

it('a single class has no ROC area: NaN and a warning', () => {
  const { value, warnings } = metrics.withWarnings((onWarning) =>
    metrics.rocAucScore([1, 1], [0.5, 0.25], { onWarning }),
  );
  expect(value).toBeNaN();
  expect(warnings).toMatchObject([
    { code: 'one_class', category: 'UndefinedMetricWarning', metric: 'rocAucScore' },
  ]);
});

it('a single class has no pair to rank one against one: NaN and a warning', () => {
  const { value, warnings } = metrics.withWarnings((onWarning) =>
    metrics.rocAucScore([1, 1, 1], ROWS, { multiClass: 'ovo', labels: [0, 1, 2], onWarning }),
  );
  expect(value).toBeNaN();
  expect(warnings).toMatchObject([{ code: 'one_class', category: 'UndefinedMetricWarning' }]);
});

it('weights that are all zero matter only where they are looked at, as in scikit-learn', () => {
  const sampleWeight = [0, 0];
  expect(metrics.rocAucScore([1, 1], [0.5, 0.25], { sampleWeight })).toBeNaN();
  const rows = [
    [0, 1],
    [1, 0],
  ];
  const options = { sampleWeight, average: 'weighted' } as const;
  expect(metrics.rocAucScore(rows, rows, options)).toBe(0);
  expect(metrics.averagePrecisionScore(rows, rows, options)).toBe(0);
  expect(() => metrics.rocAucScore(rows, rows, { sampleWeight })).toThrow(/other than zero/);
});

it('leaves its arguments as they were', () => {
  const yTrue = Object.freeze([1, 0, 1]);
  const yPred = Object.freeze([1, 1, 0]);
  const sampleWeight = Object.freeze([1, 0, 2]);
  metrics.classificationReport(yTrue, yPred, { sampleWeight, zeroDivision: 0 });
  metrics.rocCurve(yTrue, yPred, { sampleWeight });
});

it('no weight is lost where nothing is wrong', () => {
  const yTrue = Array.from({ length: 50 }, (_, i) => i % 3);
  const sampleWeight = yTrue.map((_, i) => ((i * 7919) % 1009) / 1009);
  expect(metrics.zeroOneLoss(yTrue, yTrue, { sampleWeight, normalize: false })).toBe(0);
});
