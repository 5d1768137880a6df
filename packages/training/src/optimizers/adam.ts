import {
  add,
  div,
  maximum,
  mul,
  type serialization,
  sqrt,
  square,
  sub,
  type Variable,
} from '@tensorflow/tfjs-core';
import { f32, f32Div, f32Mul, f32Pow, f32Sqrt, f32Sub } from '../internal/float32.js';
import { constants } from './constants.js';
import { KerasOptimizer, type UpdateStep } from './keras-optimizer.js';
import type { OptimizerOptions } from './options.js';
import { scalars } from './scalars.js';

/** Options of {@link Adam}, with Keras's defaults. */
export interface AdamOptions extends OptimizerOptions {
  /** Decay of the first moment. Default: 0.9. */
  beta1?: number;
  /** Decay of the second moment. Default: 0.999. */
  beta2?: number;
  /** Added to the root of the second moment, before any correction of bias. Default: 1e-7. */
  epsilon?: number;
  /** Divide by the largest second moment so far. Default: false. */
  amsgrad?: boolean;
}

/**
 * Adam as Keras computes it: `w -= alpha · m / (√v + epsilon)` with
 * `alpha = learningRate · √(1 − beta2ᵗ) / (1 − beta1ᵗ)` in float32 arithmetic. tfjs's own Adam adds
 * epsilon after the correction of bias, so its losses part from Keras's at the second step.
 *
 * @example
 * ```ts
 * model.compile({ optimizer: new Adam({ learningRate: 1e-3 }), loss: 'categoricalCrossentropy' });
 * ```
 */
export class Adam extends KerasOptimizer {
  /** It keeps no gradient beyond its step, so that a backend may record the steps it is used in. */
  static readonly recordable: boolean = true;
  static get className(): string {
    return 'Adam';
  }
  readonly #constants: Readonly<Record<'beta1' | 'beta2' | 'epsilon', number>>;
  readonly #amsgrad: boolean;

  constructor(options: AdamOptions = {}) {
    super(options, 0.001);
    const defaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
    this.#constants = constants(this.getClassName(), options, defaults);
    this.#amsgrad = options.amsgrad ?? false;
  }

  protected override slotNames(): readonly string[] {
    return this.#amsgrad ? ['momentum', 'velocity', 'velocity_hat'] : ['momentum', 'velocity'];
  }

  protected override get fuses(): boolean {
    return true;
  }

  protected override update(of: UpdateStep): void {
    const { variables, gradients, slots, learningRate, step, fuse } = of;
    const { momentum: m = [], velocity: v = [], velocity_hat: hats = [] } = slots;
    const { beta1, beta2 } = this.#constants;
    const alpha = f32Div(
      f32Mul(learningRate, f32Sqrt(f32Sub(1, f32Pow(beta2, step)))),
      f32Sub(1, f32Pow(beta1, step)),
    );
    // Keras takes 1 − beta in double here, though the powers above are of the float32 beta.
    const oneMinusBeta1 = f32(1 - beta1);
    const oneMinusBeta2 = f32(1 - beta2);
    const epsilon = f32(this.#constants.epsilon);
    const attrs = {
      ...{ alpha, beta1: f32(beta1), beta2: f32(beta2) },
      ...{ oneMinusBeta1, oneMinusBeta2, epsilon },
    };
    const update = this.#amsgrad
      ? { kernel: 'CnnkitAmsgradUpdate', slots: { m, v, h: hats }, attrs }
      : { kernel: 'CnnkitAdamUpdate', slots: { m, v }, attrs };
    if (fuse(update)) return;
    const [a, b1, b2, e] = scalars(alpha, oneMinusBeta1, oneMinusBeta2, epsilon);
    variables.forEach((w, i) => {
      const g = gradients[i]!;
      const mi = m[i] as Variable;
      const vi = v[i] as Variable;
      mi.assign(add(mi, mul(sub(g, mi), b1)));
      vi.assign(add(vi, mul(sub(square(g), vi), b2)));
      const hat = hats[i];
      if (hat !== undefined) hat.assign(maximum(hat, vi));
      w.assign(sub(w, div(mul(mi, a), add(sqrt(hat ?? vi), e))));
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#constants, amsgrad: this.#amsgrad };
  }
}

/** Adam with decoupled weight decay (Loshchilov and Hutter); `weightDecay` is 0.004 unless given. */
export class AdamW extends Adam {
  static override readonly recordable: boolean = true;
  static override get className(): string {
    return 'AdamW';
  }

  constructor(options: AdamOptions = {}) {
    if (options.weightDecay === null) {
      throw new TypeError('AdamW: weightDecay must be a number; received null. Use Adam for none.');
    }
    super({ weightDecay: 0.004, ...options });
  }

  protected override get fuses(): boolean {
    return super.fuses;
  }
}
