import * as metrics from '@cnnkit/metrics';

// biome-ignore lint/suspicious/noExplicitAny: cases come from a file; the functions check them
type Any = any;
type Answer = (input: Record<string, Any>, options: Any) => unknown;

/** How each function of scikit-learn is asked here, and its answer in scikit-learn's shape. */
export const answers: Readonly<Record<string, Answer>> = {
  confusion_matrix: ({ y_true, y_pred }, options) =>
    metrics.confusionMatrix(y_true, y_pred, options).matrix,
  classification_report: (input, options) => {
    const yTrue = input.y_true ?? digits(input.y_true_digits);
    const yPred = input.y_pred ?? digits(input.y_pred_digits);
    const report = metrics.classificationReport(yTrue, yPred, options);
    return { text: report.text, dict: metrics.reportDictionary(report) };
  },
};

/** "0123" as [0, 1, 2, 3]. */
function digits(text: string): number[] {
  return Array.from(text, Number);
}
