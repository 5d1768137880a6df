import {
  AdadeltaOptimizer,
  AdagradOptimizer,
  AdamaxOptimizer,
  AdamOptimizer,
  MomentumOptimizer,
  RMSPropOptimizer,
  SGDOptimizer,
  serialization,
} from '@tensorflow/tfjs-core';
import { afterStepOf } from './metrics-after-step.js';

// What a recorded step (`recorded-step.ts`) may be made of: tfjs-layers' own layers and tfjs's optimizers,
// and classes that say `static readonly recordable = true` of themselves: layers whose `call` is a pure
// function of inputs, weights and their own properties, optimizers that keep no gradient. Losses and
// metrics that are functions of a program's own say `recordable = true`, too, or metrics have an `afterStep`
// (`metrics-after-step.ts`).

/** tfjs-layers' layers that compute nothing but their formula, by the names they are registered under. */
const LAYERS = [
  ...['InputLayer', 'Model', 'Functional', 'Sequential'],
  ...['Dense', 'Flatten', 'Reshape', 'Permute', 'RepeatVector', 'Embedding', 'Dropout'],
  ...['Activation', 'ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'ThresholdedReLU', 'Softmax'],
  ...['Conv1D', 'Conv2D', 'Conv3D', 'Conv2DTranspose', 'Conv3DTranspose'],
  ...['SeparableConv2D', 'DepthwiseConv2D', 'Cropping2D', 'UpSampling2D', 'ZeroPadding2D'],
  ...['BatchNormalization', 'LayerNormalization'],
  ...['Add', 'Multiply', 'Average', 'Maximum', 'Minimum', 'Concatenate', 'Dot'],
  ...['MaxPooling1D', 'MaxPooling2D', 'MaxPooling3D'],
  ...['AveragePooling1D', 'AveragePooling2D', 'AveragePooling3D'],
  ...['GlobalAveragePooling1D', 'GlobalMaxPooling1D'],
  ...['GlobalAveragePooling2D', 'GlobalMaxPooling2D'],
];
/** Its activations and its regularizer, which layers hold, and its constraints. */
const PARTS = [
  ...['elu', 'selu', 'relu', 'relu6', 'linear', 'sigmoid', 'hardSigmoid', 'softplus', 'softsign'],
  ...['tanh', 'softmax', 'logSoftmax', 'gelu', 'gelu_new', 'mish', 'swish', 'L1L2'],
  ...['MaxNorm', 'UnitNorm', 'NonNeg', 'MinMaxNorm'],
];

/** tfjs's optimizers. Those that derive from them may do anything. */
const OPTIMIZERS: readonly unknown[] = [
  SGDOptimizer,
  MomentumOptimizer,
  AdamOptimizer,
  AdamaxOptimizer,
  RMSPropOptimizer,
  AdagradOptimizer,
  AdadeltaOptimizer,
];

type Properties = Record<string, unknown>;

/** Classes, with the names they are registered under. */
type Classes = Map<unknown, string>;

let known: { readonly layers: Classes; readonly parts: Classes } | undefined;

/** What tfjs-layers has registered under `names`. */
function registered(names: readonly string[]): Classes {
  const { classNameMap } = serialization.SerializationMap.getMap();
  const classes = names.map((name) => [classNameMap[name]?.[0], name] as const);
  return new Map(classes.filter(([type]) => type !== undefined));
}

/** Remembers tfjs-layers' classes, before a program registers others under their names. */
export function learnPureLayers(): void {
  known ??= { layers: registered(LAYERS), parts: registered(PARTS) };
}

/** Whether it is tfjs-layers' own layer of that name, as it came. */
export function isOwnLayer(layer: object, name: string): boolean {
  return known?.layers.get(layer.constructor) === name && !Object.hasOwn(layer, 'call');
}

/** Whether it is a library's dropout that says of itself that it is pure, as that of `@cnnkit/models` does. */
export function isPureDropout(layer: object): boolean {
  const { className } = layer.constructor as { className?: unknown };
  return className === 'Dropout' && saysPure(layer) && !Object.hasOwn(layer, 'call');
}

/** Whether it is tfjs-layers' own activation, regularizer or constraint of that name, as it came. */
export function isOwnPart(part: object | undefined, name: string): boolean {
  return known?.parts.get(part?.constructor) === name && !Object.hasOwn(part as object, 'apply');
}

/** Whether a layer or optimizer says of itself that it is pure. What derives from it must say so too. */
function saysPure(value: object): boolean {
  const of = value.constructor as { recordable?: unknown };
  return Object.hasOwn(of, 'recordable') && of.recordable === true;
}

/** Whether an optimizer takes gradients and keeps none. */
export function isPureOptimizer(optimizer: object): boolean {
  const known = OPTIMIZERS.includes(optimizer.constructor) || saysPure(optimizer);
  return known && !Object.hasOwn(optimizer, 'applyGradients');
}

/** An object as it was found, and its properties' values in their order. */
interface Found {
  readonly object: Properties;
  readonly keys: readonly string[];
  readonly values: readonly unknown[];
  /** Place of a seed, which is asked for each time a step is sent again, or -1. */
  readonly seedAt: number;
}

const isSeed = (value: unknown) => typeof value === 'number';

const found = new WeakMap<object, { readonly pure: boolean; readonly layers: readonly Found[] }>();

/**
 * Stands for all that decides what a model computes beside inputs and weights, its layers and their
 * properties: another object once one of them is another. Undefined if the model has a layer that may
 * do more than compute.
 */
export function assumptionsOf(model: object): object | undefined {
  let known = found.get(model);
  if (known === undefined || !known.layers.every(isAsFound)) {
    const layers: Found[] = [];
    known = { pure: examine(model as Properties, layers), layers };
    found.set(model, known);
  }
  return known.pure ? known : undefined;
}

/** Asked at each step: to list values is faster than to look them up by their keys. */
function isAsFound({ object, values, seedAt }: Found): boolean {
  const now = Object.values(object);
  if (now.length !== values.length) return false;
  for (let i = 0; i < now.length; i++) {
    if (now[i] === values[i]) continue;
    if (i !== seedAt || !isSeed(now[i]) || !isSeed(values[i])) return false;
  }
  return true;
}

function remember(object: Properties): Found {
  const keys = Object.keys(object);
  const seedAt = isDropout(object) ? keys.indexOf('seed') : -1;
  return { object, keys, values: Object.values(object), seedAt };
}

/** Whether it is tfjs-layers' own dropout, the only layer there that draws and may be recorded. */
const isDropout = (layer: object) =>
  'rate' in layer && 'seed' in layer && known?.layers.has(layer.constructor) === true;

/** Whether all layers only compute; `into` gets what was looked at. */
function examine(model: Properties, into: Found[]): boolean {
  const layers = model.layers as Properties[];
  into.push(remember(layers as unknown as Properties));
  return layers.every((layer) => {
    const kept = remember(layer);
    into.push(kept);
    if (!isPure(layer)) return false;
    if (Array.isArray(layer.layers) && !examine(layer, into)) return false;
    const losses = layer._losses as unknown as Properties;
    into.push(remember(losses));
    // Beside regularizers' losses there are those that a program added, which are functions of its own.
    const regularizers = kept.keys.filter(
      (key) => key.endsWith('Regularizer') && layer[key] != null,
    );
    if (Object.keys(losses).length > regularizers.length) return false;
    return kept.keys.every((key) => {
      const value = layer[key];
      if (key.endsWith('Initializer') || key.endsWith('Constraint')) return true;
      // A regularizer's factors, say.
      if (value instanceof Object && 'apply' in value)
        into.push(remember(value as unknown as Properties));
      return isPart(value);
    });
  });
}

function isPure(layer: Properties): boolean {
  if (layer._callHook != null || Object.hasOwn(layer, 'call')) return false;
  if (saysPure(layer)) return true;
  if (known?.layers.has(layer.constructor) !== true) return false;
  // A mask of another shape is of tfjs's own random numbers, which are drawn once.
  return (
    !isDropout(layer) || (layer.noiseShape == null && (layer.seed == null || isSeed(layer.seed)))
  );
}

/** Whether what a layer holds computes nothing, or is tfjs-layers' own. */
function isPart(value: unknown): boolean {
  if (typeof value === 'function') return false;
  if (typeof value !== 'object' || value === null || !('apply' in value)) return true;
  return (
    known?.parts.has(value.constructor) === true || known?.layers.has(value.constructor) === true
  );
}

/**
 * What the values that a constraint gives depend on beside the weights; undefined if it may do more than
 * compute.
 */
export function constraintAssumptions(constraint: object): readonly unknown[] | undefined {
  const pure = known?.parts.has(constraint.constructor) === true || saysPure(constraint);
  if (!pure || Object.hasOwn(constraint, 'apply')) return undefined;
  return [constraint, ...Object.values(constraint)];
}

/** Whether a function says of itself that it computes from its arguments alone. */
function isPureFunction(given: unknown): boolean {
  if (typeof given !== 'function' || !Object.hasOwn(given, 'recordable')) return false;
  return (given as { recordable?: unknown }).recordable === true;
}

/**
 * Whether a model was compiled with the names of losses and metrics, which mean tfjs-layers' own functions,
 * or with functions that say `recordable = true` of themselves.
 *
 * @param afterStep Whether the trainer calls metrics that have `afterStep` by it, behind the step
 */
export function isCompiledPurely(model: object, afterStep: boolean): boolean {
  // A Sequential hands all work on to a model inside; that one holds what `compile` made.
  const { loss, metrics } = (model as { model?: Properties }).model ?? (model as Properties);
  const isPlain = (given: unknown) => isPureFunction(given) && afterStepOf(given) === undefined;
  const isFine = (given: unknown) =>
    isPureFunction(given) || (afterStep && afterStepOf(given) !== undefined);
  return arePure(loss, isPlain) && arePure(metrics, isFine);
}

function arePure(given: unknown, isFine: (given: unknown) => boolean): boolean {
  if (given == null || typeof given === 'string' || isFine(given)) return true;
  return typeof given === 'object' && Object.values(given).every((of) => arePure(of, isFine));
}
