import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { decodeRecords, type RecordsEnd } from '../framing/decode-records.js';
import { encodeRecord } from '../framing/encode-record.js';
import { type Event, EventSchema } from './gen/tensorboard/compat/proto/event_pb.js';
import {
  type Summary_Value,
  Summary_ValueSchema,
} from './gen/tensorboard/compat/proto/summary_pb.js';

export type { Event, Summary_Value as SummaryValue };

/** The fields of an {@link Event} to set; what is left out keeps protobuf's default. */
export type EventInit = MessageInitShape<typeof EventSchema>;

/** The version of the event format, which every file states in its first event. */
export const FILE_VERSION = 'brain.Event:2';

/** An event as a record, ready to be appended to an event file. */
export function encodeEvent(event: EventInit): Uint8Array<ArrayBuffer> {
  return encodeRecord(toBinary(EventSchema, create(EventSchema, event)));
}

/**
 * The event every file begins with.
 *
 * @param wallTimeSeconds seconds since 1970
 */
export function fileVersionEvent(wallTimeSeconds: number): EventInit {
  return {
    wallTime: wallTimeSeconds,
    what: { case: 'fileVersion', value: FILE_VERSION },
    sourceMetadata: { writer: '@cnnkit/training/tensorboard' },
  };
}

/**
 * An event that holds summaries of one step.
 *
 * @param step a whole number from 0 on
 * @throws RangeError if `step` is anything else
 */
export function summaryEvent(
  step: number,
  values: readonly Summary_Value[],
  wallTimeSeconds: number,
): EventInit {
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new RangeError(
      `summaryEvent: step must be a whole number from 0 on; received ${step}. Count epochs or batches.`,
    );
  }
  return {
    wallTime: wallTimeSeconds,
    step: BigInt(step),
    what: { case: 'summary', value: { value: [...values] } },
  };
}

/** Builds one summary; the payload functions ({@link scalarSummary} and so on) do it for you. */
export function summaryValue(init: MessageInitShape<typeof Summary_ValueSchema>): Summary_Value {
  return create(Summary_ValueSchema, init);
}

/** An event, where its record begins in the file, and the bytes of its payload. */
export interface DecodedEvent {
  readonly offset: number;
  readonly lengthBytes: number;
  readonly event: Event;
}

/** All readable events of a file, and how the file ends. */
export interface DecodedEvents {
  readonly events: readonly DecodedEvent[];
  readonly end: RecordsEnd;
}

/**
 * Reads an event file, TensorFlow's as well as ours. Nothing in the bytes makes it throw: a cut
 * tail (a run was killed, or goes on) or a corrupt record ends the reading and is told in `end`.
 *
 * @param bytes a whole event file or as much of it as there is
 */
export function decodeEvents(bytes: Uint8Array): DecodedEvents {
  const { records, end } = decodeRecords(bytes);
  const events: DecodedEvent[] = [];
  for (const { offset, data } of records) {
    try {
      events.push({ offset, lengthBytes: data.length, event: fromBinary(EventSchema, data) });
    } catch (error) {
      // The checksums match, so the file is whole, but it holds something that is no event.
      const reason = `the record is not an event (${(error as Error).message})`;
      const unreadBytes = bytes.length - offset;
      return { events, end: { kind: 'corrupt', offset, unreadBytes, reason } };
    }
  }
  return { events, end };
}
