export {
  type ClassificationReport,
  type ClassificationReportOptions,
  classificationReport,
  type ReportAverage,
  type ReportClass,
  type ReportScores,
} from './classification-report.js';
export {
  type ConfusionMatrix,
  type ConfusionMatrixOptions,
  confusionMatrix,
} from './confusion-matrix.js';
export type { Average, ZeroDivision } from './internal/zero-division.js';
export type { Label, Labels, Rows, Targets } from './labels.js';
export type { MetricError, MetricErrorCode } from './metric-error.js';
export {
  type ReportDictionary,
  type ReportDictionaryLine,
  reportDictionary,
} from './report-dictionary.js';
export {
  type MetricWarning,
  type MetricWarningCode,
  type WarningListener,
  type WarningOptions,
  withWarnings,
} from './warning.js';
