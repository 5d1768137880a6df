import * as metrics from '@cnnkit/metrics';
import { describe, expect, it } from 'vitest';
import { FIXTURES, type SklearnCase, sklearnCases } from './sklearn-cases.js';

type Numbers = readonly number[];
interface Samples {
  readonly yTrue: ArrayLike<number>;
  readonly yScore: ArrayLike<number>;
  readonly sampleWeight: ArrayLike<number> | undefined;
}

type Answer = number | metrics.CurveArray[];

/** What an exact stream answers where scikit-learn was asked for all samples at once. */
const STREAMED: Readonly<Record<string, (all: Samples, options: Options) => Answer>> = {
  roc_auc_score: ({ yTrue, yScore, sampleWeight }, { max_fpr }) =>
    metrics.rocAucScore(yTrue, yScore, { sampleWeight, maxFpr: max_fpr }),
  average_precision_score: ({ yTrue, yScore, sampleWeight }) =>
    metrics.averagePrecisionScore(yTrue, yScore, { sampleWeight }),
  roc_curve: ({ yTrue, yScore, sampleWeight }, { drop_intermediate }) => {
    const options = { sampleWeight, dropIntermediate: drop_intermediate };
    const { fpr, tpr, thresholds } = metrics.rocCurve(yTrue, yScore, options);
    return [fpr, tpr, thresholds];
  },
  precision_recall_curve: ({ yTrue, yScore, sampleWeight }, { drop_intermediate }) => {
    const options = { sampleWeight, dropIntermediate: drop_intermediate };
    const { precision, recall, thresholds } = metrics.precisionRecallCurve(yTrue, yScore, options);
    return [precision, recall, thresholds];
  },
  det_curve: ({ yTrue, yScore, sampleWeight }, { drop_intermediate }) => {
    const options = { sampleWeight, dropIntermediate: drop_intermediate };
    const { fpr, fnr, thresholds } = metrics.detCurve(yTrue, yScore, options);
    return [fpr, fnr, thresholds];
  },
};

interface Options {
  readonly pos_label?: metrics.Label | null;
  readonly sample_weight?: Numbers | null;
  readonly drop_intermediate?: boolean;
  readonly max_fpr?: number | null;
  readonly n_bins?: number;
  readonly strategy?: 'uniform' | 'quantile';
}

/** A case of two classes and one score a sample that scikit-learn answered. */
interface BinaryCase {
  readonly one: SklearnCase;
  readonly yTrue: readonly metrics.Label[];
  readonly yScore: ArrayLike<number>;
  readonly options: Options;
  readonly posLabel: metrics.Label;
}

function binaryCases(wanted: (fn: string) => boolean): BinaryCase[] {
  return sklearnCases()
    .flatMap(({ cases }) => cases)
    .filter(({ fn, expected }) => wanted(fn) && !(expected as { error?: unknown }).error)
    .flatMap((one) => {
      const { y_true: yTrue, y_score, dtype } = one.input as Record<string, unknown>;
      const options = one.options as Options;
      const labels = yTrue as readonly metrics.Label[];
      const classes = new Set(labels);
      if (classes.size > 2 || Array.isArray(labels[0]) || Array.isArray((y_score as Numbers)[0])) {
        return [];
      }
      const largest = [...classes].toSorted((a, b) => (a < b ? -1 : 1)).at(-1)!;
      const posLabel = options.pos_label ?? (one.fn === 'roc_auc_score' ? largest : 1);
      const yScore = dtype === 'float32' ? Float32Array.from(y_score as Numbers) : y_score;
      return [{ one, yTrue: labels, yScore: yScore as ArrayLike<number>, options, posLabel }];
    });
}

/** The two halves of a data set; one whole and none if a half would weigh nothing. */
function halves({ yTrue, yScore, options }: BinaryCase): (readonly [number, number])[] {
  const [middle, end] = [yTrue.length >> 1, yTrue.length];
  const weighs = (part: Numbers) => part.length > 0 && part.some((weight) => weight !== 0);
  const weights = options.sample_weight ?? Array.from(yTrue, () => 1);
  const isFine = weighs(weights.slice(0, middle)) && weighs(weights.slice(middle));
  expect(yScore.length).toBe(end);
  return isFine
    ? [
        [0, middle],
        [middle, end],
      ]
    : [[0, end]];
}

function expectClose(actual: unknown, expected: unknown, tolerance: number): void {
  if (Array.isArray(expected)) {
    expect((actual as unknown[]).length).toBe(expected.length);
    expected.forEach((value, i) => {
      expectClose((actual as unknown[])[i], value, tolerance);
    });
    return;
  }
  const [a, b] = [actual as number, expected as number];
  const isClose = Object.is(a, b) || a === b || Math.abs(a - b) <= tolerance * Math.abs(b);
  if (!isClose) throw new Error(`expected ${b}, received ${a}`);
}

const toleranceOf = ({ one }: BinaryCase) => (one.input.dtype === 'float32' ? 1e-6 : 1e-12);

describe(`exact streams give the answers of scikit-learn in ${FIXTURES}`, () => {
  const curves = binaryCases((fn) => fn in STREAMED);
  it('there are cases', () => expect(curves.length).toBeGreaterThan(40));
  for (const given of curves) {
    const { one, yTrue, yScore, options, posLabel } = given;
    it(`${one.fn} | ${one.name}`, () => {
      const stream = new metrics.ScoreStream({ exact: true, posLabel });
      for (const [from, to] of halves(given)) {
        const part = new metrics.ScoreStream({ exact: true, posLabel });
        part.add(
          yTrue.slice(from, to) as metrics.Labels,
          Array.from(yScore).slice(from, to),
          options.sample_weight?.slice(from, to),
        );
        stream.merge(structuredClone(part.state()));
      }
      const answer = STREAMED[one.fn]!(stream.samples(), options);
      expectClose(answer, one.expected, toleranceOf(given));
    });
  }

  const calibrations = binaryCases((fn) => fn === 'calibration_curve');
  it('there are calibration curves', () => expect(calibrations.length).toBeGreaterThan(5));
  for (const given of calibrations) {
    const { one, yTrue, yScore, options, posLabel } = given;
    it(`${one.fn} | ${one.name}`, () => {
      const { n_bins: nBins, strategy } = options;
      const stream = new metrics.CalibrationStream({ exact: true, posLabel, nBins, strategy });
      for (const [from, to] of halves(given)) {
        stream.add(yTrue.slice(from, to) as metrics.Labels, Array.from(yScore).slice(from, to));
      }
      const { probTrue, probPred } = stream.curve();
      expectClose([probTrue, probPred], one.expected, toleranceOf(given));
    });
  }
});
