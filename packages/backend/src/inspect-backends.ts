import { CANDIDATES, obstacleOf } from './candidates.js';

/** What {@link inspectBackends} says of one backend. */
export interface BackendReport {
  readonly name: string;
  /** One line on what it is. */
  readonly about: string;
  readonly available: boolean;
  /** Why it is not available; undefined if it is. */
  readonly reason: string | undefined;
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
    reports.push({ name, about, available: reason === undefined, reason });
  }
  return reports;
}
