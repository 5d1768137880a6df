import {
  AdadeltaOptimizer,
  AdagradOptimizer,
  AdamaxOptimizer,
  AdamOptimizer,
  add,
  div,
  engine,
  fill,
  MomentumOptimizer,
  mul,
  type NamedTensorMap,
  RMSPropOptimizer,
  type Scalar,
  SGDOptimizer,
  scalar,
  type Tensor,
  tidy,
  type Variable,
  zerosLike,
} from '@tensorflow/tfjs-core';

import { CnnkitBackend } from './backend.js';
import { scaleVariable } from './kernels/update.js';

// tfjs's optimizers step in some 14 operations a variable. On this backend each takes one command
// for all variables instead, with the numbers, the slots and the slots' names that tfjs's own step has: their
// weights save and load as ever, and on another backend tfjs's step runs. tfjs has no hook for this, so
// `applyGradients` is replaced, once, by one that asks which backend is current.

/** One moving quantity that an optimizer keeps for each variable, as tfjs keeps it. */
type Slots = { originalName: string; variable: Variable }[];
type Gradients = Record<string, Tensor> | { name: string; tensor: Tensor }[];

/** A step in the terms of `kernels/update.ts`. */
interface FusedStep {
  readonly kernel: string;
  /** In the order of the kernel's outputs; `name` is what tfjs calls them, after the variable's name. */
  readonly slots: readonly { of: Slots; name: string; start?: number }[];
  readonly attrs: Readonly<Record<string, number | boolean>>;
  /** Numbers that are on the device. */
  tensors?(): NamedTensorMap;
  /** What else the step does, once. */
  after?(backend: CnnkitBackend): void;
}

// What the optimizers keep is private to TypeScript only, and part of their saved form.
interface AdamState {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  accBeta1: Variable;
  accBeta2: Variable;
  accumulatedFirstMoment: Slots;
  accumulatedSecondMoment: Slots;
}
interface AdamaxState extends AdamState {
  decay: number;
  iteration: Variable;
  accumulatedWeightedInfNorm: Slots;
}
interface MomentumState {
  learningRate: number;
  momentum: number;
  useNesterov: boolean;
  accumulations: Slots;
}
interface RmspropState {
  learningRate: number;
  decay: number;
  momentum: number;
  epsilon: number;
  centered: boolean;
  accumulatedMeanSquares: Slots;
  accumulatedMoments: Slots;
  accumulatedMeanGrads: Slots;
}
interface AdagradState {
  learningRate: number;
  initialAccumulatorValue: number;
  accumulatedGrads: Slots;
}
interface AdadeltaState {
  learningRate: number;
  rho: number;
  epsilon: number;
  accumulatedGrads: Slots;
  accumulatedUpdates: Slots;
}

function adam(o: AdamState): FusedStep {
  return {
    kernel: 'CnnkitTfAdamUpdate',
    slots: [
      { of: o.accumulatedFirstMoment, name: 'm' },
      { of: o.accumulatedSecondMoment, name: 'v' },
    ],
    attrs: {
      beta1: o.beta1,
      oneMinusBeta1: 1 - o.beta1,
      beta2: o.beta2,
      oneMinusBeta2: 1 - o.beta2,
      minusLearningRate: -o.learningRate,
      epsilon: o.epsilon,
    },
    tensors: () => ({ accBeta1: o.accBeta1, accBeta2: o.accBeta2 }),
    after(backend) {
      scaleVariable(backend, o.accBeta1, scalar(o.beta1));
      scaleVariable(backend, o.accBeta2, scalar(o.beta2));
    },
  };
}

function adamax(o: AdamaxState): FusedStep {
  return {
    kernel: 'CnnkitTfAdamaxUpdate',
    slots: [
      { of: o.accumulatedFirstMoment, name: 'm' },
      { of: o.accumulatedWeightedInfNorm, name: 'v' },
    ],
    attrs: {
      beta1: o.beta1,
      oneMinusBeta1: 1 - o.beta1,
      beta2: o.beta2,
      epsilon: o.epsilon,
    },
    tensors() {
      const minusLearningRate: Scalar = div(-o.learningRate, add(mul(o.iteration, o.decay), 1));
      return { accBeta1: o.accBeta1, minusLearningRate };
    },
    after() {
      o.iteration.assign(add(o.iteration, 1));
      o.accBeta1.assign(mul(o.accBeta1, o.beta1));
    },
  };
}

function momentum(o: MomentumState): FusedStep {
  return {
    kernel: 'CnnkitTfMomentumUpdate',
    slots: [{ of: o.accumulations, name: 'momentum' }],
    attrs: {
      minusLearningRate: -o.learningRate,
      momentum: o.momentum,
      nesterov: o.useNesterov,
    },
  };
}

function rmsprop(o: RmspropState): FusedStep {
  return {
    kernel: o.centered ? 'CnnkitTfRmspropCenteredUpdate' : 'CnnkitTfRmspropUpdate',
    slots: [
      { of: o.accumulatedMeanSquares, name: 'rms' },
      { of: o.accumulatedMoments, name: 'momentum' },
      ...(o.centered ? [{ of: o.accumulatedMeanGrads, name: 'mg' }] : []),
    ],
    attrs: {
      decay: o.decay,
      oneMinusDecay: 1 - o.decay,
      momentum: o.momentum,
      learningRate: o.learningRate,
      epsilon: o.epsilon,
    },
  };
}

