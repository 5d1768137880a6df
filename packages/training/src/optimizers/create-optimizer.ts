import { createSchedule } from '../schedules/create-schedule.js';
import { Adadelta } from './adadelta.js';
import { Adagrad } from './adagrad.js';
import { Adam, AdamW } from './adam.js';
import { Adamax } from './adamax.js';
import type { KerasOptimizer } from './keras-optimizer.js';
import { Lion } from './lion.js';
import { Nadam } from './nadam.js';
import { RMSprop } from './rmsprop.js';
import { SGD } from './sgd.js';

type Config = Record<string, unknown>;
type Constructor = new (options: never) => KerasOptimizer;

interface Entry {
  readonly make: Constructor;
  /** Own arguments, besides those of every optimizer. */
  readonly keys: readonly string[];
  /** What the name alone implies. */
  readonly preset?: Config;
}

const ADAM_KEYS = ['beta1', 'beta2', 'epsilon'];
const OPTIMIZERS: Readonly<Record<string, Entry>> = {
  adam: { make: Adam, keys: [...ADAM_KEYS, 'amsgrad'] },
  adamw: { make: AdamW, keys: [...ADAM_KEYS, 'amsgrad'] },
  nadam: { make: Nadam, keys: ADAM_KEYS },
  adamax: { make: Adamax, keys: ADAM_KEYS },
  rmsprop: { make: RMSprop, keys: ['rho', 'momentum', 'epsilon', 'centered'] },
  sgd: { make: SGD, keys: ['momentum', 'nesterov'] },
  momentum: { make: SGD, keys: ['momentum', 'nesterov'], preset: { momentum: 0.9 } },
  nesterov: {
    make: SGD,
    keys: ['momentum', 'nesterov'],
    preset: { momentum: 0.9, nesterov: true },
  },
  adagrad: { make: Adagrad, keys: ['initialAccumulatorValue', 'epsilon'] },
  adadelta: { make: Adadelta, keys: ['rho', 'epsilon'] },
  lion: { make: Lion, keys: ['beta1', 'beta2'] },
};

const SHARED_KEYS = [
  'learningRate',
  'weightDecay',
  'excludeFromWeightDecay',
  'clipnorm',
  'globalClipnorm',
  'clipvalue',
  'useEma',
  'emaMomentum',
  'emaOverwriteFrequency',
  'gradientAccumulationSteps',
];

/** The names {@link createOptimizer} knows, in lower case. */
export function optimizerNames(): string[] {
  return Object.keys(OPTIMIZERS);
}

/**
 * An optimizer by its name, with Keras's formula and defaults.
 *
 * @param name - One of {@link optimizerNames}, in any case: `adam`, `AdamW`, `RMSprop` …
 *   `momentum` and `nesterov` are SGD with momentum 0.9.
 * @param config - Its options in camelCase, or Keras's `get_config()` as it is (`learning_rate`,
 *   `beta_1`, a serialized schedule …). Null means "not given", as in Keras.
 * @throws RangeError for an unknown name or key.
 * @example
 * ```ts
 * const optimizer = createOptimizer('adam', { learning_rate: 0.001, beta_1: 0.9 });
 * ```
 */
export function createOptimizer(name: string, config: Config = {}): KerasOptimizer {
  const entry = Object.hasOwn(OPTIMIZERS, name.toLowerCase())
    ? OPTIMIZERS[name.toLowerCase()]
    : undefined;
  if (entry === undefined) {
    throw new RangeError(
      `createOptimizer: name must be one of ${optimizerNames().join(', ')}; received "${name}".`,
    );
  }
  const options: Config = { ...entry.preset };
  for (const [key, value] of Object.entries(config)) {
    const camel = camelCase(key);
    if (value === null || value === undefined || camel === 'name') continue;
    if (camel === 'lossScaleFactor') {
      throw new RangeError(
        `createOptimizer: lossScaleFactor is for half precision and not supported; received ${value}. Leave it out.`,
      );
    }
    if (!entry.keys.includes(camel) && !SHARED_KEYS.includes(camel)) {
      throw new RangeError(
        `createOptimizer: ${name} takes ${[...SHARED_KEYS, ...entry.keys].join(', ')}; received "${key}".`,
      );
    }
    options[camel] =
      camel === 'learningRate' && typeof value === 'object'
        ? createSchedule(value as Config)
        : value;
  }
  return new entry.make(options as never);
}

function camelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}
