import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fixtureJson, fromHex } from '../../../test/tensorboard-support/fixtures.js';
import { manualClock } from '../../../test/tensorboard-support/manual-clock.js';
import { encodeRecord } from '../framing/encode-record.js';
import { scalarSummary } from '../payloads/scalar.js';
import { decodeEvents, encodeEvent, FILE_VERSION, summaryEvent } from './event.js';
import { EventFileError } from './event-file-error.js';
import { EventWriter, type EventWriterOptions } from './event-writer.js';
import type { LogFolder } from './log-folder.js';
import { memoryLogs } from './memory-logs.js';

async function opened(options: EventWriterOptions = {}) {
  const logs = memoryLogs({ host: 'host', processId: 1 });
  const clock = manualClock();
  const writer = await EventWriter.open(logs, 'train', { clock, ...options });
  const bytes = () => logs.files.get(writer.path)!;
  const steps = () => decodeEvents(bytes()).events.map(({ event }) => Number(event.step));
  return { logs, clock, writer, bytes, steps };
}

const loss = [scalarSummary('loss', 0.5)];

describe('a new event file', () => {
  test('is named as TensorFlow names it and begins with its version', async () => {
    const { writer, bytes } = await opened();
    expect(writer.path).toBe('train/events.out.tfevents.1700000000.host.1.0.v2');
    const [first] = decodeEvents(bytes()).events;
    expect(first!.event.what).toEqual({ case: 'fileVersion', value: FILE_VERSION });
    expect(first!.event.wallTime).toBe(1700000000.5);
  });

  test('holds the very bytes of TensorFlow’s first event', () => {
    const { records, first_event: of } = fixtureJson<{
      records: { record_hex: string }[];
      first_event: { wall_time: number; file_version: string; record: number };
    }>('crc32c.json');
    const what = { case: 'fileVersion', value: of.file_version } as const;
    const ours = encodeEvent({ wallTime: of.wall_time, what });
    expect(ours).toEqual(fromHex(records[of.record]!.record_hex));
  });

  test('sorts after every older one of the run, also in the same second', async () => {
    const { logs, clock } = await opened();
    const names: string[] = ['events.out.tfevents.1700000000.host.1.0.v2'];
    for (let i = 0; i < 12; i++) {
      const { path } = await EventWriter.open(logs, 'train', { clock });
      names.push(path.slice('train/'.length));
    }
    expect([...names].sort()).toEqual(names);
    expect(new Set(names).size).toBe(13);
  });

  test('cleans a host name of what a file name cannot hold', async () => {
    const logs = memoryLogs({ host: 'a/b c:d', processId: 1 });
    const { path } = await EventWriter.open(logs, '', { clock: manualClock() });
    expect(path).toBe('events.out.tfevents.1700000000.a_b_c_d.1.0.v2');
  });

  test('takes another number when somebody else was faster', async () => {
    const logs = memoryLogs({ host: 'host', processId: 1 });
    const blind: LogFolder = { ...logs, list: async () => [] };
    await EventWriter.open(blind, '', { clock: manualClock() });
    const { path } = await EventWriter.open(blind, '', { clock: manualClock() });
    expect(path).toBe('events.out.tfevents.1700000000.host.1.1.v2');
  });

  test('that cannot be made is an EventFileError with the cause', async () => {
    const cause = new Error('disk on fire');
    const logs: LogFolder = { ...memoryLogs(), create: () => Promise.reject(cause) };
    const opening = EventWriter.open(logs, 'train');
    await expect(opening).rejects.toMatchObject({ code: 'open-failed', cause });
    await expect(opening).rejects.toThrow(EventFileError);
  });

  test.each([{ flushMs: 0 }, { maxQueue: 0 }, { flushMs: Number.NaN }])(
    'refuses %o',
    async (options) => {
      await expect(EventWriter.open(memoryLogs(), '', options)).rejects.toThrow(RangeError);
    },
  );
});

