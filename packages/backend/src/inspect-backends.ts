import { CANDIDATES, obstacleOf } from './candidates.js';
import { inspectKernels, type KernelBuild } from './cnnkit/open.js';
import { BACKEND_NAME } from './cnnkit/register.js';

export type { KernelBuild };

/** What {@link inspectBackends} says of one backend. */
export interface BackendReport {
  readonly name: string;
  /** One line on what it is. */
  readonly about: string;
  readonly available: boolean;
  /** Why it is not available; undefined if it is. */
  readonly reason: string | undefined;
  /** The `cnnkit` backend's builds of its kernels, in the order in which it takes them; else empty. */
  readonly kernels: readonly KernelBuild[];
}

/**
 * Which backends there are and why the others are not, fastest first. The current backend stays as
 * it is; an installed native one is loaded to see whether it does.
 *
 * @example
 * ```ts
 * for (const { name, available, reason } of await inspectBackends()) {
 *   console.log(name, available ? 'works' : reason);
 * }
 * ```
 */
export async function inspectBackends(): Promise<BackendReport[]> {
  const reports: BackendReport[] = [];
  for (const candidate of CANDIDATES) {
    const reason = await obstacleOf(candidate);
    const { name, about } = candidate;
    const kernels = name === BACKEND_NAME ? await inspectKernels() : [];
    reports.push({ name, about, available: reason === undefined, reason, kernels });
  }
  return reports;
}
