import { cosineDecay, cosineDecayRestarts } from './cosine.js';
import {
  exponentialDecay,
  inverseTimeDecay,
  piecewiseConstantDecay,
  polynomialDecay,
} from './decay.js';
import { oneCycle } from './one-cycle.js';
import type { LearningRateSchedule } from './schedule.js';

const SCHEDULES: Readonly<Record<string, (options: never) => LearningRateSchedule>> = {
  ExponentialDecay: exponentialDecay,
  InverseTimeDecay: inverseTimeDecay,
  PolynomialDecay: polynomialDecay,
  PiecewiseConstantDecay: piecewiseConstantDecay,
  CosineDecay: cosineDecay,
  CosineDecayRestarts: cosineDecayRestarts,
  OneCycle: oneCycle,
};

/**
 * A schedule from what an optimizer's `getConfig` wrote, or from Keras's serialized form
 * (`{ class_name: 'CosineDecay', config: { decay_steps: … } }`).
 *
 * @throws RangeError for a class that is not known.
 */
export function createSchedule(serialized: Record<string, unknown>): LearningRateSchedule {
  const className = serialized.className ?? serialized.class_name;
  const make =
    typeof className === 'string' && Object.hasOwn(SCHEDULES, className)
      ? SCHEDULES[className]
      : undefined;
  if (make === undefined) {
    throw new RangeError(
      `createSchedule: className must be one of ${Object.keys(SCHEDULES).join(', ')}; received ${String(className)}.`,
    );
  }
  const options = Object.fromEntries(
    Object.entries((serialized.config ?? {}) as Record<string, unknown>)
      .filter(([key, value]) => key !== 'name' && value !== null)
      .map(([key, value]) => [
        key.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase()),
        value,
      ]),
  );
  return make(options as never);
}
