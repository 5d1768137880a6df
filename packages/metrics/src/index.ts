export { accuracyScore } from './accuracy-score.js';
export { auc } from './auc.js';
export { type AveragePrecisionOptions, averagePrecisionScore } from './average-precision-score.js';
export { type BalancedAccuracyOptions, balancedAccuracyScore } from './balanced-accuracy-score.js';
export {
  type BootstrapInterval,
  type BootstrapOptions,
  bootstrapInterval,
} from './bootstrap-interval.js';
export { type BrierScoreOptions, brierScoreLoss } from './brier-score-loss.js';
export {
  type CalibrationCurve,
  type CalibrationCurveOptions,
  calibrationCurve,
} from './calibration-curve.js';
export {
  CalibrationStream,
  type CalibrationStreamOptions,
  type CalibrationStreamState,
  type ExactCalibrationState,
  type SummedCalibrationState,
} from './calibration-stream.js';
export { classIndices } from './class-indices.js';
export {
  type ClassificationReport,
  type ClassificationReportOptions,
  classificationReport,
  type ReportAverage,
  type ReportClass,
  type ReportScores,
} from './classification-report.js';
export { type CohenKappaOptions, cohenKappaScore } from './cohen-kappa-score.js';
export {
  type ComparedModel,
  type ComparedScore,
  type ComparisonTableOptions,
  comparisonTable,
} from './comparison-table.js';
export { type ClassWeightOptions, computeClassWeight } from './compute-class-weight.js';
export {
  type ConfusionMatrix,
  type ConfusionMatrixOptions,
  confusionMatrix,
} from './confusion-matrix.js';
export { type ConfusionTableOptions, confusionTable } from './confusion-table.js';
export type { CurveArray, PlainScores, TypedScores } from './curve-array.js';
export { type DetCurve, detCurve } from './det-curve.js';
export {
  type CalibrationError,
  type CalibrationErrorOptions,
  expectedCalibrationError,
} from './expected-calibration-error.js';
export { f1Score } from './f1-score.js';
export { type FbetaOptions, fbetaScore } from './fbeta-score.js';
export { hammingLoss } from './hamming-loss.js';
export type { ScoreAverage } from './internal/binary-average.js';
export type { RandomSource } from './internal/resample.js';
export type { Average, ZeroDivision } from './internal/zero-division.js';
export { type JaccardOptions, jaccardScore } from './jaccard-score.js';
export { type CompressedLabels, LabelStream, type LabelStreamState } from './label-stream.js';
export type { Label, Labels, Rows, Targets } from './labels.js';
export { type LogLossOptions, logLoss } from './log-loss.js';
export { type MatthewsCorrcoefOptions, matthewsCorrcoef } from './matthews-corrcoef.js';
export { type McnemarOptions, type McnemarTest, mcnemarTest } from './mcnemar-test.js';
export type { MetricError, MetricErrorCode } from './metric-error.js';
export {
  type ConfidentMistake,
  type ConfidentMistakesOptions,
  mostConfidentMistakes,
} from './most-confident-mistakes.js';
export {
  type ConfusedPair,
  type ConfusedPairsOptions,
  confusedPairsOf,
  mostConfusedPairs,
} from './most-confused-pairs.js';
export {
  type MultilabelConfusionMatrix,
  type MultilabelConfusionMatrixOptions,
  multilabelConfusionMatrix,
} from './multilabel-confusion-matrix.js';
export { MultilabelScoreStream, type StreamedAverageOptions } from './multilabel-score-stream.js';
export {
  type CompressedRows,
  MultilabelStream,
  type MultilabelStreamState,
} from './multilabel-stream.js';
export type {
  AverageOptions,
  CountOptions,
  CurveOptions,
  PerClass,
  WeightOptions,
} from './options.js';
export {
  type PairedBootstrap,
  type PairedBootstrapOptions,
  pairedBootstrap,
} from './paired-bootstrap.js';
export { type PrecisionRecallCurve, precisionRecallCurve } from './precision-recall-curve.js';
export {
  type PrecisionRecallFscore,
  type PrecisionRecallFscoreOptions,
  type PrecisionRecallFscorePerClass,
  precisionRecallFscoreSupport,
} from './precision-recall-fscore-support.js';
export { precisionScore } from './precision-score.js';
export { ProbabilityStream, type ProbabilityStreamState } from './probability-stream.js';
export { recallScore } from './recall-score.js';
export {
  type ReportDictionary,
  type ReportDictionaryLine,
  reportDictionary,
} from './report-dictionary.js';
export { reportTable } from './report-table.js';
export { type RocAucOptions, rocAucScore } from './roc-auc-score.js';
export { type RocCurve, rocCurve } from './roc-curve.js';
export {
  type CompressedScores,
  type CountedScoresState,
  type ExactScoresState,
  ScoreStream,
  type ScoreStreamOptions,
  type ScoreStreamState,
} from './score-stream.js';
export type { Table, TableCell, TableColumn } from './table.js';
export { tableCsv } from './table-csv.js';
export { tableHtml } from './table-html.js';
export { tableMarkdown } from './table-markdown.js';
export { type TableTerminalOptions, tableTerminal } from './table-terminal.js';
export { tableText } from './table-text.js';
export {
  type ClassThresholds,
  type ThresholdRow,
  type ThresholdTableOptions,
  thresholdTable,
} from './threshold-table.js';
export { type TopKAccuracyOptions, topKAccuracyScore } from './top-k-accuracy-score.js';
export {
  type MetricWarning,
  type MetricWarningCode,
  type WarningListener,
  type WarningOptions,
  withWarnings,
} from './warning.js';
export { zeroOneLoss } from './zero-one-loss.js';
