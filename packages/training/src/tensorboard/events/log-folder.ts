/** A file that is being written; its bytes are only ever appended. */
export interface LogFile {
  /** Appends all of `bytes`; after it resolves, they survive the end of the process. */
  append(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/**
 * The place that a log is written to: a folder of the file system (`nodeLogs` of
 * `@cnnkit/training/tensorboard/node`), memory ({@link memoryLogs}), or your own.
 *
 * Paths are relative to the folder, their parts joined by `/`; `''` is the folder itself. Folders
 * above a file are made when it is created.
 */
export interface LogFolder {
  /** Stands in the names of event files, so that machines can share a folder. */
  readonly host: string;
  /** Stands in the names of event files, so that processes can share a folder. */
  readonly processId: number;
  /** The names of the files right in `path`; none if there is no such folder. */
  list(path: string): Promise<readonly string[]>;
  /** Makes a new file, or gives undefined if one of that name is there. */
  create(path: string): Promise<LogFile | undefined>;
  /** Writes a whole file; one of that name is replaced in one go. */
  write(path: string, bytes: Uint8Array): Promise<void>;
}
