import { expect, it } from 'vitest';
import * as m from './index.js';

// Values of scikit-learn 1.9.1.

it('a DET curve has no points where weights are too light to change a sum', () => {
  for (const [last, dropIntermediate] of [
    [0, false],
    [0, true],
    [1, false],
  ] as const) {
    const sampleWeight = [1e12, 1e-12, 1e-12, last];
    const { value, warnings } = m.withWarnings((onWarning) => {
      const options = { sampleWeight, dropIntermediate, onWarning };
      return m.detCurve([1, 1, 1, 0], [0.9, 0.8, 0.7, 0.1], options);
    });
    expect(value).toEqual({ fpr: [], fnr: [], thresholds: [] });
    expect(warnings).toEqual([]);
  }
});

it('booleans beside numbers stay booleans if they come first and are all labels', () => {
  const first = m.classificationReport([true, false, true], [1, 0, 0]);
  expect(first.classes.map(({ label }) => label)).toEqual([false, true]);
  expect(first.text).toBe(`\
              precision    recall  f1-score   support

       False       0.50      1.00      0.67         1
        True       1.00      0.50      0.67         2

    accuracy                           0.67         3
   macro avg       0.75      0.75      0.67         3
weighted avg       0.83      0.67      0.67         3
`);
  const labelsOf = (yTrue: m.Labels, yPred: m.Labels) => m.confusionMatrix(yTrue, yPred).labels;
  expect(labelsOf([1, 0, 0], [true, false, true])).toEqual([0, 1]);
  expect(labelsOf([true, true], [0, 1])).toEqual([0, 1]);
  expect(labelsOf([true, false], [1, 2])).toEqual([0, 1, 2]);
  expect(labelsOf([true], [1])).toEqual([true]);
  expect(labelsOf([true, true], [false, true])).toEqual([false, true]);
});

it('a stream that saw booleans and numbers has numbers', () => {
  const stream = new m.LabelStream().add([true, false], [1, 0]).add([2, 1], [2, 0]);
  expect(stream.state().labels).toEqual([0, 1, 2]);
  expect(stream.report().accuracy).toBe(0.75);
  expect(new m.LabelStream().add([true, false], [1, 0]).state().labels).toEqual([false, true]);
});

it('weights that are all zero count nothing right where the count is asked for', () => {
  const rows = [
    [0.5, 0.3, 0.2],
    [0.2, 0.5, 0.3],
    [0.1, 0.1, 0.8],
  ];
  const sampleWeight = [0, 0, 0];
  expect(m.topKAccuracyScore([0, 1, 2], rows, { sampleWeight, normalize: false })).toBe(0);
});

it('a class weight of no class passes if each class has one; true and 1 are one class', () => {
  const weights = (...given: [m.Label, number][]) => ({ classWeight: new Map(given) });
  expect(m.computeClassWeight([0, 1], weights([0, 2], [1, 3], [7, 1]))).toEqual([2, 3]);
  expect(m.computeClassWeight([0, 1], weights([0, 2]))).toEqual([2, 1]);
  expect(m.computeClassWeight([false, true], weights([1, 2]))).toEqual([1, 2]);
});

it('an area up to a rate is NaN where no positive has weight', () => {
  const options = { maxFpr: 0.5, sampleWeight: [1, 0] };
  expect(m.rocAucScore([0, 1], [0.25, 0.75], options)).toBeNaN();
});

const FOUR_ROWS = [
  [1, 0],
  [0, 1],
  [1, 1],
  [0, 0],
];
const FOUR_SCORES = [
  [0.9, 0.2],
  [0.1, 0.3],
  [0.05, 0.1],
  [0.2, 0.6],
];

