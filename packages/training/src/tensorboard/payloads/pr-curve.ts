import { create, toBinary } from '@bufbuild/protobuf';
import { type SummaryValue, summaryValue } from '../events/event.js';
import { PrCurvePluginDataSchema } from '../events/gen/tensorboard/plugins/pr_curve/plugin_data_pb.js';
import { pluginMetadata, type TagOptions } from './plugin-metadata.js';
import { floatTensor } from './tensor.js';

/** Settings of {@link prCurveSummary}. */
export interface PrCurveOptions extends TagOptions {
  /** How many thresholds, evenly over 0 to 1. Default 201, as in TensorBoard. */
  readonly thresholds?: number;
  /** One weight a sample. Default 1 each. */
  readonly weights?: ArrayLike<number>;
  /**
   * What becomes of predictions outside 0 to 1: an error (default), left out (as TensorBoard's
   * `summary.pb` does), or set to the nearer end (as its `summary.op` does).
   */
  readonly outOfRange?: 'throw' | 'drop' | 'clip';
}

/** TensorBoard divides by no less than this. */
const MINIMUM_COUNT = 1e-7;

/**
 * How precision and recall of a two-class prediction change with the threshold, for the PR Curves
 * page: a float32 tensor [6, thresholds] of true and false positives, true and false negatives,
 * precision and recall, plugin `pr_curves`, tag `<name>/pr_curves`.
 *
 * @param labels 0 or 1 (or false and true), one a sample
 * @param predictions probability of 1, one a sample; used as float32
 * @throws RangeError for lengths that differ, and for predictions outside 0 to 1 (see `outOfRange`)
 */
export function prCurveSummary(
  name: string,
  labels: ArrayLike<number | boolean>,
  predictions: ArrayLike<number>,
  options: PrCurveOptions = {},
): SummaryValue {
  const { thresholds = 201, displayName = name, weights, outOfRange = 'throw' } = options;
  check(labels, predictions, weights, thresholds);
  const positives = new Float64Array(thresholds);
  const negatives = new Float64Array(thresholds);
  for (let i = 0; i < predictions.length; i++) {
    const probability = within(Math.fround(predictions[i]!), outOfRange);
    if (probability === undefined) continue;
    const bucket = Math.floor(Math.fround(probability * (thresholds - 1)));
    (labels[i] ? positives : negatives)[bucket]! += weights?.[i] ?? 1;
  }
  const content = create(PrCurvePluginDataSchema, { numThresholds: thresholds });
  return summaryValue({
    tag: `${name}/pr_curves`,
    metadata: pluginMetadata('pr_curves', {
      ...options,
      displayName,
      content: toBinary(PrCurvePluginDataSchema, content),
    }),
    value: { case: 'tensor', value: floatTensor(table(positives, negatives), [6, thresholds]) },
  });
}

function table(positives: Float64Array, negatives: Float64Array): Float64Array {
  const n = positives.length;
  const out = new Float64Array(6 * n);
  let tp = 0;
  let fp = 0;
  for (let i = n - 1; i >= 0; i--) {
    tp += positives[i]!;
    fp += negatives[i]!;
    out[i] = tp;
    out[n + i] = fp;
  }
  const allPositives = tp;
  const allNegatives = fp;
  for (let i = 0; i < n; i++) {
    const truePositives = out[i]!;
    const falsePositives = out[n + i]!;
    const falseNegatives = allPositives - truePositives;
    out[2 * n + i] = allNegatives - falsePositives;
    out[3 * n + i] = falseNegatives;
    out[4 * n + i] = truePositives / Math.max(MINIMUM_COUNT, truePositives + falsePositives);
    out[5 * n + i] = truePositives / Math.max(MINIMUM_COUNT, truePositives + falseNegatives);
  }
  return out;
}

function within(p: number, outOfRange: 'throw' | 'drop' | 'clip'): number | undefined {
  if (p >= 0 && p <= 1) return p;
  if (outOfRange === 'drop') return undefined;
  if (outOfRange === 'clip' && !Number.isNaN(p)) return p < 0 ? 0 : 1;
  throw new RangeError(
    `prCurveSummary: predictions must lie in [0, 1]; received ${p}. Apply a sigmoid or softmax, or set outOfRange.`,
  );
}

function check(
  labels: ArrayLike<unknown>,
  predictions: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  thresholds: number,
): void {
  const n = labels.length;
  if (predictions.length !== n || (weights && weights.length !== n)) {
    throw new RangeError(
      `prCurveSummary: labels, predictions and weights must be of one length; received ${n}, ${predictions.length} and ${weights?.length ?? 'none'}.`,
    );
  }
  if (!Number.isSafeInteger(thresholds) || thresholds < 2) {
    throw new RangeError(
      `prCurveSummary: thresholds must be a whole number from 2 on; received ${thresholds}. The default is 201.`,
    );
  }
}
