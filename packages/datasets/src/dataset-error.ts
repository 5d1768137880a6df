/** What went wrong outside the program: see {@link DatasetError}. */
export type DatasetErrorCode =
  | 'file-missing'
  | 'format'
  | 'checksum'
  | 'too-large'
  | 'download'
  | 'cache'
  | 'worker';

/**
 * A file that is missing, malformed, or not the published one; or a download, cache or worker that
 * failed.
 *
 * `code` says which; `file` names the file where there is one; `cause` holds the first error.
 *
 * @example
 * ```ts
 * try {
 *   await loadMnist({ dataDir: './data' });
 * } catch (error) {
 *   if (error instanceof DatasetError && error.code === 'checksum') console.log(error.file);
 * }
 * ```
 */
export class DatasetError extends Error {
  override readonly name: string = 'DatasetError';
  /** Which kind of failure this is, for programs. */
  readonly code: DatasetErrorCode;
  /** The file that the failure is about. */
  readonly file: string | undefined;

  constructor(
    code: DatasetErrorCode,
    message: string,
    options: { readonly file?: string; readonly cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.file = options.file;
  }
}
