import type { LogFolder } from './log-folder.js';

/** A log in memory: the files written so far by path. */
export interface MemoryLogs extends LogFolder {
  /** Path, as `train/events.out.tfevents.…`, to content; grows while a run goes on. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/**
 * A log folder in memory, for a browser (offer the files for download when the run has ended) and
 * for tests.
 *
 * @param options.host stands in file names; `'browser'` unless told
 * @param options.processId stands in file names; 0 unless told
 */
export function memoryLogs(options: { host?: string; processId?: number } = {}): MemoryLogs {
  const { host = 'browser', processId = 0 } = options;
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    host,
    processId,
    files,
    list: async (path) => {
      const prefix = path === '' ? '' : `${path}/`;
      return [...files.keys()]
        .filter((name) => name.startsWith(prefix) && !name.slice(prefix.length).includes('/'))
        .map((name) => name.slice(prefix.length));
    },
    create: async (path) => {
      if (files.has(path)) return undefined;
      files.set(path, new Uint8Array(0));
      return {
        append: async (bytes) => void files.set(path, concat([files.get(path)!, bytes])),
        close: async () => {},
      };
    },
    write: async (path, bytes) => void files.set(path, bytes.slice()),
  };
}

/** The chunks behind each other in one new array. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
