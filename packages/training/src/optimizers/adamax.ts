import {
  abs,
  add,
  div,
  maximum,
  mul,
  type serialization,
  sub,
  type Variable,
} from '@tensorflow/tfjs-core';
import { f32, f32Div, f32Pow, f32Sub } from '../internal/float32.js';
import { constants } from './constants.js';
import { KerasOptimizer, type UpdateStep } from './keras-optimizer.js';
import type { OptimizerOptions } from './options.js';
import { scalars } from './scalars.js';

/** Options of {@link Adamax}, with Keras's defaults. */
export interface AdamaxOptions extends OptimizerOptions {
  /** Decay of the first moment. Default: 0.9. */
  beta1?: number;
  /** Decay of the infinity norm. Default: 0.999. */
  beta2?: number;
  /** Added to the norm. Default: 1e-7. */
  epsilon?: number;
}

/** Adam over the infinity norm: `w -= learningRate / (1 − beta1ᵗ) · m / (u + epsilon)`, `u = max(beta2·u, |g|)`. */
export class Adamax extends KerasOptimizer {
  /** It keeps no gradient beyond its step, so that a backend may record the steps it is used in. */
  static readonly recordable: boolean = true;
  static get className(): string {
    return 'Adamax';
  }
  readonly #constants: Readonly<Record<'beta1' | 'beta2' | 'epsilon', number>>;

  constructor(options: AdamaxOptions = {}) {
    super(options, 0.001);
    const defaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
    this.#constants = constants('Adamax', options, defaults);
  }

  protected override slotNames(): readonly string[] {
    return ['momentum', 'norm'];
  }

  protected override get fuses(): boolean {
    return true;
  }

  protected override update(of: UpdateStep): void {
    const { variables, gradients, slots, learningRate, step, fuse } = of;
    const { momentum: m = [], norm: u = [] } = slots;
    const { beta1 } = this.#constants;
    const alpha = f32Div(learningRate, f32Sub(1, f32Pow(beta1, step)));
    const oneMinusBeta1 = f32(1 - beta1);
    const beta2 = f32(this.#constants.beta2);
    const epsilon = f32(this.#constants.epsilon);
    const attrs = { alpha, oneMinusBeta1, beta2, epsilon };
    const update = { kernel: 'CnnkitAdamaxUpdate', slots: { m, u }, attrs };
    if (fuse(update)) return;
    const [a, b1, b2, e] = scalars(alpha, oneMinusBeta1, beta2, epsilon);
    variables.forEach((w, i) => {
      const g = gradients[i]!;
      const mi = m[i] as Variable;
      const ui = u[i] as Variable;
      mi.assign(add(mi, mul(sub(g, mi), b1)));
      ui.assign(maximum(mul(ui, b2), abs(g)));
      w.assign(sub(w, div(mul(mi, a), add(ui, e))));
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#constants };
  }
}
