import { type SummaryValue, summaryValue } from '../events/event.js';
import { pluginMetadata, type TagOptions } from './plugin-metadata.js';
import { floatTensor } from './tensor.js';

/**
 * A number for the Scalars and Time Series pages, as `tf.summary.scalar` writes it: a float32
 * tensor of no dimensions, plugin `scalars`.
 *
 * @param tag slashes in it group the charts
 * @param value rounded to float32; NaN and infinities are kept
 */
export function scalarSummary(tag: string, value: number, options: TagOptions = {}): SummaryValue {
  return summaryValue({
    tag,
    metadata: pluginMetadata('scalars', options),
    value: { case: 'tensor', value: floatTensor([value], []) },
  });
}
