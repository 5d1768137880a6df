export { type DeferredScores, deferMetrics } from './tfjs/defer-metrics.js';
export type { EpochMetric, PassScores } from './tfjs/epoch-metric.js';
export {
  accuracyScore,
  balancedAccuracyScore,
  cohenKappaScore,
  f1Score,
  fbetaScore,
  hammingLoss,
  jaccardScore,
  type MultilabelOptions,
  matthewsCorrcoef,
  type OneNumber,
  precisionScore,
  recallScore,
  zeroOneLoss,
} from './tfjs/label-metrics.js';
export {
  averagePrecisionScore,
  brierScoreLoss,
  expectedCalibrationError,
  logLoss,
  rocAucScore,
  type ScoreMetricOptions,
  topKAccuracyScore,
} from './tfjs/probability-metrics.js';
export { type MetricsCallback, resetMetrics } from './tfjs/reset-metrics.js';
