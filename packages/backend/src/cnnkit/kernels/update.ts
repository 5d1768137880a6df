import { engine, type TensorInfo, type Variable } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import type { SentUpdate, UpdateNumbers } from '../capture.js';
import { argumentAt, type PackedCommands } from '../commands.js';
import { Binary, Op, Update } from '../opcodes.js';
import { Storage } from '../storage.js';
import { areFloat, chunksFor, type Kernel } from './kernel.js';

// An optimizer's step as one kernel, a command a variable. The names, letters, attributes and
// formulas are those that @cnnkit/training's optimizers ask for when the backend has them, and those of
// tfjs's own (CnnkitTf…), which `tfjs-optimizers.ts` asks for.

/** An optimizer: its formula, the letters of its slots, and its scalars in the order of `update.c`. */
interface Optimizer {
  readonly op: number | ((attrs: Readonly<Record<string, unknown>>) => number);
  readonly slots: readonly string[];
  readonly scalars: readonly string[];
  /** Names of scalar tensors among the inputs: numbers that change on the device from step to step. */
  readonly tensors?: readonly string[];
}

const OPTIMIZERS: Readonly<Record<string, Optimizer>> = {
  CnnkitSgdUpdate: { op: Update.sgd, slots: [], scalars: ['learningRate'] },
  CnnkitMomentumUpdate: {
    op: ({ nesterov }) => (nesterov === true ? Update.nesterov : Update.momentum),
    slots: ['m'],
    scalars: ['learningRate', 'momentum'],
  },
  CnnkitAdamUpdate: {
    op: Update.adam,
    slots: ['m', 'v'],
    scalars: ['alpha', 'oneMinusBeta1', 'oneMinusBeta2', 'epsilon'],
  },
  CnnkitNadamUpdate: {
    op: Update.nadam,
    slots: ['m', 'v'],
    scalars: [
      'learningRate',
      'oneMinusBeta1',
      'oneMinusBeta2',
      'epsilon',
      'mScale',
      'gScale',
      'vScale',
    ],
  },
  CnnkitAdamaxUpdate: {
    op: Update.adamax,
    slots: ['m', 'u'],
    scalars: ['alpha', 'oneMinusBeta1', 'beta2', 'epsilon'],
  },
  CnnkitRmspropUpdate: {
    op: Update.rmsprop,
    slots: ['v'],
    scalars: ['learningRate', 'rho', 'oneMinusRho', 'epsilon'],
  },
  CnnkitAdagradUpdate: { op: Update.adagrad, slots: ['a'], scalars: ['learningRate', 'epsilon'] },
  CnnkitAdadeltaUpdate: {
    op: Update.adadelta,
    slots: ['a', 'd'],
    scalars: ['learningRate', 'rho', 'oneMinusRho', 'epsilon'],
  },
  CnnkitLionUpdate: {
    op: Update.lion,
    slots: ['m'],
    scalars: ['learningRate', 'beta1', 'oneMinusBeta1', 'beta2', 'oneMinusBeta2'],
  },
  CnnkitTfMomentumUpdate: {
    op: ({ nesterov }) => (nesterov === true ? Update.tfNesterov : Update.tfMomentum),
    slots: ['m'],
    scalars: ['minusLearningRate', 'momentum'],
  },
  CnnkitTfAdamUpdate: {
    op: Update.tfAdam,
    slots: ['m', 'v'],
    scalars: ['beta1', 'oneMinusBeta1', 'beta2', 'oneMinusBeta2', 'minusLearningRate', 'epsilon'],
    tensors: ['accBeta1', 'accBeta2'],
  },
  CnnkitTfAdamaxUpdate: {
    op: Update.tfAdamax,
    slots: ['m', 'u'],
    scalars: ['beta1', 'oneMinusBeta1', 'beta2', 'epsilon'],
    tensors: ['accBeta1', 'minusLearningRate'],
  },
  CnnkitTfRmspropUpdate: {
    op: Update.tfRmsprop,
    slots: ['v', 'm'],
    scalars: ['decay', 'oneMinusDecay', 'momentum', 'learningRate', 'epsilon'],
  },
  CnnkitTfRmspropCenteredUpdate: {
    op: Update.tfRmspropCentered,
    slots: ['v', 'm', 'c'],
    scalars: ['decay', 'oneMinusDecay', 'momentum', 'learningRate', 'epsilon'],
  },
  CnnkitTfAdagradUpdate: {
    op: Update.tfAdagrad,
    slots: ['a'],
    scalars: ['minusLearningRate', 'epsilon'],
  },
  CnnkitTfAdadeltaUpdate: {
    op: Update.tfAdadelta,
    slots: ['a', 'd'],
    scalars: ['rho', 'oneMinusRho', 'minusLearningRate', 'epsilon'],
  },
};

