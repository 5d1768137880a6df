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

/** Options of {@link RMSprop}, with Keras's defaults (tfjs's differ). */
export interface RMSpropOptions extends OptimizerOptions {
  /** Decay of the mean square. Default: 0.9. */
  rho?: number;
  /** Momentum of the step. Default: 0. */
  momentum?: number;
  /** Added under the root. Default: 1e-7. */
  epsilon?: number;
  /** Subtract the square of the mean gradient, so that the root is a standard deviation. Default: false. */
  centered?: boolean;
}

/** RMSprop as Keras computes it: `v = rho·v + (1−rho)·g²`, `w -= learningRate · g / √(v + epsilon)`. */
export class RMSprop extends KerasOptimizer {
  /** It keeps no gradient beyond its step, so that a backend may record the steps it is used in. */
  static readonly recordable: boolean = true;
  static get className(): string {
    return 'RMSprop';
  }
  readonly #constants: Readonly<Record<'rho' | 'momentum' | 'epsilon', number>>;
  readonly #centered: boolean;

  constructor(options: RMSpropOptions = {}) {
    super(options, 0.001);
    const defaults = { rho: 0.9, momentum: 0, epsilon: 1e-7 };
    this.#constants = constants('RMSprop', options, defaults);
    this.#centered = options.centered ?? false;
  }

  protected override slotNames(): readonly string[] {
    return [
      'velocity',
      ...(this.#constants.momentum > 0 ? ['momentum'] : []),
      ...(this.#centered ? ['average_gradient'] : []),
    ];
  }

  protected override get fuses(): boolean {
    return true;
  }

  protected override update({ variables, gradients, slots, learningRate, fuse }: UpdateStep): void {
    const { velocity: v = [], momentum: momenta = [], average_gradient: means = [] } = slots;
    const rho = f32(this.#constants.rho);
    const oneMinusRho = f32(1 - this.#constants.rho);
    const epsilon = f32(this.#constants.epsilon);
    const { momentum } = this.#constants;
    const slotsByLetter = {
      v,
      ...(momentum > 0 ? { m: momenta } : {}),
      ...(this.#centered ? { c: means } : {}),
    };
    const kind = `${this.#centered ? 'Centered' : ''}${momentum > 0 ? 'Momentum' : ''}`;
    const attrs = { learningRate, rho, oneMinusRho, epsilon, momentum: f32(momentum) };
    if (fuse({ kernel: `CnnkitRmsprop${kind}Update`, slots: slotsByLetter, attrs })) return;
    const [lr, r, s, e, mu] = scalars(learningRate, rho, oneMinusRho, epsilon, momentum);
    variables.forEach((w, i) => {
      const g = gradients[i]!;
      const vi = v[i] as Variable;
      vi.assign(add(mul(vi, r), mul(square(g), s)));
      const mean = means[i];
      if (mean !== undefined) mean.assign(add(mul(mean, r), mul(g, s)));
      const variance = mean === undefined ? vi : sub(vi, square(mean));
      const increment = div(mul(g, lr), sqrt(add(variance, e)));
      const past = momenta[i];
      if (past !== undefined) past.assign(add(mul(past, mu), increment));
      w.assign(sub(w, past ?? increment));
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#constants, centered: this.#centered };
  }
}
