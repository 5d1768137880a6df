import { engine, type TensorInfo, type Variable } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import type { SentUpdate, UpdateNumbers } from '../capture.js';
import { argumentAt, type PackedCommands } from '../commands.js';
import { Binary, Op, Update } from '../opcodes.js';
import { Storage } from '../storage.js';
import { areFloat, chunksFor, type Kernel } from './kernel.js';

// An optimizer's step as one kernel and one command for all variables. The names, letters, attributes and
// formulas are those that @cnnkit/training's optimizers ask for when the backend has them, and those of
// tfjs's own (CnnkitTf…), which `tfjs-optimizers.ts` asks for.

/** An optimizer: its formula, the letters of its slots, and its scalars in the order of `update.c`. */
interface Optimizer {
  readonly op: number | ((attrs: Readonly<Record<string, unknown>>) => number);
  readonly slots: readonly string[];
  /** Names of attributes, with a minus before those whose opposite the formula takes; or numbers as they are. */
  readonly scalars: readonly (string | number)[];
  /** Names of scalar tensors among the inputs: numbers that change on the device from step to step. */
  readonly tensors?: readonly string[];
}

const OPTIMIZERS: Readonly<Record<string, Optimizer>> = {
  CnnkitSgdUpdate: { op: Update.sgd, slots: [], scalars: ['learningRate'] },
  CnnkitMomentumUpdate: {
    op: ({ nesterov }) => (nesterov === true ? Update.nesterov : Update.momentum),
    slots: ['m'],
    scalars: ['momentum', '-learningRate', 1],
  },
  CnnkitAdamUpdate: {
    op: Update.adam,
    slots: ['m', 'v'],
    scalars: ['alpha', 'oneMinusBeta1', 'oneMinusBeta2', 'epsilon'],
  },
  CnnkitAmsgradUpdate: {
    op: Update.amsgrad,
    slots: ['m', 'v', 'h'],
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
  CnnkitRmspropMomentumUpdate: {
    op: Update.rmspropMomentum,
    slots: ['v', 'm'],
    scalars: ['rho', 'oneMinusRho', 'momentum', 'learningRate', 'epsilon'],
  },
  CnnkitRmspropCenteredUpdate: {
    op: Update.rmspropCentered,
    slots: ['v', 'c'],
    scalars: ['learningRate', 'rho', 'oneMinusRho', 'epsilon'],
  },
  CnnkitRmspropCenteredMomentumUpdate: {
    op: Update.rmspropCenteredMomentum,
    slots: ['v', 'm', 'c'],
    scalars: ['rho', 'oneMinusRho', 'momentum', 'learningRate', 0, 'epsilon'],
  },
  CnnkitAdagradUpdate: {
    op: Update.adagrad,
    slots: ['a'],
    scalars: ['-learningRate', 'epsilon', 1],
  },
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
    op: ({ nesterov }) => (nesterov === true ? Update.nesterov : Update.momentum),
    slots: ['m'],
    scalars: ['momentum', 1, 'minusLearningRate'],
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
    op: Update.rmspropMomentum,
    slots: ['v', 'm'],
    scalars: ['decay', 'oneMinusDecay', 'momentum', 'learningRate', 'epsilon'],
  },
  CnnkitTfRmspropCenteredUpdate: {
    op: Update.rmspropCenteredMomentum,
    slots: ['v', 'm', 'c'],
    scalars: ['decay', 'oneMinusDecay', 'momentum', 'learningRate', 'epsilon', 0],
  },
  CnnkitTfAdagradUpdate: {
    op: Update.adagrad,
    slots: ['a'],
    scalars: [1, 'epsilon', 'minusLearningRate'],
  },
  CnnkitTfAdadeltaUpdate: {
    op: Update.tfAdadelta,
    slots: ['a', 'd'],
    scalars: ['rho', 'oneMinusRho', 'minusLearningRate', 'epsilon'],
  },
  // A moving average of the weights, which stand where gradients do.
  CnnkitAverageUpdate: { op: Update.average, slots: [], scalars: ['momentum', 'oneMinusMomentum'] },
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
    if (typeof scalar === 'number') return scalar;
    const opposite = scalar.startsWith('-');
    const attribute = opposite ? scalar.slice(1) : scalar;
    const value = attrs[attribute];
    if (typeof value !== 'number')
      throw new TypeError(`${name}: ${attribute} must be a number; received ${value}.`);
    return opposite ? -value : value;
  });
}

/** Places of the formula and of the numbers among an update command's arguments. */
const [FORMULA, NUMBERS] = [2, 5];

