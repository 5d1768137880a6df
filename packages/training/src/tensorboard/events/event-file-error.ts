/** What went wrong with an event file. */
export type EventFileErrorCode = 'open-failed' | 'write-failed' | 'closed';

/** An event file could not be opened or written. `cause` is what the folder said. */
export class EventFileError extends Error {
  override readonly name = 'EventFileError';
  readonly code: EventFileErrorCode;
  /** The file, relative to its log folder. */
  readonly path: string;

  constructor(code: EventFileErrorCode, path: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.path = path;
  }
}
