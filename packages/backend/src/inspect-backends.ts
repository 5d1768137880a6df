import { findBackend } from '@tensorflow/tfjs-core';
import { CANDIDATES, obstacleOf, prepareCpu, shortReason } from './candidates.js';
import { BACKEND_NAME } from './cnnkit/current.js';
import { inspectKernels, type KernelBuild } from './cnnkit/open.js';
import { type Measured, measureKernels, measureRegistered } from './measure.js';

export type { Measured };

/** A build of the `cnnkit` backend's kernels. */
export interface KernelReport extends KernelBuild {
  /** What it took for a convolution; undefined if nothing was measured. */
  readonly measured: Measured | undefined;
}

/** What {@link inspectBackends} says of one backend. */
export interface BackendReport {
  readonly name: string;
  /** One line on what it is. */
  readonly about: string;
  readonly available: boolean;
  /** Why it is not available; undefined if it is. */
  readonly reason: string | undefined;
  /** What it took for a convolution; undefined if nothing was measured, or it is not available. */
  readonly measured: Measured | undefined;
  /** The `cnnkit` backend's builds of its kernels, in the order in which it takes them; else empty. */
  readonly kernels: readonly KernelReport[];
}

/** How {@link inspectBackends} looks. */
export interface InspectOptions {
  /**
   * Time a small convolution on each backend and build that is available: some tenths of a second each.
   * It says which is fastest here and now, on this shape and with what else the machine does; a whole model may
   * differ. Default: false, which computes nothing.
   */
  readonly measure?: boolean | undefined;
}

/**
 * Which backends there are and why the others are not, fastest first. The current backend stays as
 * it is; an installed native one is loaded to see whether it does.
 *
 * @param options.measure Time each; see {@link InspectOptions}.
 * @throws TypeError where `measure` is neither true nor false.
 *
 * @example
 * ```ts
 * for (const { name, available, reason } of await inspectBackends()) {
 *   console.log(name, available ? 'works' : reason);
 * }
 * for (const { name, measured } of await inspectBackends({ measure: true })) {
 *   if (measured) console.log(name, `${measured.ms} ms, ${measured.timesFastest} times the fastest`);
 * }
 * ```
 */
export async function inspectBackends(options: InspectOptions = {}): Promise<BackendReport[]> {
  const { measure = false } = options;
  if (typeof measure !== 'boolean') {
    throw new TypeError(
      `inspectBackends: measure must be true or false; received ${JSON.stringify(measure)}.`,
    );
  }
  const drafts: Draft[] = [];
  for (const candidate of CANDIDATES) {
    const reason = await obstacleOf(candidate);
    const { name, about, tfjsName } = candidate;
    const kernels = name === BACKEND_NAME ? await inspectKernels() : [];
    const draft: Draft = { name, about, reason, kernels: kernels.map((build) => ({ build })) };
    drafts.push(draft);
    if (!measure || reason !== undefined) continue;
    try {
      draft.ms = name === BACKEND_NAME ? await timeBuilds(draft.kernels) : timeTfjs(tfjsName);
    } catch (error) {
      draft.reason = `it does not compute: ${shortReason(error)}`;
    }
  }
  const all = drafts.flatMap(({ ms, kernels }) => [ms, ...kernels.map((k) => k.ms)]);
  const fastest = Math.min(...all.filter((ms) => ms !== undefined));
  const measured = (ms: number | undefined): Measured | undefined =>
    ms === undefined ? undefined : { ms, timesFastest: ms / fastest };
  return drafts.map(({ name, about, reason, ms, kernels }) => ({
    ...{ name, about, available: reason === undefined, reason, measured: measured(ms) },
    kernels: kernels.map((k) => ({ ...k.build, measured: measured(k.ms) })),
  }));
}

interface Draft {
  readonly name: string;
  readonly about: string;
  reason: string | undefined;
  ms?: number;
  readonly kernels: { readonly build: KernelBuild; ms?: number }[];
}

/** Times each build that is available; the backend's own time is that of the one it takes. */
async function timeBuilds(kernels: Draft['kernels']): Promise<number> {
  let taken: number | undefined;
  for (const kernel of kernels) {
    if (!kernel.build.available) continue;
    kernel.ms = await measureKernels(kernel.build.name.startsWith('native') ? 'native' : 'wasm');
    if (kernel.build.reason === undefined) taken ??= kernel.ms;
  }
  return taken!;
}

function timeTfjs(tfjsName: string): number {
  prepareCpu();
  const backend = findBackend(tfjsName);
  if (backend === null) throw new Error(`tfjs has no backend "${tfjsName}"`);
  return measureRegistered(tfjsName, backend as never);
}
