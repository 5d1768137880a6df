import { f32, f32Add, f32Div, f32Mul, f32Pow, f32Sub } from '../internal/float32.js';
import { makeSchedule, requirePositive } from './make-schedule.js';
import type { LearningRateSchedule } from './schedule.js';

/** Options of {@link exponentialDecay} and {@link inverseTimeDecay}. */
export interface DecayOptions {
  initialLearningRate: number;
  /** Steps over which one decay happens. */
  decaySteps: number;
  decayRate: number;
  /** Decay in jumps, every `decaySteps`. Default: false. */
  staircase?: boolean;
}

/**
 * `initialLearningRate · decayRate ^ (step / decaySteps)`, as Keras's ExponentialDecay (float32).
 *
 * @example
 * ```ts
 * const rate = exponentialDecay({ initialLearningRate: 0.1, decaySteps: 20, decayRate: 0.5 });
 * rate(20); // 0.05000000074505806
 * ```
 */
export function exponentialDecay(options: DecayOptions): LearningRateSchedule {
  const { initialLearningRate, decaySteps, decayRate, staircase = false } = options;
  requirePositive('exponentialDecay', 'decaySteps', decaySteps);
  const config = { initialLearningRate, decaySteps, decayRate, staircase };
  return makeSchedule('ExponentialDecay', config, (step) => {
    const p = f32Div(step, decaySteps);
    return f32Mul(initialLearningRate, f32Pow(decayRate, staircase ? Math.floor(p) : p));
  });
}

/** `initialLearningRate / (1 + decayRate · step / decaySteps)`, as Keras's InverseTimeDecay (float32). */
export function inverseTimeDecay(options: DecayOptions): LearningRateSchedule {
  const { initialLearningRate, decaySteps, decayRate, staircase = false } = options;
  requirePositive('inverseTimeDecay', 'decaySteps', decaySteps);
  const config = { initialLearningRate, decaySteps, decayRate, staircase };
  return makeSchedule('InverseTimeDecay', config, (step) => {
    const p = f32Div(step, decaySteps);
    const share = f32Mul(decayRate, staircase ? Math.floor(p) : p);
    return f32Div(initialLearningRate, f32Add(1, share));
  });
}

/** Options of {@link polynomialDecay}. */
export interface PolynomialDecayOptions {
  initialLearningRate: number;
  decaySteps: number;
  /** Default: 0.0001. */
  endLearningRate?: number;
  /** Default: 1, a straight line. */
  power?: number;
  /** Start again beyond `decaySteps`, over a longer stretch each time. Default: false. */
  cycle?: boolean;
}

/** From the initial to the end rate along a power of what is left, as Keras's PolynomialDecay (float32). */
export function polynomialDecay(options: PolynomialDecayOptions): LearningRateSchedule {
  const {
    initialLearningRate,
    decaySteps,
    endLearningRate = 0.0001,
    power = 1,
    cycle = false,
  } = options;
  requirePositive('polynomialDecay', 'decaySteps', decaySteps);
  const config = { initialLearningRate, decaySteps, endLearningRate, power, cycle };
  return makeSchedule('PolynomialDecay', config, (step) => {
    const cycles = cycle && step > 0 ? Math.ceil(f32Div(step, decaySteps)) : 1;
    const steps = f32Mul(decaySteps, cycles);
    const p = f32Div(cycle ? step : Math.min(step, steps), steps);
    const span = f32Sub(initialLearningRate, endLearningRate);
    return f32Add(f32Mul(span, f32Pow(f32Sub(1, p), power)), endLearningRate);
  });
}

/** Options of {@link piecewiseConstantDecay}. */
export interface PiecewiseConstantDecayOptions {
  /** Last steps of all pieces but the last, ascending. */
  boundaries: readonly number[];
  /** One rate a piece: one more than there are boundaries. */
  values: readonly number[];
}

/** `values[i]` up to and including step `boundaries[i]`, as Keras's PiecewiseConstantDecay (float32). */
export function piecewiseConstantDecay(
  options: PiecewiseConstantDecayOptions,
): LearningRateSchedule {
  const boundaries = [...options.boundaries];
  const values = [...options.values];
  if (values.length !== boundaries.length + 1) {
    throw new RangeError(
      `piecewiseConstantDecay: values must be one more than boundaries; received ${values.length} and ${boundaries.length}.`,
    );
  }
  return makeSchedule('PiecewiseConstantDecay', { boundaries, values }, (step) => {
    const piece = boundaries.findIndex((boundary) => step <= boundary);
    return f32(values[piece === -1 ? boundaries.length : piece] as number);
  });
}
