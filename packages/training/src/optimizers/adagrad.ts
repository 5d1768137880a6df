import {
  add,
  div,
  mul,
  type serialization,
  sqrt,
  square,
  sub,
  type Variable,
} from '@tensorflow/tfjs-core';
import { f32 } from '../internal/float32.js';
import { constants } from './constants.js';
import { KerasOptimizer, type UpdateStep } from './keras-optimizer.js';
import type { OptimizerOptions } from './options.js';
import { scalars } from './scalars.js';

/** Options of {@link Adagrad}, with Keras's defaults. */
export interface AdagradOptions extends OptimizerOptions {
  /** What each sum of squares starts with. Default: 0.1. */
  initialAccumulatorValue?: number;
  /** Added under the root. Default: 1e-7. */
  epsilon?: number;
}

/** Adagrad: `a += g²`, `w -= learningRate · g / √(a + epsilon)`; default learning rate 0.001. */
export class Adagrad extends KerasOptimizer {
  /** It keeps no gradient beyond its step, so that a backend may record the steps it is used in. */
  static readonly recordable: boolean = true;
  static get className(): string {
    return 'Adagrad';
  }
  readonly #constants: Readonly<Record<'initialAccumulatorValue' | 'epsilon', number>>;

  constructor(options: AdagradOptions = {}) {
    super(options, 0.001);
    this.#constants = constants('Adagrad', options, {
      initialAccumulatorValue: [0.1, 0, Number.POSITIVE_INFINITY],
      epsilon: 1e-7,
    });
  }

  protected override slotNames(): readonly string[] {
    return ['accumulator'];
  }

  protected override slotStart(): number {
    return this.#constants.initialAccumulatorValue;
  }

  protected override get fuses(): boolean {
    return true;
  }

  protected override update({ variables, gradients, slots, learningRate, fuse }: UpdateStep): void {
    const { accumulator: a = [] } = slots;
    const epsilon = f32(this.#constants.epsilon);
    const attrs = { learningRate, epsilon };
    const update = { kernel: 'CnnkitAdagradUpdate', slots: { a }, attrs };
    if (fuse(update)) return;
    const [lr, e] = scalars(learningRate, epsilon);
    variables.forEach((w, i) => {
      const g = gradients[i]!;
      const ai = a[i] as Variable;
      ai.assign(add(ai, square(g)));
      w.assign(sub(w, div(mul(g, lr), sqrt(add(ai, e)))));
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#constants };
  }
}
