import { iterate } from '../internal/streams.js';
import type { PartialFile } from './download-cache.js';

/** Why a mirror did not give the file. */
export class MirrorError extends Error {
  override readonly name = 'MirrorError';
  /** Whether it may work a moment later. */
  readonly passing: boolean;
  /** How long the server asks to wait, if it does. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    options: { passing: boolean; retryAfterMs?: number | undefined; cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.passing = options.passing;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** What must come within the time limit for the next one to start. */
const LEAST_BYTES = 1024;

/** One file to fetch, and what is known about it. */
export interface FetchJob {
  readonly url: string;
  readonly partial: PartialFile;
  /** The sizes it may have: as published, or without compression if the transport removed that. */
  readonly sizesBytes: readonly number[];
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly fetch: typeof globalThis.fetch;
  /** Hashes the chunk; called before it is stored. */
  readonly onChunk: (chunk: Uint8Array) => void;
  /** The bytes so far are void. */
  readonly onRestart: () => void;
  readonly onProgress: (loadedBytes: number, totalBytes: number) => void;
}

/** Asks a mirror once and appends what it sends; returns when the file has one of the sizes. */
export async function fetchInto(job: FetchJob): Promise<void> {
  const idle = idleTimer(job.timeoutMs);
  try {
    const response = await request(job, idle);
    const largest = Math.max(...job.sizesBytes);
    const total = await checkResponse(job, response);
    for await (const chunk of bodyOf(job, response, idle)) {
      if (job.partial.sizeBytes + chunk.length > largest) {
        await restart(job);
        throw new MirrorError(`sent more than the ${largest} bytes of the file`, {
          passing: false,
        });
      }
      job.onChunk(chunk);
      await job.partial.append(chunk);
      job.onProgress(job.partial.sizeBytes, total);
    }
  } finally {
    idle.stop();
  }
  if (!job.sizesBytes.includes(job.partial.sizeBytes)) {
    throw new MirrorError(
      `ended after ${job.partial.sizeBytes} of ${job.sizesBytes.join(' or ')} bytes`,
      { passing: true },
    );
  }
}

async function request(job: FetchJob, idle: IdleTimer): Promise<Response> {
  const { sizeBytes } = job.partial;
  // The hash says at the end whether the parts belong together, so that an interrupted download
  // may also go on at another mirror, whose ETag would differ: no If-Range.
  const headers: Record<string, string> = sizeBytes > 0 ? { range: `bytes=${sizeBytes}-` } : {};
  // A transport that compresses again would break ranges and lengths. Browsers ignore this.
  headers['accept-encoding'] = 'identity';
  const signal =
    job.signal === undefined ? idle.signal : AbortSignal.any([job.signal, idle.signal]);
  try {
    return await job.fetch(job.url, { headers, signal, redirect: 'follow' });
  } catch (error) {
    throw networkFailure(job, idle, error, 'did not answer');
  }
}

/** The chunks of the body; only failures of the transport become mirror errors. */
async function* bodyOf(
  job: FetchJob,
  response: Response,
  idle: IdleTimer,
): AsyncIterable<Uint8Array> {
  if (response.body === null) throw new MirrorError('sent no body', { passing: true });
  const chunks = iterate(response.body)[Symbol.asyncIterator]();
  idle.reset();
  let sinceReset = 0;
  try {
    for (;;) {
      let next: IteratorResult<Uint8Array>;
      try {
        next = await chunks.next();
      } catch (error) {
        throw networkFailure(job, idle, error, 'broke off');
      }
      if (next.done) return;
      job.signal?.throwIfAborted();
      // A server that drips byte by byte is as good as one that hangs.
      sinceReset += next.value.length;
      if (sinceReset >= LEAST_BYTES) {
        idle.reset();
        sinceReset = 0;
      }
      yield next.value;
    }
  } finally {
    await chunks.return?.();
  }
}

function networkFailure(job: FetchJob, idle: IdleTimer, error: unknown, what: string): MirrorError {
  job.signal?.throwIfAborted();
  if (idle.signal.aborted) {
    return new MirrorError(`sent next to nothing for ${job.timeoutMs} ms`, {
      passing: true,
      cause: error,
    });
  }
  const reason = reasonOf(error);
  // Redirects in a circle do not pass.
  return new MirrorError(`${what} (${reason})`, {
    passing: !/redirect/i.test(reason),
    cause: error,
  });
}

/** Throws unless the response continues or starts the file; returns the size it will have. */
async function checkResponse(job: FetchJob, response: Response): Promise<number> {
  const { status, headers } = response;
  const have = job.partial.sizeBytes;
  const refuse = async (message: string, passing: boolean): Promise<never> => {
    await response.body?.cancel().catch(() => {});
    throw new MirrorError(message, { passing, retryAfterMs: retryAfter(headers) });
  };
  if (status === 416 || (status === 206 && !continues(headers, job))) {
    await restart(job);
    const range = headers.get('content-range') ?? 'none';
    const what = status === 416 ? 'refused to go on' : 'went on at the wrong place';
    return refuse(
      `${what} (${status}, content-range: ${range}, asked from byte ${have})`,
      have > 0,
    );
  }
  if (status !== 200 && status !== 206) {
    const text = `${status} ${response.statusText}`.trim();
    return refuse(`answered ${text}`, status === 408 || status === 429 || status >= 500);
  }
  if (status === 200 && have > 0) await restart(job);
  const largest = Math.max(...job.sizesBytes);
  // A length that counts compressed bytes of the transport says nothing about the file.
  const encoding = headers.get('content-encoding') ?? 'identity';
  const length = headers.get('content-length');
  if (encoding !== 'identity' || length === null) return largest;
  const total = job.partial.sizeBytes + Number(length);
  if (job.sizesBytes.includes(total)) return total;
  return refuse(`offers ${total} bytes instead of ${job.sizesBytes.join(' or ')}`, false);
}

function continues(headers: Headers, job: FetchJob): boolean {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
  if (match === null || job.partial.sizeBytes === 0) return false;
  const [, start, end, total] = match;
  if (Number(start) !== job.partial.sizeBytes || Number(end) < Number(start)) return false;
  return total === '*' || job.sizesBytes.includes(Number(total));
}

async function restart(job: FetchJob): Promise<void> {
  await job.partial.restart();
  job.onRestart();
}

function retryAfter(headers: Headers): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? 1000 * seconds : undefined;
}

interface IdleTimer {
  readonly signal: AbortSignal;
  reset(): void;
  stop(): void;
}

function idleTimer(timeoutMs: number): IdleTimer {
  const controller = new AbortController();
  const arm = () => setTimeout(() => controller.abort(new Error('timeout')), timeoutMs);
  let timer = arm();
  return {
    signal: controller.signal,
    reset() {
      clearTimeout(timer);
      timer = arm();
    },
    stop: () => clearTimeout(timer),
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error && cause.message !== '' ? `${message}: ${cause.message}` : message;
}
