/** What went wrong with a backend, for programs. */
export type BackendErrorCode =
  /** The named backend cannot run here; `cause` says why. */
  | 'BACKEND_UNAVAILABLE'
  /** The compiled kernels are missing or do not load. */
  | 'KERNELS_UNAVAILABLE'
  /** The engine's memory is full. */
  | 'MEMORY_FULL'
  /** A thread of the engine died inside a kernel; the engine is of no use any more. */
  | 'ENGINE_FAILED';

/** A failure outside the caller's arguments: a backend that does not load, memory that is full. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
  readonly code: BackendErrorCode;

  constructor(code: BackendErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
