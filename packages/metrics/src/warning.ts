/** What a warning is about; stable, so that a program can act on it. */
export type MetricWarningCode =
  | 'precision_ill_defined'
  | 'recall_ill_defined'
  | 'f_score_ill_defined'
  | 'jaccard_ill_defined'
  | 'kappa_undefined'
  | 'single_label'
  | 'classes_only_in_y_pred'
  | 'adjusted_undefined'
  | 'rates_undefined'
  | 'pos_label_ignored'
  | 'target_names_size'
  | 'labels_not_ordered'
  | 'rows_do_not_sum_to_one'
  | 'no_positive_samples'
  | 'no_negative_samples'
  | 'one_class'
  | 'k_covers_all_classes'
  | 'resamples_skipped';

/**
 * Something a score wants said: it is not defined for this input and a stand-in was returned, or
 * the input is probably not what was meant.
 */
export interface MetricWarning {
  readonly code: MetricWarningCode;
  /** scikit-learn's category: the score is not defined, or the use is doubtful. */
  readonly category: 'UndefinedMetricWarning' | 'UserWarning';
  /** The function that warns. */
  readonly metric: string;
  /** One sentence, and the way out. */
  readonly message: string;
}

/** Hears a warning; nothing is ever written to the console. */
export type WarningListener = (warning: MetricWarning) => void;

/** Where warnings go; every function that can warn takes this option. */
export interface WarningOptions {
  /** Called with each different warning once, before the function returns. Default: none listens. */
  readonly onWarning?: WarningListener | undefined;
}

/**
 * Runs a computation and hands back its value together with the warnings it gave.
 *
 * @param compute - receives the listener to pass on as `onWarning`
 * @returns the value, and each different warning once, in order of first appearance
 * @example
 * ```ts
 * const { value, warnings } = withWarnings((onWarning) =>
 *   precisionScore([0, 1, 1], [0, 0, 0], { onWarning }),
 * );
 * value; // → 0
 * warnings.map((warning) => warning.code); // → ['precision_ill_defined']
 * ```
 */
export function withWarnings<T>(compute: (onWarning: WarningListener) => T): {
  readonly value: T;
  readonly warnings: readonly MetricWarning[];
} {
  const warnings: MetricWarning[] = [];
  const value = compute((warning) => {
    if (!warnings.some((seen) => seen.message === warning.message)) warnings.push(warning);
  });
  return { value, warnings };
}
