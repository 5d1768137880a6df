import type { LearningRateSchedule } from './schedule.js';

/** Hangs name and arguments on the function, so that `getConfig` can write the schedule down. */
export function makeSchedule<T extends object>(
  className: string,
  config: T,
  rate: (step: number) => number,
): LearningRateSchedule {
  return Object.assign((step: number) => rate(step), {
    className,
    config: Object.freeze({ ...config }) as Readonly<Record<string, unknown>>,
  });
}

export function requirePositive(name: string, key: string, value: number): void {
  if (!(value > 0)) {
    throw new RangeError(`${name}: ${key} must be above 0; received ${value}.`);
  }
}
