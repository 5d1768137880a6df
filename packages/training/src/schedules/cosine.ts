import { f32, f32Add, f32Div, f32Mul, f32Pow, f32Sub } from '../internal/float32.js';
import { makeSchedule, requirePositive } from './make-schedule.js';
import type { LearningRateSchedule } from './schedule.js';

/** Options of {@link cosineDecay}. */
export interface CosineDecayOptions {
  initialLearningRate: number;
  /** Steps of the decay, those of the warm-up not counted. */
  decaySteps: number;
  /** Where it ends, as a share of where the decay starts. Default: 0. */
  alpha?: number;
  /** Rise to this rate first. Default: no warm-up. */
  warmupTarget?: number | null;
  /** Steps of the warm-up. Default: 0. */
  warmupSteps?: number;
}

/** Half a cosine down, after a straight warm-up if asked, as Keras's CosineDecay (float32). */
export function cosineDecay(options: CosineDecayOptions): LearningRateSchedule {
  const {
    initialLearningRate,
    decaySteps,
    alpha = 0,
    warmupTarget = null,
    warmupSteps = 0,
  } = options;
  requirePositive('cosineDecay', 'decaySteps', decaySteps);
  const config = { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps };
  const decay = (step: number, from: number): number => {
    const decayed = f32Mul(f32(1 - alpha), cosine(f32Div(step, decaySteps)));
    return f32Mul(from, f32Add(decayed, alpha));
  };
  return makeSchedule('CosineDecay', config, (step) => {
    if (warmupTarget === null) return decay(Math.min(step, decaySteps), initialLearningRate);
    const at = Math.min(step, decaySteps + warmupSteps);
    if (at >= warmupSteps) return decay(at - warmupSteps, warmupTarget);
    const rise = f32Mul(f32Sub(warmupTarget, initialLearningRate), f32Div(at, warmupSteps));
    return f32Add(rise, initialLearningRate);
  });
}

/** Options of {@link cosineDecayRestarts}. */
export interface CosineDecayRestartsOptions {
  initialLearningRate: number;
  /** Length of the first period. */
  firstDecaySteps: number;
  /** Each period is this much longer than the one before. Default: 2. */
  tMul?: number;
  /** Each period starts at this share of the one before. Default: 1. */
  mMul?: number;
  /** Where each period ends, as a share of the initial rate. Default: 0. */
  alpha?: number;
}

/** Cosine decay that starts again (SGDR), as Keras's CosineDecayRestarts (float32). */
export function cosineDecayRestarts(options: CosineDecayRestartsOptions): LearningRateSchedule {
  const { initialLearningRate, firstDecaySteps, tMul = 2, mMul = 1, alpha = 0 } = options;
  requirePositive('cosineDecayRestarts', 'firstDecaySteps', firstDecaySteps);
  const config = { initialLearningRate, firstDecaySteps, tMul, mMul, alpha };
  return makeSchedule('CosineDecayRestarts', config, (step) => {
    const { restart, fraction } = position(f32Div(step, firstDecaySteps), tMul);
    const decayed = f32Mul(f32Pow(mMul, restart), cosine(fraction));
    return f32Mul(initialLearningRate, f32Add(f32Mul(f32Sub(1, alpha), decayed), alpha));
  });
}

/** Which period `completed` first periods' worth of steps falls in, and how far into it. */
function position(completed: number, tMul: number): { restart: number; fraction: number } {
  if (tMul === 1) {
    const restart = Math.floor(completed);
    return { restart, fraction: f32Sub(completed, restart) };
  }
  const growth = f32Sub(1, f32Mul(completed, f32Sub(1, tMul)));
  const restart = Math.floor(f32Div(f32(Math.log(growth)), f32(Math.log(f32(tMul)))));
  const before = f32Div(f32Sub(1, f32Pow(tMul, restart)), f32Sub(1, tMul));
  return { restart, fraction: f32Div(f32Sub(completed, before), f32Pow(tMul, restart)) };
}

/** 1 at 0, 0 at 1. */
function cosine(fraction: number): number {
  return f32Mul(0.5, f32Add(1, f32(Math.cos(f32Mul(Math.PI, fraction)))));
}
