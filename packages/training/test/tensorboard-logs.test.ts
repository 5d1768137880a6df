import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { EventSchema } from '../src/tensorboard/events/gen/tensorboard/compat/proto/event_pb.js';
import {
  decodeEvents,
  encodeEvent,
  scalarSummary,
  summaryEvent,
} from '../src/tensorboard/index.js';
import { dumpEvent } from './tensorboard-support/dump-event.js';
import { allDumps, fixtureBytes } from './tensorboard-support/fixtures.js';

const files = allDumps().flatMap(({ run, files: ofRun }) =>
  Object.entries(ofRun).map(([name, events]) => ({ run, path: `logs/${run}/${name}`, events })),
);

describe('files that TensorFlow wrote', () => {
  test.each(files)('$run reads as TensorFlow reads it', ({ path, events }) => {
    const bytes = fixtureBytes(path);
    const decoded = decodeEvents(bytes);
    expect(decoded.end).toEqual({ kind: 'complete', offset: bytes.length });
    expect(decoded.events.map(dumpEvent)).toEqual(events.map(withoutOpGraph));
  });

  test.each(files)('$run is written again byte for byte', ({ path }) => {
    const bytes = fixtureBytes(path);
    const again = decodeEvents(bytes).events.map(({ event }) => encodeEvent(event));
    expect(Buffer.concat(again).equals(bytes)).toBe(true);
  });

  test.each(files)(
    'scalars of $run come out of scalarSummary byte for byte',
    ({ path, events }) => {
      for (const [i, { event }] of decodeEvents(fixtureBytes(path)).events.entries()) {
        const value = events[i]!.values?.[0];
        // The legacy file holds scalars as simple_value, which nobody writes any more.
        if (value?.plugin_name !== 'scalars' || value.kind !== 'tensor') continue;
        const { description = '' } = value;
        const ours = scalarSummary(value.tag, Number(value.values), { description });
        const written = create(EventSchema, summaryEvent(events[i]!.step, [ours], event.wallTime));
        expect(toBinary(EventSchema, written)).toEqual(toBinary(EventSchema, event));
      }
    },
  );
});

/** The reader leaves an op graph as bytes: cnnkit writes none. */
function withoutOpGraph(event: object): object {
  const graph = (event as { graph_def?: { bytes: number } }).graph_def;
  return graph ? { ...event, graph_def: { bytes: graph.bytes } } : event;
}