/** Gives a packed update command the numbers of another step. */
export function renumber(
  { i32, f32 }: PackedCommands,
  { kernel, command }: SentUpdate,
  attrs: UpdateNumbers,
): void {
  const optimizer = OPTIMIZERS[kernel]!;
  i32[argumentAt(command, FORMULA)] = formulaOf(optimizer, attrs);
  f32.set(numbersOf(kernel, optimizer, attrs), argumentAt(command, NUMBERS));
}

/** A variable and its slots, and its gradient. */
interface Updated {
  readonly gradient: TensorInfo;
  /** The variable first. */
  readonly changed: readonly TensorInfo[];
}

/** Words of a row of the table that the command reads, as `Row` in `update.c` has them. */
const [ROW, SLOTS] = [11, 3];
/** Elements of a unit, of which a chunk takes whole ones. */
const UNIT = 1024;

/**
 * Sends a step.
 *
 * @returns where the new values of each variable and its slots are: the caller's to release
 */
function sendUpdate(
  backend: CnnkitBackend,
  name: string,
  { formula, numbers, first, second }: Step,
  variables: readonly Updated[],
): Storage[][] {
  // Variables are updated side by side: what is one's gradient must not change meanwhile.
  const read = new Set<Storage>();
  for (const { gradient, changed } of variables) {
    if (!areFloat(false, gradient, ...changed))
      throw new TypeError(`${name}: all tensors must be float32.`);
    // Gradients that waited are computed here.
    backend.blockOf(gradient);
    read.add(backend.storageOf(gradient));
  }
  const rows = new Int32Array(variables.length * ROW);
  let [units, elements] = [0, 0];
  const results = variables.map(({ gradient, changed }, i) => {
    const slots = Array<number>(SLOTS + 1 - changed.length).fill(0);
    const from = changed.map((tensor) => backend.blockOf(tensor));
    const to = changed.map((tensor) => overwritable(backend, tensor, read));
    const n = to[0]!.size;
    units += Math.ceil(n / UNIT);
    elements += n;
    const [w, ...fromSlots] = from;
    const places = [w!, backend.blockOf(gradient), ...fromSlots, ...slots];
    rows.set([...places, ...to.map((storage) => storage.block()), ...slots, n, units], i * ROW);
    return to;
  });
  const table = Storage.fromHost(backend, 'int32', rows);
  const ints = [table.block(), units, formula, first, second];
  backend.commands.send(Op.update, chunksFor(units, elements * 4), ints, numbers);
  table.release();
  backend.capture?.updates(name);
  return results;
}

function update(name: string, optimizer: Optimizer): Kernel {
  return ({ inputs, attrs, backend }) => {
    const step = stepOf(backend, name, optimizer, attrs, inputs);
    const letters = ['w', ...optimizer.slots];
    const variables = Array.from({ length: attrs.count as number }, (_, i) => ({
      gradient: inputs[`g${i}`]!,
      changed: letters.map((letter) => inputs[`${letter}${i}`]!),
    }));
    const results = sendUpdate(backend, name, step, variables);
    return letters.flatMap((_, slot) =>
      variables.map(({ changed }, i) =>
        backend.tensorOver(results[i]![slot]!, changed[slot]!.shape, 'float32'),
      ),
    );
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
  const changed = variables.map((variable, i) => [variable, ...slots.map((slot) => slot[i]!)]);
  const updated = changed.map((targets, i) => ({ gradient: gradients[i]!, changed: targets }));
  const results = sendUpdate(backend, kernel, step, updated);
  changed.forEach((targets, i) => {
    targets.forEach((target, at) => {
      give(backend, target, results[i]![at]!);
    });
  });
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
 * view, nothing deferred) or they are `read` meanwhile, else into a block of their own, so that snapshots keep
 * what they saw.
 */
function overwritable(
  backend: CnnkitBackend,
  tensor: TensorInfo,
  read?: ReadonlySet<Storage>,
): Storage {
  const { storage, refCount } = backend.dataOf(tensor);
  // A capture holds on to what variables were meanwhile.
  const users = storage!.users - (backend.capture?.isVariable(storage!) === true ? 1 : 0);
  if (refCount === 1 && users === 1 && read?.has(storage!) !== true) {
    storage!.blockToOverwrite();
    return storage!.retain();
  }
  return Storage.allocate(backend, 'float32', storage!.size);
}

export const UPDATE_KERNELS: readonly (readonly [string, Kernel])[] = Object.entries(
  OPTIMIZERS,
).map(([name, optimizer]) => [name, update(name, optimizer)] as const);