function adagrad(o: AdagradState): FusedStep {
  const start = o.initialAccumulatorValue;
  return {
    kernel: 'CnnkitTfAdagradUpdate',
    slots: [{ of: o.accumulatedGrads, name: 'accumulator', start }],
    attrs: { minusLearningRate: -o.learningRate, epsilon: engine().backend.epsilon() },
  };
}

function adadelta(o: AdadeltaState): FusedStep {
  return {
    kernel: 'CnnkitTfAdadeltaUpdate',
    slots: [
      { of: o.accumulatedGrads, name: 'accum_grad' },
      { of: o.accumulatedUpdates, name: 'accum_var' },
    ],
    attrs: {
      rho: o.rho,
      oneMinusRho: 1 - o.rho,
      minusLearningRate: -o.learningRate,
      epsilon: o.epsilon,
    },
  };
}

const sgd = ({ learningRate }: { learningRate: number }): FusedStep => ({
  kernel: 'CnnkitSgdUpdate',
  slots: [],
  attrs: { learningRate },
});

/** Runs the step if the current backend is this one; false, with nothing touched, if it cannot. */
function runFused(gradients: Gradients, stepOf: () => FusedStep): boolean {
  const { backend } = engine();
  if (!(backend instanceof CnnkitBackend)) return false;
  return tidy(() => {
    const entries = Array.isArray(gradients)
      ? gradients.map(({ name, tensor }) => [name, tensor] as const)
      : Object.entries(gradients);
    const registered = engine().registeredVariables;
    const known = entries.every(
      ([name, tensor]) =>
        registered[name]?.dtype === 'float32' && (tensor?.dtype ?? 'float32') === 'float32',
    );
    if (!known) return false;
    const step = stepOf();
    const variables: Variable[] = [];
    const given: Tensor[] = [];
    const slots: Variable[][] = step.slots.map(() => []);
    entries.forEach(([name, gradient], i) => {
      const weight = registered[name]!;
      const own = step.slots.map(({ of, name: slot, start = 0 }) => {
        of[i] ??= {
          originalName: `${name}/${slot}`,
          variable: (start === 0 ? zerosLike(weight) : fill(weight.shape, start)).variable(false),
        };
        return of[i].variable;
      });
      // tfjs lets a variable without a gradient be, but gives it its slots.
      if (gradient == null) return;
      variables.push(weight);
      given.push(gradient);
      for (const [slot, variable] of own.entries()) slots[slot]!.push(variable);
    });
    const { kernel, attrs } = step;
    const tensors = step.tensors?.() ?? {};
    backend.updateVariables({ kernel, variables, gradients: given, slots, attrs, tensors });
    step.after?.(backend);
    return true;
  });
}

interface Replaceable {
  applyGradients(gradients: Gradients): void;
  incrementIterations(): void;
}

function replace(
  optimizer: { readonly prototype: object },
  stepOf: (state: never) => FusedStep,
): void {
  const prototype = optimizer.prototype as Replaceable;
  const composed = prototype.applyGradients;
  prototype.applyGradients = function (gradients) {
    if (!runFused(gradients, () => stepOf(this as never))) {
      composed.call(this, gradients);
      return;
    }
    this.incrementIterations();
    const { backend } = engine();
    if (!(backend instanceof CnnkitBackend)) return;
    backend.repeatUpdates(() => {
      const { attrs } = stepOf(this as never);
      this.incrementIterations();
      return [attrs];
    });
  };
}

const RECORDABLE: readonly unknown[] = [
  ...[SGDOptimizer, MomentumOptimizer, AdamOptimizer, AdamaxOptimizer],
  ...[RMSPropOptimizer, AdagradOptimizer, AdadeltaOptimizer],
];

/**
 * What the commands of an optimizer's step depend on, beside weights and what `repeatUpdates` renews;
 * undefined if its step cannot be sent again.
 */
export function updateAssumptions(optimizer: object): unknown[] | undefined {
  if (RECORDABLE.includes(optimizer.constructor)) {
    const o = optimizer as Partial<AdamaxState & MomentumState & RmspropState & AdadeltaState>;
    // Adamax's commands compute with the learning rate, which others are told anew at each step.
    const rate = optimizer.constructor === AdamaxOptimizer ? [o.learningRate, o.decay] : [];
    return [
      // Which variables its slots are, and what its commands compute with beside their numbers.
      ...[o.accumulatedFirstMoment, o.accumulatedSecondMoment, o.accumulations],
      ...[o.accumulatedMeanSquares, o.accumulatedMoments, o.accumulatedMeanGrads],
      ...[o.accumulatedGrads, o.accumulatedUpdates, o.beta1, o.beta2, o.centered],
      ...[o.accumulatedWeightedInfNorm, ...rate],
    ];
  }
  const { updateIsRecordable } = optimizer as { updateIsRecordable?: unknown };
  return updateIsRecordable === true ? [] : undefined;
}

let replaced = false;

/** Lets tfjs's optimizers take their steps as one command wherever this backend is current. */
export function fuseTfjsOptimizers(): void {
  if (replaced) return;
  replaced = true;
  replace(SGDOptimizer, sgd);
  // It inherits from SGD and replaces its step.
  replace(MomentumOptimizer, momentum);
  replace(AdamOptimizer, adam);
  replace(AdamaxOptimizer, adamax);
  replace(RMSPropOptimizer, rmsprop);
  replace(AdagradOptimizer, adagrad);
  replace(AdadeltaOptimizer, adadelta);
}
