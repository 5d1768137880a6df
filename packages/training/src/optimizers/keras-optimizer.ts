import {
  add,
  engine,
  mul,
  type NamedTensorMap,
  Optimizer,
  type serialization,
  sub,
  type Tensor,
  tidy,
  type Variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { f32, f32Mul } from '../internal/float32.js';
import type { LearningRateSchedule } from '../schedules/schedule.js';
import { type FusedUpdate, runFused } from './fused.js';
import { clipGradients } from './gradients.js';
import type { NamedTensor } from './named-tensor.js';
import { loadOptimizerWeights, saveOptimizerWeights } from './optimizer-weights.js';
import {
  type OptimizerOptions,
  type ResolvedOptions,
  requireNumber,
  resolveOptions,
} from './options.js';
import { SlotStore } from './slot-store.js';

/** What one update works on; the three lists run in parallel, one entry a variable. */
export interface UpdateStep {
  readonly variables: readonly Variable[];
  readonly gradients: readonly Tensor[];
  /** The variables of each slot, by the slot's name. */
  readonly slots: Readonly<Record<string, readonly Variable[]>>;
  /** Float32. */
  readonly learningRate: number;
  /** 1 for the first update. */
  readonly step: number;
  /** Has a kernel of the backend do all of it; false, with nothing touched, if there is none. */
  readonly fuse: (update: FusedUpdate) => boolean;
}

/** What a backend has that records steps, as @cnnkit/backend does. */
interface Recorder {
  /** Takes note of how the numbers (`attrs`) of the updates just made will go on. */
  repeatUpdates?(next: () => readonly FusedUpdate['attrs'][]): void;
}

const AVERAGE = 'average';
const ACCUMULATOR = 'gradient_accumulator';

/**
 * Base of the optimizers here: a `tf.Optimizer` (so `model.compile` and tfjs's own `fit` take it)
 * with what Keras 3's base optimizer does: decoupled weight decay, clipping, moving averages of
 * weights, gradient accumulation, a float32 learning rate that may change between steps, and state
 * that can be saved and restored.
 *
 * Keras 3.15, `keras/src/optimizers/base_optimizer.py`.
 */
export abstract class KerasOptimizer extends Optimizer {
  /** tfjs's `Optimizer` takes anything of its shape for an instance, and its subclasses would too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(KerasOptimizer, value);
  }

  protected readonly base: ResolvedOptions;
  #learningRate: number | LearningRateSchedule;
  readonly #store: SlotStore;
  #restored: NamedTensor[] | undefined;

  protected constructor(options: OptimizerOptions, defaultLearningRate: number) {
    super();
    this.iterations_ = 0;
    const name = this.getClassName();
    this.base = resolveOptions(name, options);
    this.#store = new SlotStore(name);
    const { learningRate = defaultLearningRate } = options;
    if (typeof learningRate !== 'function') {
      requireNumber(name, 'learningRate', learningRate, 0, Number.POSITIVE_INFINITY);
    }
    this.#learningRate = typeof learningRate === 'function' ? learningRate : f32(learningRate);
  }

  /** Names of the slots, in the order Keras creates them. */
  protected abstract slotNames(): readonly string[];

  /**
   * Whether `update` is one kernel, where the backend has it, with these options. Each class says it of
   * itself alone: one that derives from it may do more.
   */
  protected get fuses(): boolean {
    return false;
  }

  /** Assigns new values to variables and slots; runs inside a tidy. */
  protected abstract update(step: UpdateStep): void;

  /** What each element of a slot starts with. */
  protected slotStart(_slot: string): number {
    return 0;
  }

  /** State that is one number for all variables (Nadam's product of momenta). */
  protected get scalarState(): number | undefined {
    return undefined;
  }
  protected set scalarState(_value: number | undefined) {}

  /** The rate the next step uses. With a schedule it cannot be set. */
  get learningRate(): number {
    return typeof this.#learningRate === 'function'
      ? f32(this.#learningRate(this.iterations))
      : this.#learningRate;
  }
  set learningRate(value: number) {
    if (typeof this.#learningRate === 'function') {
      throw new TypeError(
        `${this.getClassName()}: learningRate cannot be set, because a schedule drives it; ` +
          'give the optimizer a number to change it between steps.',
      );
    }
    requireNumber(this.getClassName(), 'learningRate', value, 0, Number.POSITIVE_INFINITY);
    this.#learningRate = f32(value);
  }

  /** The same as assigning `learningRate`; tfjs's SGD has this method, so callers may expect it. */
  setLearningRate(value: number): void {
    this.learningRate = value;
  }

  /**
   * Creates the state for `variables`. Called by the first step; call it yourself only to look at
   * the state of an optimizer that has not stepped yet.
   */
  build(variables: readonly Variable[]): void {
    if (this.#store.built) return;
    const { useEma, gradientAccumulationSteps } = this.base;
    const starts: [slot: string, start: number][] = [];
    if (gradientAccumulationSteps !== null) starts.push([ACCUMULATOR, 0]);
    if (useEma) starts.push([AVERAGE, 0]);
    for (const slot of this.slotNames()) starts.push([slot, this.slotStart(slot)]);
    this.#store.build(variables, starts);
    if (this.#restored === undefined) return;
    const restored = this.#restored;
    this.#restored = undefined;
    this.#store.assign(restored);
    for (const { tensor } of restored) tensor.dispose();
  }

  /**
   * Whether a backend that records steps may send this optimizer's commands again, with other numbers: not
   * where they are other ones at some steps, as where gradients are accumulated or averages overwrite weights.
   */
  get updateIsRecordable(): boolean {
    const { useEma, emaOverwriteFrequency, gradientAccumulationSteps } = this.base;
    const own = Object.hasOwn(Object.getPrototypeOf(this), 'fuses') && this.fuses;
    const overwrites = useEma && emaOverwriteFrequency !== null;
    return own && !overwrites && gradientAccumulationSteps === null;
  }

  /** One step. Gradients are borrowed; a variable whose gradient is missing stays as it is. */
  override applyGradients(gradients: NamedTensorMap | NamedTensor[]): void {
    const named = Array.isArray(gradients)
      ? gradients
      : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
    if (named.length === 0) return;
    this.build(named.map(({ name }) => registeredVariable(this.getClassName(), name)));
    const present = named.filter(({ tensor }) => tensor != null);
    const indices = present.map(({ name }) => this.#store.indexOf(name));
    tidy(() => {
      const all = this.#accumulate(
        present.map(({ tensor }) => tensor),
        indices,
      );
      if (all !== undefined) this.#updateWith(all, indices);
      this.#average(runFused);
    });
    this.incrementIterations();
    if (!this.updateIsRecordable) return;
    const { variables, slots } = this.#pick(indices);
    (engine().backend as Recorder).repeatUpdates?.(() => {
      const numbers: FusedUpdate['attrs'][] = [];
      const note: typeof runFused = (_variables, _gradients, { attrs }) => {
        numbers.push(attrs);
        return true;
      };
      this.#step(variables, [], slots, note);
      this.#average(note);
      this.incrementIterations();
      return numbers;
    });
  }

  /** Puts the moving averages into the weights, as Keras does when `fit` ends. Nothing without `useEma`. */
  finalizeVariableValues(): void {
    const averages = this.#store.get(AVERAGE);
    averages.forEach((average, i) => {
      (this.#store.variables[i] as Variable).assign(average);
    });
  }

  /** Swaps weights and moving averages; a second call swaps them back. Nothing without `useEma`. */
  swapAverages(): void {
    const averages = this.#store.get(AVERAGE);
    averages.forEach((average, i) => {
      const variable = this.#store.variables[i] as Variable;
      tidy(() => {
        const kept = variable.clone();
        variable.assign(average);
        average.assign(kept);
      });
    });
  }

  /** Makes the current weights the averages. Nothing without `useEma`. */
  adoptWeightsAsAverages(): void {
    const averages = this.#store.get(AVERAGE);
    averages.forEach((average, i) => {
      average.assign(this.#store.variables[i] as Variable);
    });
  }

  /**
   * Steps taken, learning rate and all slots. Names are for people; order decides.
   * The caller disposes the tensors.
   */
  override async getWeights(): Promise<NamedTensor[]> {
    return saveOptimizerWeights({
      iterations: this.iterations,
      learningRate: typeof this.#learningRate === 'number' ? this.#learningRate : undefined,
      scalar: this.scalarState,
      variables: this.#store.variables,
      slots: this.#store.slots,
    });
  }

  /**
   * Restores what `getWeights` gave. Before the first step it is kept and used when the state is
   * created. Tensors are borrowed.
   */
  override async setWeights(weights: NamedTensor[]): Promise<void> {
    const { iterations, learningRate, scalar, slots } = await loadOptimizerWeights(
      this.getClassName(),
      weights,
    );
    this.iterations_ = iterations;
    if (learningRate !== undefined && typeof this.#learningRate === 'number') {
      this.#learningRate = learningRate;
    }
    if (scalar !== undefined) this.scalarState = scalar;
    if (this.#store.built) {
      this.#store.assign(slots);
    } else {
      for (const { tensor } of this.#restored ?? []) tensor.dispose();
      this.#restored =
        slots.length === 0
          ? undefined
          : slots.map(({ name, tensor }) => ({ name, tensor: tidy(() => tensor.clone()) }));
    }
  }

  override dispose(): void {
    this.#store.dispose();
    for (const { tensor } of this.#restored ?? []) tensor.dispose();
    this.#restored = undefined;
  }

  /** The options it was made with, defaults filled in: `createOptimizer(className, config)` makes its twin. */
  override getConfig(): serialization.ConfigDict {
    const { excludeFromWeightDecay: _function, ...plain } = this.base;
    const rate = this.#learningRate;
    return {
      learningRate:
        typeof rate === 'number'
          ? rate
          : ({ className: rate.className ?? null, config: rate.config ?? null } as never),
      ...plain,
    };
  }

  /** @returns the gradients to step with, or undefined while they are still being gathered. */
  #accumulate(gradients: Tensor[], indices: number[]): Tensor[] | undefined {
    const steps = this.base.gradientAccumulationSteps;
    if (steps === null) return gradients;
    const accumulators = this.#store.pick(ACCUMULATOR, indices);
    const sums = gradients.map((g, i) => add(g, accumulators[i] as Variable));
    const complete = (this.iterations + 1) % steps === 0;
    accumulators.forEach((accumulator, i) => {
      accumulator.assign(complete ? zeros(accumulator.shape) : (sums[i] as Tensor));
    });
    return complete ? sums.map((total) => mul(total, 1 / steps)) : undefined;
  }

  #updateWith(gradients: Tensor[], indices: number[]): void {
    const { variables, slots } = this.#pick(indices);
    this.#step(variables, clipGradients(gradients, this.base), slots, runFused);
  }

  /** Those variables, and their slots by name. */
  #pick(indices: readonly number[]): Pick<UpdateStep, 'variables' | 'slots'> {
    const variables = indices.map((i) => this.#store.variables[i] as Variable);
    const names = this.slotNames();
    const slots = Object.fromEntries(names.map((name) => [name, this.#store.pick(name, indices)]));
    return { variables, slots };
  }

  /** Weight decay and update; `run` is asked first to do each as one kernel. */
  #step(
    variables: readonly Variable[],
    gradients: readonly Tensor[],
    slots: UpdateStep['slots'],
    run: typeof runFused,
  ): void {
    const learningRate = this.learningRate;
    const { weightDecay, excludeFromWeightDecay } = this.base;
    if (weightDecay !== null) {
      const share = f32Mul(weightDecay, learningRate);
      const decayed = variables.filter(({ name }) => !excludeFromWeightDecay(name));
      // A step of gradient descent along the variables themselves: in place, where there is a kernel.
      const update = { kernel: 'CnnkitSgdUpdate', slots: {}, attrs: { learningRate: share } };
      if (decayed.length > 0 && !run(decayed, decayed, update)) {
        for (const variable of decayed) variable.assign(sub(variable, mul(variable, share)));
      }
    }
    const fuse = (update: FusedUpdate) => run(variables, gradients, update);
    const step = this.#updates + 1;
    this.update({ variables, gradients, slots, learningRate, step, fuse });
  }

  get #updates(): number {
    return Math.floor(this.iterations / (this.base.gradientAccumulationSteps ?? 1));
  }

  /** `run` is asked first to move all averages by one kernel. */
  #average(run: typeof runFused): void {
    if (!this.base.useEma) return;
    const { emaMomentum, emaOverwriteFrequency } = this.base;
    // Keras's first average is the weights themselves, whatever the momentum.
    const momentum = this.#updates === 0 ? 0 : emaMomentum;
    const averages = this.#store.get(AVERAGE);
    const { variables } = this.#store;
    const attrs = { momentum: f32(momentum), oneMinusMomentum: f32(1 - momentum) };
    if (!run(averages, variables, { kernel: 'CnnkitAverageUpdate', slots: {}, attrs })) {
      averages.forEach((average, i) => {
        const variable = variables[i] as Variable;
        average.assign(add(mul(average, momentum), mul(variable, 1 - momentum)));
      });
    }
    if (emaOverwriteFrequency !== null && (this.#updates + 1) % emaOverwriteFrequency === 0) {
      this.finalizeVariableValues();
    }
  }
}

function registeredVariable(optimizer: string, name: string): Variable {
  const variable = engine().registeredVariables[name];
  if (variable === undefined) {
    throw new RangeError(`${optimizer}: no variable is registered under the name "${name}".`);
  }
  return variable;
}
