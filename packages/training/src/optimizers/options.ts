import type { LearningRateSchedule } from '../schedules/schedule.js';

/** What every optimizer of this package takes, under Keras's names in camelCase, with Keras's defaults. */
export interface OptimizerOptions {
  /**
   * Step size, or a schedule `step => rate` (step counts from 0). Kept as a float32, as Keras keeps
   * it, so 0.1 reads back as 0.10000000149011612.
   */
  learningRate?: number | LearningRateSchedule;
  /** Decoupled decay: before each update `w -= w * weightDecay * learningRate`. Default: none. */
  weightDecay?: number | null;
  /** Names a variable that weight decay must leave alone (biases, say). */
  excludeFromWeightDecay?: (variableName: string) => boolean;
  /** Scales each variable's gradient down to this L2 norm. Default: none. */
  clipnorm?: number | null;
  /** Scales all gradients together down to this L2 norm. Default: none. */
  globalClipnorm?: number | null;
  /** Clips each element of a gradient to [-clipvalue, clipvalue]. Default: none. */
  clipvalue?: number | null;
  /** Keeps an exponential moving average of the weights; `finalizeVariableValues` (called at the end of `fit`) puts it into the model. Default: false. */
  useEma?: boolean;
  /** Share of the old average kept at each step, in [0, 1]. Default: 0.99. */
  emaMomentum?: number;
  /** Overwrite the weights by their average every so many steps. Default: never. */
  emaOverwriteFrequency?: number | null;
  /** Sum gradients over this many steps (at least 2) and update with their mean. Default: none. */
  gradientAccumulationSteps?: number | null;
}

export interface ResolvedOptions {
  readonly weightDecay: number | null;
  readonly excludeFromWeightDecay: (variableName: string) => boolean;
  readonly clipnorm: number | null;
  readonly globalClipnorm: number | null;
  readonly clipvalue: number | null;
  readonly useEma: boolean;
  readonly emaMomentum: number;
  readonly emaOverwriteFrequency: number | null;
  readonly gradientAccumulationSteps: number | null;
}

/** Fills in the defaults and rejects what Keras rejects. `name` opens the messages. */
export function resolveOptions(name: string, options: OptimizerOptions): ResolvedOptions {
  const {
    weightDecay = null,
    excludeFromWeightDecay = () => false,
    clipnorm = null,
    globalClipnorm = null,
    clipvalue = null,
    useEma = false,
    emaMomentum = 0.99,
    emaOverwriteFrequency = null,
    gradientAccumulationSteps = null,
  } = options;
  const clips = { clipnorm, globalClipnorm, clipvalue };
  const given = Object.entries(clips).filter(([, value]) => value !== null);
  if (given.length > 1) {
    throw new RangeError(
      `${name}: only one of clipnorm, globalClipnorm and clipvalue may be set; received ${given
        .map(([key, value]) => `${key} ${value}`)
        .join(', ')}.`,
    );
  }
  for (const [key, value] of [...given, ['weightDecay', weightDecay] as const]) {
    if (value !== null) requireNumber(name, key, value, 0, Number.POSITIVE_INFINITY);
  }
  requireNumber(name, 'emaMomentum', emaMomentum, 0, 1);
  if (emaOverwriteFrequency !== null) {
    requireInteger(name, 'emaOverwriteFrequency', emaOverwriteFrequency, 1);
  }
  if (gradientAccumulationSteps !== null) {
    requireInteger(name, 'gradientAccumulationSteps', gradientAccumulationSteps, 2);
  }
  return {
    weightDecay,
    excludeFromWeightDecay,
    clipnorm,
    globalClipnorm,
    clipvalue,
    useEma,
    emaMomentum,
    emaOverwriteFrequency,
    gradientAccumulationSteps,
  };
}

export function requireNumber(
  name: string,
  key: string,
  value: unknown,
  min: number,
  max: number,
): void {
  if (typeof value !== 'number') {
    throw new TypeError(`${name}: ${key} must be a number; received ${String(value)}.`);
  }
  if (!(value >= min && value <= max)) {
    const range = max === Number.POSITIVE_INFINITY ? `at least ${min}` : `in [${min}, ${max}]`;
    throw new RangeError(`${name}: ${key} must be ${range}; received ${value}.`);
  }
}

export function requireInteger(name: string, key: string, value: unknown, min: number): void {
  if (!Number.isInteger(value) || (value as number) < min) {
    throw new RangeError(
      `${name}: ${key} must be a whole number of at least ${min}; received ${String(value)}.`,
    );
  }
}
