import { type SummaryValue, summaryValue } from '../events/event.js';
import { pluginMetadata, type TagOptions } from './plugin-metadata.js';
import { stringTensor } from './tensor.js';

/** Markdown: one text, a list of texts, or the rows of a table. */
export type SummaryText = string | readonly string[] | readonly (readonly string[])[];

/**
 * Markdown for the Text page, as `tf.summary.text` writes it. Lists and tables are shown as tables.
 *
 * @throws RangeError if the rows of a table are of different lengths
 */
export function textSummary(
  tag: string,
  text: SummaryText,
  options: TagOptions = {},
): SummaryValue {
  const { values, shape } = flattened(text);
  return summaryValue({
    tag,
    metadata: pluginMetadata('text', options),
    value: { case: 'tensor', value: stringTensor(values, shape) },
  });
}

function flattened(text: SummaryText): { values: readonly string[]; shape: number[] } {
  if (typeof text === 'string') return { values: [text], shape: [] };
  if (text.every((item) => typeof item === 'string')) {
    return { values: text, shape: [text.length] };
  }
  const table = text as readonly (readonly string[])[];
  const columns = table[0]!.length;
  if (table.some((row) => row.length !== columns)) {
    throw new RangeError(
      `textSummary: all rows of a table must have one length; received ${table.map((row) => row.length).join(', ')}. Fill them up with ''.`,
    );
  }
  return { values: table.flat(), shape: [table.length, columns] };
}
