import * as fs from 'node:fs/promises';

/** What is needed of `node:fs/promises`; a test, or an object store, can bring its own. */
export interface FileSystem {
  mkdir(path: string, options: { recursive: true }): Promise<unknown>;
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, data: string | Uint8Array): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { recursive?: boolean; force: true }): Promise<void>;
}

/** The machine's own. */
export const nodeFileSystem: FileSystem = fs;

let written = 0;

/** Writes beside `path` and renames, so that a reader finds the old file or the new, whole. */
export async function writeWhole(
  files: FileSystem,
  path: string,
  data: string | Uint8Array,
): Promise<void> {
  const temporary = `${path}.${process.pid}-${written++}.tmp`;
  try {
    await files.writeFile(temporary, data);
    await files.rename(temporary, path);
  } catch (error) {
    await files.rm(temporary, { force: true });
    throw error;
  }
}

/** The file's bytes, or undefined if there is no such file. */
export async function readIfThere(
  files: FileSystem,
  path: string,
): Promise<Uint8Array | undefined> {
  try {
    return await files.readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
