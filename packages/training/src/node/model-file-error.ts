/** Why a saved model could not be written or read: the folder, what is wrong, and the system's error as `cause`. */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError';
  /** `WRITE`: not written. `READ`: a file is missing or unreadable. `FORMAT`: no such format. `CORRUPT`: files do not belong together. */
  readonly code: 'WRITE' | 'READ' | 'FORMAT' | 'CORRUPT';

  constructor(code: ModelFileError['code'], message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
