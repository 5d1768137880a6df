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

/** Options of {@link Adadelta}, with Keras's defaults. */
export interface AdadeltaOptions extends OptimizerOptions {
  /** Decay of both mean squares. Default: 0.95. */
  rho?: number;
  /** Added under both roots. Default: 1e-7. */
  epsilon?: number;
}

/** Adadelta; default learning rate 0.001, as in Keras (the paper's is 1). */
export class Adadelta extends KerasOptimizer {
  /** It keeps no gradient beyond its step, so that a backend may record the steps it is used in. */
  static readonly recordable: boolean = true;
  static get className(): string {
    return 'Adadelta';
  }
  readonly #constants: Readonly<Record<'rho' | 'epsilon', number>>;

  constructor(options: AdadeltaOptions = {}) {
    super(options, 0.001);
    this.#constants = constants('Adadelta', options, { rho: 0.95, epsilon: 1e-7 });
  }

  protected override slotNames(): readonly string[] {
    return ['accumulated_grad', 'accumulated_delta_var'];
  }

  protected override get fuses(): boolean {
    return true;
  }

  protected override update({ variables, gradients, slots, learningRate, fuse }: UpdateStep): void {
    const { accumulated_grad: a = [], accumulated_delta_var: d = [] } = slots;
    const rho = f32(this.#constants.rho);
    const oneMinusRho = f32(1 - this.#constants.rho);
    const epsilon = f32(this.#constants.epsilon);
    const attrs = { learningRate, rho, oneMinusRho, epsilon };
    const update = { kernel: 'CnnkitAdadeltaUpdate', slots: { a, d }, attrs };
    if (fuse(update)) return;
    const [lr, r, s, e] = scalars(learningRate, rho, oneMinusRho, epsilon);
    variables.forEach((w, i) => {
      const g = gradients[i]!;
      const ai = a[i] as Variable;
      const di = d[i] as Variable;
      ai.assign(add(mul(ai, r), mul(square(g), s)));
      const step = div(mul(g, sqrt(add(di, e))), sqrt(add(ai, e)));
      di.assign(add(mul(di, r), mul(square(step), s)));
      w.assign(sub(w, mul(step, lr)));
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#constants };
  }
}
