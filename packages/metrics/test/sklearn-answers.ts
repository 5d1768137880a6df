import * as metrics from '@cnnkit/metrics';

// biome-ignore lint/suspicious/noExplicitAny: cases come from a file; the functions check them
type Any = any;
type Answer = (input: Record<string, Any>, options: Any) => unknown;

const fromLabels =
  (score: (yTrue: Any, yPred: Any, options: Any) => unknown): Answer =>
  ({ y_true, y_pred }, options) =>
    score(y_true, y_pred, options);

const fromScores =
  (score: (yTrue: Any, yScore: Any, options: Any) => unknown): Answer =>
  ({ y_true, y_score, dtype }, options) =>
    score(y_true, dtype === 'float32' ? toFloat32(y_score) : y_score, options);

/** How each function of scikit-learn is asked here, and its answer in scikit-learn's shape. */
export const answers: Readonly<Record<string, Answer>> = {
  accuracy_score: fromLabels(metrics.accuracyScore),
  average_precision_score: fromScores(metrics.averagePrecisionScore),
  balanced_accuracy_score: fromLabels(metrics.balancedAccuracyScore),
  brier_score_loss: fromScores(metrics.brierScoreLoss),
  calibration_curve: fromScores((yTrue, yProb, options) => {
    const { probTrue, probPred } = metrics.calibrationCurve(yTrue, yProb, options);
    return [probTrue, probPred];
  }),
  classification_report: (input, options) => {
    const yTrue = input.y_true ?? digits(input.y_true_digits);
    const yPred = input.y_pred ?? digits(input.y_pred_digits);
    const report = metrics.classificationReport(yTrue, yPred, options);
    return { text: report.text, dict: metrics.reportDictionary(report) };
  },
  cohen_kappa_score: fromLabels(metrics.cohenKappaScore),
  compute_class_weight: ({ classes, y }, { classWeight, ...options }) =>
    metrics.computeClassWeight(y, { classes, classWeight: toMap(classWeight), ...options }),
  confusion_matrix: fromLabels((...all) => metrics.confusionMatrix(...all).matrix),
  det_curve: fromScores((yTrue, yScore, options) => {
    const { fpr, fnr, thresholds } = metrics.detCurve(yTrue, yScore, options);
    return [fpr, fnr, thresholds];
  }),
  expected_calibration_error: fromScores(metrics.expectedCalibrationError),
  f1_score: fromLabels(metrics.f1Score),
  fbeta_score: fromLabels(metrics.fbetaScore),
  hamming_loss: fromLabels(metrics.hammingLoss),
  jaccard_score: fromLabels(metrics.jaccardScore),
  log_loss: fromScores(metrics.logLoss),
  matthews_corrcoef: fromLabels(metrics.matthewsCorrcoef),
  multilabel_confusion_matrix: fromLabels(
    (...all) => metrics.multilabelConfusionMatrix(...all).matrices,
  ),
  precision_recall_curve: fromScores((yTrue, yScore, options) => {
    const { precision, recall, thresholds } = metrics.precisionRecallCurve(yTrue, yScore, options);
    return [precision, recall, thresholds];
  }),
  precision_recall_fscore_support: fromLabels((...all) => {
    const { precision, recall, fScore, support } = metrics.precisionRecallFscoreSupport(...all);
    return [precision, recall, fScore, support];
  }),
  precision_score: fromLabels(metrics.precisionScore),
  recall_score: fromLabels(metrics.recallScore),
  roc_auc_score: fromScores(metrics.rocAucScore),
  roc_curve: fromScores((yTrue, yScore, options) => {
    const { fpr, tpr, thresholds } = metrics.rocCurve(yTrue, yScore, options);
    return [fpr, tpr, thresholds];
  }),
  top_k_accuracy_score: fromScores(metrics.topKAccuracyScore),
  zero_one_loss: fromLabels(metrics.zeroOneLoss),
};

/** "0123" as [0, 1, 2, 3]. */
function digits(text: string): number[] {
  return Array.from(text, Number);
}

function toFloat32(scores: Any[]): unknown {
  return Array.isArray(scores[0])
    ? scores.map((row: number[]) => Float32Array.from(row))
    : Float32Array.from(scores);
}

/** JSON has only text as keys; class weights are given by label. */
function toMap(weights: Any): Any {
  if (weights === null || typeof weights !== 'object') return weights;
  return new Map(
    Object.entries(weights).map(([label, weight]) => [
      Number.isNaN(Number(label)) ? label : Number(label),
      weight,
    ]),
  );
}