describe('a writer', () => {
  test('keeps fewer than ten events in memory and writes at the tenth', async () => {
    const { writer, steps } = await opened();
    for (let step = 1; step <= 9; step++) await writer.write(step, loss);
    expect(steps()).toEqual([0]);
    await writer.write(10, loss);
    expect(steps()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('writes what waits after 120 seconds', async () => {
    const { writer, steps, clock } = await opened();
    await writer.write(1, loss);
    clock.advance(119_999);
    await settled();
    expect(steps()).toEqual([0]);
    clock.advance(1);
    await settled();
    expect(steps()).toEqual([0, 1]);
    expect(clock.waiting).toBe(0);
  });

  test('writes what waits when it closes, takes its timer back, and takes nothing more', async () => {
    const { writer, steps, clock } = await opened();
    await writer.write(1, loss);
    await writer.close();
    await writer.close();
    expect(steps()).toEqual([0, 1]);
    expect(clock.waiting).toBe(0);
    await expect(writer.write(2, loss)).rejects.toMatchObject({ code: 'closed' });
  });

  test('does not let big events wait', async () => {
    const { writer, steps } = await opened();
    await writer.write(1, [scalarSummary('x'.repeat(1 << 20), 0)]);
    expect(steps()).toEqual([0, 1]);
  });

  test('keeps the order of calls that nobody awaited, over a slow file', async () => {
    const slow = slowLogs();
    const writer = await EventWriter.open(slow.logs, '', { maxQueue: 3 });
    await Promise.all(Array.from({ length: 50 }, (_, step) => writer.write(step, loss)));
    await writer.close();
    const { events, end } = decodeEvents(slow.bytes());
    expect(end.kind).toBe('complete');
    expect(events.slice(1).map(({ event }) => Number(event.step))).toEqual([...Array(50).keys()]);
    expect(slow.mostAtOnce()).toBe(1);
  });

  test('makes the caller wait while the file is busy', async () => {
    const slow = slowLogs();
    const writer = await EventWriter.open(slow.logs, '', { maxQueue: 2 });
    await writer.write(0, loss);
    const release = slow.block();
    let taken = false;
    const second = writer.write(1, loss).then(() => {
      taken = true;
    });
    await settled();
    expect(taken).toBe(false);
    release();
    await second;
    await writer.close();
  });

  test('writes nothing behind a failed append and tells every later call', async () => {
    const slow = slowLogs();
    const writer = await EventWriter.open(slow.logs, '', { maxQueue: 1 });
    slow.failNext(new Error('ENOSPC'));
    const failed = { code: 'write-failed', cause: { message: 'ENOSPC' } };
    await expect(writer.write(0, loss)).rejects.toMatchObject(failed);
    await expect(writer.write(1, loss)).rejects.toMatchObject(failed);
    await expect(writer.close()).rejects.toMatchObject(failed);
    expect(decodeEvents(slow.bytes()).events).toHaveLength(1);
    expect(slow.closed()).toBe(true);
  });

  test('tells the next call of a failure that came in between', async () => {
    const slow = slowLogs();
    const clock = manualClock();
    const writer = await EventWriter.open(slow.logs, '', { clock });
    await writer.write(0, loss);
    slow.failNext(new Error('EIO'));
    clock.advance(120_000);
    await settled();
    await expect(writer.write(1, loss)).rejects.toMatchObject({ code: 'write-failed' });
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 53])('refuses step %d', async (step) => {
    const { writer } = await opened();
    await expect(writer.write(step, loss)).rejects.toThrow(RangeError);
  });
});

describe('decodeEvents', () => {
  test('reports a record that is no event and keeps those before it', async () => {
    const { writer, bytes } = await opened();
    await writer.close();
    const file = Buffer.concat([bytes(), encodeRecord(new Uint8Array([0xff, 0xff, 0xff]))]);
    const { events, end } = decodeEvents(file);
    expect(events).toHaveLength(1);
    expect(end).toMatchObject({ kind: 'corrupt', offset: bytes().length });
  });

  test('reads a killed writer’s file up to the cut, at whatever byte it was killed', () => {
    const whole = Buffer.concat(
      [1, 2, 3].map((step) => encodeEvent(summaryEvent(step, loss, 1_700_000_000))),
    );
    const size = whole.length / 3;
    fc.assert(
      fc.property(fc.nat(whole.length), (length) => {
        const { events, end } = decodeEvents(whole.subarray(0, length));
        expect(events).toHaveLength(Math.floor(length / size));
        expect(end.kind).toBe(length % size === 0 ? 'complete' : 'cut');
      }),
    );
  });
});

/** Lets everything run that only waits for promises. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

/** A folder of one file whose appends take time, can be held back and can fail halfway. */
function slowLogs() {
  let bytes: Uint8Array = new Uint8Array(0);
  let gate = Promise.resolve();
  let failure: Error | undefined;
  let running = 0;
  let most = 0;
  let isClosed = false;
  const append = async (more: Uint8Array) => {
    most = Math.max(most, ++running);
    await gate;
    await new Promise((resolve) => setTimeout(resolve, more.length % 3));
    const failed = failure;
    failure = undefined;
    bytes = Buffer.concat([bytes, failed ? more.subarray(0, 10) : more]);
    running -= 1;
    if (failed) throw failed;
  };
  const close = async () => {
    isClosed = true;
  };
  const logs: LogFolder = { ...memoryLogs(), create: async () => ({ append, close }) };
  const block = () => {
    let release = () => {};
    gate = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  };
  return {
    logs,
    block,
    bytes: () => bytes,
    failNext: (error: Error) => {
      failure = error;
    },
    mostAtOnce: () => most,
    closed: () => isClosed,
  };
}