/** The numbers of a step that are the same for all its variables. */
interface Step {
  readonly formula: number;
  readonly numbers: readonly number[];
  /** Blocks of the numbers that live on the device. */
  readonly first: number;
  readonly second: number;
}

function stepOf(
  backend: CnnkitBackend,
  name: string,
  optimizer: Optimizer,
  attrs: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, TensorInfo>>,
): Step {
  const { tensors = [] } = optimizer;
  const numbers = numbersOf(name, optimizer, attrs);
  const [first = 0, second = 0] = tensors.map((letter) => backend.blockOf(given[letter]!));
  return { formula: formulaOf(optimizer, attrs), numbers, first, second };
}

function formulaOf({ op }: Optimizer, attrs: Readonly<Record<string, unknown>>): number {
  return typeof op === 'number' ? op : op(attrs);
}

function numbersOf(
  name: string,
  { scalars }: Optimizer,
  attrs: Readonly<Record<string, unknown>>,
): number[] {
  return scalars.map((scalar) => {
    const value = attrs[scalar];
    if (typeof value !== 'number')
      throw new TypeError(`${name}: ${scalar} must be a number; received ${value}.`);
    return value;
  });
}

/** Places of the formula and of the numbers among an update command's arguments. */
const [FORMULA, NUMBERS] = [8, 11];

/** Gives `count` packed update commands, from the `first` on, the numbers of another step. */
export function renumber(
  { i32, f32 }: PackedCommands,
  { kernel, first, count }: SentUpdate,
  attrs: UpdateNumbers,
): void {
  const optimizer = OPTIMIZERS[kernel]!;
  const formula = formulaOf(optimizer, attrs);
  const numbers = numbersOf(kernel, optimizer, attrs);
  const same = (number: number, i: number) =>
    Object.is(f32[argumentAt(first, NUMBERS) + i], Math.fround(number));
  if (i32[argumentAt(first, FORMULA)] === formula && numbers.every(same)) return;
  for (let command = first; command < first + count; command++) {
    i32[argumentAt(command, FORMULA)] = formula;
    const at = argumentAt(command, NUMBERS);
    for (let i = 0; i < numbers.length; i++) f32[at + i] = numbers[i]!;
  }
}

/**
 * Sends the step of one variable and its slots, `changed`.
 *
 * @returns where the new values of each are: the caller's to release
 */
function sendUpdate(
  backend: CnnkitBackend,
  name: string,
  { formula, numbers, first, second }: Step,
  gradient: TensorInfo,
  changed: readonly TensorInfo[],
): Storage[] {
  if (!areFloat(false, gradient, ...changed))
    throw new TypeError(`${name}: all tensors must be float32.`);
  const from = backend.blockOf(gradient);
  // A third slot stands where the numbers on the device do; no optimizer has both.
  const [w, a = 0, b = 0, c = first] = changed.map((tensor) => backend.blockOf(tensor));
  const to = changed.map((tensor) => overwritable(backend, tensor));
  const [toW, toA = 0, toB = 0, toC = second] = to.map((storage) => storage.block());
  const n = to[0]!.size;
  const ints = [w!, from, a, b, toW!, toA, toB, n, formula, c, toC];
  backend.commands.send(Op.update, chunksFor(n >> 10, n * 4), ints, numbers);
  return to;
}

