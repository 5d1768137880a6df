/** What is wrong with an argument; stable, so that a program can act on it. */
export type MetricErrorCode =
  | 'lengths_differ'
  | 'empty_input'
  | 'not_finite'
  | 'target_format'
  | 'mixed_targets'
  | 'mixed_label_types'
  | 'column_count_differs'
  | 'ragged_rows'
  | 'weights_all_zero'
  | 'weights_unsupported'
  | 'option_value'
  | 'labels_empty'
  | 'labels_too_few'
  | 'labels_not_unique'
  | 'labels_not_ordered'
  | 'label_unknown'
  | 'label_out_of_range'
  | 'no_label_in_y_true'
  | 'average_binary_on_multiclass'
  | 'samplewise_needs_multilabel'
  | 'pos_label_unknown'
  | 'pos_label_needed'
  | 'pos_label_fixed'
  | 'target_names_size'
  | 'one_label_needs_labels'
  | 'class_count_differs'
  | 'probability_out_of_range'
  | 'scores_not_probabilities'
  | 'scores_need_2d'
  | 'scores_2d_for_binary'
  | 'target_not_binary'
  | 'multi_class_needed'
  | 'one_class'
  | 'class_unknown'
  | 'states_differ';

/**
 * What every function here throws for a wrong argument: a TypeError (wrong kind of thing) or a
 * RangeError (wrong value or shape) that carries a code. The message names the function, the
 * argument, the rule and what was received.
 */
export interface MetricError extends Error {
  readonly code: MetricErrorCode;
}
