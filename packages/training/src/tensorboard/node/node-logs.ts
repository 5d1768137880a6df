import { mkdir, open, readdir, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { LogFile, LogFolder } from '../events/log-folder.js';

/** Settings of {@link nodeLogs}. */
export interface NodeLogsOptions {
  /** Stands in file names. Default the machine's host name. */
  readonly host?: string;
  /** Stands in file names. Default `process.pid`. */
  readonly processId?: number;
}

/**
 * A log in a folder of the file system, for `tensorboard --logdir`. The folder is made when the
 * first file is.
 *
 * @param dir the folder; absolute, or relative to the working directory at the time of the call
 *
 * @example
 * ```ts
 * const callback = new TensorBoard(nodeLogs('logs/run-1'));
 * ```
 */
export function nodeLogs(dir: string, options: NodeLogsOptions = {}): LogFolder {
  const { host = hostname(), processId = process.pid } = options;
  const root = resolve(dir);
  return {
    host,
    processId,
    list: (path) => listFiles(join(root, path)),
    create: (path) => createFile(join(root, path)),
    write: (path, bytes) => replaceFile(join(root, path), bytes),
  };
}

async function listFiles(dir: string): Promise<string[]> {
  try {
    const entries = await readdir(dir, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function createFile(path: string): Promise<LogFile | undefined> {
  await mkdir(dirname(path), { recursive: true });
  try {
    // O_APPEND and O_EXCL: no other writer's bytes are ever overwritten.
    const handle = await open(path, 'ax');
    return {
      append: async (bytes) => void (await handle.appendFile(bytes)),
      close: () => handle.close(),
    };
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw error;
  }
}

async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}.tmp`;
  await writeFile(unfinished, bytes);
  await rename(unfinished, path);
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}
