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
