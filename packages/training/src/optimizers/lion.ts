import { add, mul, type serialization, sign, sub, type Variable } from '@tensorflow/tfjs-core';
import { f32, f32Sub } from '../internal/float32.js';
import { constants } from './constants.js';
import { KerasOptimizer, type UpdateStep } from './keras-optimizer.js';
import type { OptimizerOptions } from './options.js';
import { scalars } from './scalars.js';

/** Options of {@link Lion}, with Keras's defaults. */
export interface LionOptions extends OptimizerOptions {
  /** Share of the momentum in the direction, in (0, 1]. Default: 0.9. */
  beta1?: number;
  /** Decay of the momentum. Default: 0.99. */
  beta2?: number;
}

/** Lion: steps by the sign of the momentum; default learning rate 0.001 (a tenth of Adam's is usual). */
export class Lion extends KerasOptimizer {
  /** It keeps no gradient beyond its step, so that a backend may record the steps it is used in. */
  static readonly recordable: boolean = true;
  static get className(): string {
    return 'Lion';
  }
  readonly #constants: Readonly<Record<'beta1' | 'beta2', number>>;

  constructor(options: LionOptions = {}) {
    super(options, 0.001);
    this.#constants = constants('Lion', options, {
      beta1: [0.9, Number.MIN_VALUE, 1],
      beta2: 0.99,
    });
  }

  protected override slotNames(): readonly string[] {
    return ['momentum'];
  }

  protected override get fuses(): boolean {
    return true;
  }

  protected override update({ variables, gradients, slots, learningRate, fuse }: UpdateStep): void {
    const { momentum: m = [] } = slots;
    const beta1 = f32(this.#constants.beta1);
    const beta2 = f32(this.#constants.beta2);
    const oneMinusBeta1 = f32Sub(1, beta1);
    const oneMinusBeta2 = f32Sub(1, beta2);
    const attrs = { learningRate, beta1, beta2, oneMinusBeta1, oneMinusBeta2 };
    const update = { kernel: 'CnnkitLionUpdate', slots: { m }, attrs };
    if (fuse(update)) return;
    const [lr, b1, c1, b2, c2] = scalars(learningRate, beta1, oneMinusBeta1, beta2, oneMinusBeta2);
    variables.forEach((w, i) => {
      const g = gradients[i]!;
      const mi = m[i] as Variable;
      const direction = sign(add(mul(mi, b1), mul(g, c1)));
      w.assign(sub(w, mul(direction, lr)));
      mi.assign(add(mul(mi, b2), mul(g, c2)));
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#constants };
  }
}
