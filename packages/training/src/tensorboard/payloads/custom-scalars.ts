import { create, toBinary } from '@bufbuild/protobuf';
import { type SummaryValue, summaryValue } from '../events/event.js';
import { LayoutSchema } from '../events/gen/tensorboard/plugins/custom_scalar/layout_pb.js';
import { pluginMetadata } from './plugin-metadata.js';
import { stringTensor } from './tensor.js';

/** A chart of the Custom Scalars page. */
export interface CustomChart {
  readonly title: string;
  /** Regular expressions; all scalars whose tags match are lines of the chart. */
  readonly tags: readonly string[];
}

/** A group of charts. */
export interface CustomChartCategory {
  readonly title: string;
  readonly charts: readonly CustomChart[];
}

/**
 * The layout of the Custom Scalars page, so that, say, loss and accuracy stand in one chart.
 * Write it once, at step 0; the scalars are written as always.
 */
export function customScalarsSummary(categories: readonly CustomChartCategory[]): SummaryValue {
  const layout = create(LayoutSchema, {
    category: categories.map(({ title, charts }) => ({
      title,
      chart: charts.map((chart) => ({
        title: chart.title,
        content: { case: 'multiline' as const, value: { tag: [...chart.tags] } },
      })),
    })),
  });
  return summaryValue({
    tag: 'custom_scalars__config__',
    metadata: pluginMetadata('custom_scalars'),
    value: { case: 'tensor', value: stringTensor([toBinary(LayoutSchema, layout)], []) },
  });
}