function update(name: string, optimizer: Optimizer): Kernel {
  return ({ inputs, attrs, backend }) => {
    const count = attrs.count as number;
    const step = stepOf(backend, name, optimizer, attrs, inputs);
    const letters = ['w', ...optimizer.slots];
    const results: TensorInfo[][] = letters.map(() => []);
    for (let i = 0; i < count; i++) backend.blockOf(inputs[`g${i}`]!);
    for (let i = 0; i < count; i++) {
      const changed = letters.map((letter) => inputs[`${letter}${i}`]!);
      const to = sendUpdate(backend, name, step, inputs[`g${i}`]!, changed);
      changed.forEach(({ shape }, slot) => {
        results[slot]!.push(backend.tensorOver(to[slot]!, shape, 'float32'));
      });
    }
    backend.capture?.updates(name, count);
    return results.flat();
  };
}

/** An optimizer's step over variables, as its kernel of that name takes it. */
export interface VariablesUpdate {
  readonly kernel: string;
  readonly variables: readonly Variable[];
  readonly gradients: readonly TensorInfo[];
  /** The variables of each slot, in the order of the kernel's outputs. */
  readonly slots: readonly (readonly Variable[])[];
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly tensors?: Readonly<Record<string, TensorInfo>>;
}

/**
 * The same as running the kernel and assigning its outputs, without the tensors that takes where values
 * change in place.
 */
export function updateVariables(
  backend: CnnkitBackend,
  { kernel, variables, gradients, slots, attrs, tensors = {} }: VariablesUpdate,
): void {
  const optimizer = OPTIMIZERS[kernel];
  if (optimizer === undefined) throw new RangeError(`${kernel}: no such update.`);
  const step = stepOf(backend, kernel, optimizer, attrs, tensors);
  // Gradients that waited are computed first: the update's commands are to stand side by side.
  for (const gradient of gradients) backend.blockOf(gradient);
  variables.forEach((variable, i) => {
    const changed = [variable, ...slots.map((slot) => slot[i]!)];
    const to = sendUpdate(backend, kernel, step, gradients[i]!, changed);
    changed.forEach((target, at) => {
      give(backend, target, to[at]!);
    });
  });
  backend.capture?.updates(kernel, variables.length);
}

/** `variable = variable * factor`, in place where that can be. The product is float32's. */
export function scaleVariable(
  backend: CnnkitBackend,
  variable: Variable,
  factor: TensorInfo,
): void {
  const from = backend.blockOf(variable);
  const times = backend.blockOf(factor);
  const to = overwritable(backend, variable);
  const n = to.size;
  const ints = [from, times, to.block(), Binary.mul, n, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0];
  backend.commands.send(Op.binary, chunksFor(n >> 10, n), ints);
  give(backend, variable, to);
}

/** Makes `storage` the variable's, if it is not yet, and lets go of it. */
function give(backend: CnnkitBackend, variable: Variable, storage: Storage): void {
  if (storage === backend.storageOf(variable)) {
    storage.release();
    return;
  }
  const { shape } = variable;
  const tensor = engine().makeTensorFromTensorInfo(backend.tensorOver(storage, shape, 'float32'));
  variable.assign(tensor);
  tensor.dispose();
}

/**
 * Where a tensor's new values go: in place of the old ones if nobody else holds them (no clone, no
 * view, nothing deferred), else into a block of their own, so that snapshots keep what they saw.
 */
function overwritable(backend: CnnkitBackend, tensor: TensorInfo): Storage {
  const { storage, refCount } = backend.dataOf(tensor);
  // A capture holds on to what variables were meanwhile.
  const users = storage!.users - (backend.capture?.isVariable(storage!) === true ? 1 : 0);
  if (refCount === 1 && users === 1) {
    storage!.blockToOverwrite();
    return storage!.retain();
  }
  return Storage.allocate(backend, 'float32', storage!.size);
}

export const UPDATE_KERNELS: readonly (readonly [string, Kernel])[] = Object.entries(
  OPTIMIZERS,
).map(([name, optimizer]) => [name, update(name, optimizer)] as const);
