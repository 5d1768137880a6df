import { activate, CANDIDATES, type Candidate, shortReason } from './candidates.js';
import type { OpenOptions } from './cnnkit/open.js';
import { BackendError } from './errors.js';

/** What {@link useBackend} may be asked for. */
export interface UseBackendOptions {
  /** `tfjs-node-gpu`, `cnnkit`, `tfjs-node` or `cpu`. Default: the first of these that works. */
  readonly backend?: string | undefined;
  /** Threads of the `cnnkit` backend, counting the caller's. Default: one for each physical core, at most 16. */
  readonly threads?: number | undefined;
  /**
   * Where the `cnnkit` backend may compute 3 x 3 convolutions by Winograd's method, whose rounding errors are
   * two to five times those of direct sums. `'checked'` (default): in gradients, in passes that nothing is
   * learned from, as `predict`, and in the forward passes of training where relu follows; what relu and a fused
   * pool decide there is summed directly wherever it is close, so that it is decided as by direct sums.
   * `'gradients'`: the forward passes of training stay direct sums altogether. `'all'`: everywhere,
   * unchecked, and with larger tiles. `'off'`.
   */
  readonly winograd?: 'off' | 'gradients' | 'checked' | 'all' | undefined;
  /**
   * Whether the `cnnkit` backend may record the training steps of tfjs-layers' models: from the third step
   * on it sends their commands again instead of running tfjs's operations, with the same bits, where
   * nothing but tfjs's own layers, losses, metrics and optimizers is in them. Default: true.
   */
  readonly recordSteps?: boolean | undefined;
  /**
   * Which build of the `cnnkit` backend's kernels. Default: what the environment variable
   * CNNKIT_KERNELS says, else `'native'` where `@cnnkit/native` is installed and suits this machine, else
   * `'wasm'`. One that is named runs or fails; {@link inspectBackends} says which are to be had.
   */
  readonly kernels?: 'native' | 'wasm' | undefined;
  /** Bytes the `cnnkit` backend's memory may grow to: from 2 ** 24, some 4 MiB of them a thread. Default, and most: 4 GiB. */
  readonly maximumBytes?: number | undefined;
}

/** The backend that was chosen, and why. */
export interface ChosenBackend {
  readonly name: string;
  /** Threads that compute; undefined where the backend decides that itself. */
  readonly threads: number | undefined;
  /** One line: what it is made of. */
  readonly description: string;
  /** One line: why this one. */
  readonly reason: string;
  /** The faster ones that do not work here, with the reason of each. */
  readonly rejected: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Starts the fastest tfjs backend that works here and makes it the current one.
 *
 * @param options.backend Use this one or fail; there is no fallback from a backend that was named.
 * @returns which one runs and why, as plain data.
 * @throws RangeError for an unknown name, thread count or size of memory; {@link BackendError} with the cause if the
 * named backend, or every one, cannot run here.
 *
 * @example
 * ```ts
 * const { name, description } = await useBackend();
 * console.log(`${name}: ${description}`);
 * ```
 */
export async function useBackend(options: UseBackendOptions = {}): Promise<ChosenBackend> {
  const { backend, threads, winograd, recordSteps, kernels, maximumBytes } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 16)) {
    throw new RangeError(
      `useBackend: threads must be a whole number from 1 to 16; received ${threads}. Leave it out for one a core.`,
    );
  }
  if (winograd !== undefined && !['off', 'gradients', 'checked', 'all'].includes(winograd)) {
    throw new RangeError(
      `useBackend: winograd must be 'off', 'gradients', 'checked' or 'all'; received ${JSON.stringify(winograd)}.`,
    );
  }
  if (kernels !== undefined && kernels !== 'native' && kernels !== 'wasm') {
    throw new RangeError(
      `useBackend: kernels must be 'native' or 'wasm'; received ${JSON.stringify(kernels)}.`,
    );
  }
  if (recordSteps !== undefined && typeof recordSteps !== 'boolean') {
    throw new TypeError(
      `useBackend: recordSteps must be true or false; received ${JSON.stringify(recordSteps)}.`,
    );
  }
  if (maximumBytes !== undefined && !(maximumBytes >= 2 ** 24 && maximumBytes <= 2 ** 32)) {
    throw new RangeError(
      `useBackend: maximumBytes must be from 2 ** 24 to 2 ** 32; received ${maximumBytes}. Leave it out for 4 GiB.`,
    );
  }
  const engine = { threads, winograd, recordSteps, kernels, maximumBytes };
  if (backend !== undefined) return useNamed(named(backend), engine);
  const rejected: { name: string; reason: string }[] = [];
  for (const candidate of CANDIDATES) {
    try {
      const started = await activate(candidate, engine);
      const reason = rejected.length === 0 ? 'the fastest there is' : 'the fastest that works here';
      return { name: candidate.name, ...started, reason, rejected };
    } catch (error) {
      rejected.push({ name: candidate.name, reason: shortReason(error) });
    }
  }
  throw new BackendError(
    'BACKEND_UNAVAILABLE',
    `useBackend: no backend works here (${rejected.map((r) => `${r.name}: ${r.reason}`).join('; ')}).`,
  );
}

async function useNamed(candidate: Candidate, options: OpenOptions): Promise<ChosenBackend> {
  try {
    const started = await activate(candidate, options);
    return { name: candidate.name, ...started, reason: 'it was asked for', rejected: [] };
  } catch (cause) {
    throw new BackendError(
      'BACKEND_UNAVAILABLE',
      `useBackend: backend "${candidate.name}" cannot run here: ${shortReason(cause)}. ` +
        'Leave backend out for the fastest that works.',
      { cause },
    );
  }
}

function named(backend: string): Candidate {
  const candidate = CANDIDATES.find(({ name }) => name === backend);
  if (candidate !== undefined) return candidate;
  throw new RangeError(
    `useBackend: backend must be one of ${CANDIDATES.map(({ name }) => name).join(', ')}; received ${JSON.stringify(backend)}.`,
  );
}
