/** The parts of an event file's name. */
export interface EventFileNameParts {
  /** Seconds since 1970, rounded down. */
  readonly seconds: number;
  readonly host: string;
  readonly processId: number;
  /** Tells apart what one process opens in one second. */
  readonly uid: number;
  /** TensorFlow 2's writers say `.v2`. */
  readonly suffix: string;
}

const PATTERN = /^events\.out\.tfevents\.(\d+)\./;

/**
 * The name TensorBoard knows an event file by:
 * `events.out.tfevents.<10 digits of seconds>.<host>.<pid>.<uid><suffix>`.
 */
export function eventFileName(parts: EventFileNameParts): string {
  const seconds = String(parts.seconds).padStart(10, '0');
  // A host name comes from outside; only what is safe in a file name everywhere may stay.
  const host = parts.host.replace(/[^\w.-]/g, '_') || 'host';
  return `events.out.tfevents.${seconds}.${host}.${parts.processId}.${parts.uid}${parts.suffix}`;
}

/**
 * The seconds for a new file so that it sorts after all in `names`.
 *
 * TensorBoard reads a run's files in the order of their names and never goes back. A new file that
 * sorted before an old one (two runs in one second, a clock set back) would stay unread while
 * TensorBoard runs, so such a file is dated one second after the newest.
 */
export function secondsAfter(names: readonly string[], nowSeconds: number): number {
  let seconds = Math.floor(nowSeconds);
  for (const name of names) {
    const match = PATTERN.exec(name);
    if (match) seconds = Math.max(seconds, Number(match[1]) + 1);
  }
  return seconds;
}