it('an average by support is 0 where that sums to nearly 0, not where each label has little', () => {
  const light = { average: 'weighted', sampleWeight: [4e-9, 4e-9, 4e-9, 4e-9] } as const;
  expect(m.rocAucScore(FOUR_ROWS, FOUR_SCORES, light)).toBeCloseTo(0.375, 12);
  expect(m.averagePrecisionScore(FOUR_ROWS, FOUR_SCORES, light)).toBeCloseTo(0.625, 12);
  const lighter = { average: 'weighted', sampleWeight: [1e-9, 1e-9, 1e-9, 1e-9] } as const;
  expect(m.rocAucScore(FOUR_ROWS, FOUR_SCORES, lighter)).toBe(0);
  const cancelled = { average: 'weighted', sampleWeight: [1, 1, -1, 1] } as const;
  expect(m.averagePrecisionScore(FOUR_ROWS, FOUR_SCORES, cancelled)).toBe(0);
});

it('a streamed average by support leaves out labels without positives', () => {
  const truth = FOUR_ROWS.map((row) => [...row, 0]);
  const scores = FOUR_SCORES.map((row) => [...row, 0.5]);
  const stream = new m.MultilabelScoreStream(3, { exact: true }).add(truth, scores);
  const average = 'weighted';
  expect(stream.rocAucScore({ average })).toBe(m.rocAucScore(truth, scores, { average }));
  expect(stream.rocAucScore({ average })).toBeCloseTo(0.375, 12);
  expect(stream.averagePrecisionScore({ average })).toBeCloseTo(0.625, 12);
  const none = new m.MultilabelScoreStream(2, { exact: true }).add([[0, 0]], [[0.1, 0.2]]);
  expect(none.rocAucScore({ average })).toBe(0);
  expect(none.averagePrecisionScore({ average })).toBe(0);
});

it.each([1e-165, 1e160, 3e-300, 7e300])(
  'an area is the same where each sample weighs %s',
  (one) => {
    const sampleWeight = [one, one, one, one];
    const areaOf = (options: m.RocAucOptions) =>
      m.rocAucScore([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], options);
    expect(areaOf({ sampleWeight })).toBeCloseTo(0.75, 12);
    expect(areaOf({ sampleWeight, maxFpr: 0.6 })).toBeCloseTo(areaOf({ maxFpr: 0.6 }), 12);
  },
);

it('one class has no area, whatever columns the scores have', () => {
  const scores = [
    [0.2, 0.8],
    [0.3, 0.7],
  ];
  const { value, warnings } = m.withWarnings((onWarning) =>
    m.rocAucScore([1, 1], scores, { onWarning }),
  );
  expect(value).toBe(Number.NaN);
  expect(warnings.map(({ code }) => code)).toEqual(['one_class']);
  expect(() => m.rocAucScore([0, 1], scores)).toThrow(/must hold one score a sample/);
});

it('where weights leave no positives, average precision is that of the highest score', () => {
  expect(m.averagePrecisionScore([1, 1], [0.9, 0.1], { sampleWeight: [1, -1] })).toBe(1);
});

it('labels as text beside numbers, and numbers beside text, are the same labels', () => {
  for (const labels of [['1'], [1]] as const) {
    const { matrices } = m.multilabelConfusionMatrix([0, 1], [0, 1], { labels });
    expect(matrices).toEqual([
      [
        [1, 0],
        [0, 1],
      ],
    ]);
    const text = m.multilabelConfusionMatrix(['0', '1'], ['0', '1'], { labels });
    expect(text.matrices).toEqual(matrices);
  }
  expect(m.f1Score([1, 2, 2], [1, 2, 1], { labels: ['2'], average: 'macro' })).toBeCloseTo(2 / 3);
});

it('a report of given labels needs their names, or none at all', () => {
  const options = { labels: [0, 1], targetNames: [] };
  expect(() => m.classificationReport([0, 1], [0, 1], options)).toThrow(
    /targetNames must name the 2 classes; received 0 names/,
  );
});

it('rows of no columns are no labels', () => {
  for (const score of [m.accuracyScore, m.hammingLoss, m.classificationReport]) {
    expect(() => score([[]], [[]])).toThrow(/yTrue and yPred must hold labels; received multi/);
  }
  expect(() => m.rocAucScore([[]], [[]])).toThrow(/yTrue must hold labels; received a multi/);
});
