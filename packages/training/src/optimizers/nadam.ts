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
import { f32, f32Div, f32Mul, f32Pow, f32Sub } from '../internal/float32.js';
import { constants } from './constants.js';
import { KerasOptimizer, type UpdateStep } from './keras-optimizer.js';
import type { OptimizerOptions } from './options.js';
import { scalars } from './scalars.js';

/** Options of {@link Nadam}, with Keras's defaults. */
export interface NadamOptions extends OptimizerOptions {
  /** Decay of the first moment. Default: 0.9. */
  beta1?: number;
  /** Decay of the second moment. Default: 0.999. */
  beta2?: number;
  /** Added to the root of the corrected second moment. Default: 1e-7. */
  epsilon?: number;
}

/** Adam with Nesterov momentum and Dozat's momentum schedule, as Keras computes it (tfjs has none). */
export class Nadam extends KerasOptimizer {
  /** It keeps no gradient beyond its step, so that a backend may record the steps it is used in. */
  static readonly recordable: boolean = true;
  static get className(): string {
    return 'Nadam';
  }
  readonly #constants: Readonly<Record<'beta1' | 'beta2' | 'epsilon', number>>;
  #momentumProduct = 1;

  constructor(options: NadamOptions = {}) {
    super(options, 0.001);
    const defaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
    this.#constants = constants('Nadam', options, defaults);
  }

  protected override slotNames(): readonly string[] {
    return ['momentum', 'velocity'];
  }

  protected override get scalarState(): number {
    return this.#momentumProduct;
  }
  protected override set scalarState(value: number) {
    this.#momentumProduct = value;
  }

  /** The scheduled momentum of a step: `beta1 · (1 − 0.5 · 0.96ᵗ)`. */
  #momentumAt(step: number): number {
    return f32Mul(this.#constants.beta1, f32Sub(1, f32Mul(0.5, f32Pow(0.96, step))));
  }

  protected override get fuses(): boolean {
    return true;
  }

  protected override update(of: UpdateStep): void {
    const { variables, gradients, slots, learningRate, step, fuse } = of;
    const { momentum: m = [], velocity: v = [] } = slots;
    const { beta1, beta2 } = this.#constants;
    const now = this.#momentumAt(step);
    const next = this.#momentumAt(step + 1);
    this.#momentumProduct = f32Mul(this.#momentumProduct, now);
    const product = this.#momentumProduct;
    const mScale = f32Div(next, f32Sub(1, f32Mul(product, next)));
    const gScale = f32Div(f32Sub(1, now), f32Sub(1, product));
    const vScale = f32Div(1, f32Sub(1, f32Pow(beta2, step)));
    // Here Keras subtracts the float32 beta from 1, unlike in Adam.
    const oneMinusBeta1 = f32Sub(1, beta1);
    const oneMinusBeta2 = f32Sub(1, beta2);
    const epsilon = f32(this.#constants.epsilon);
    const attrs = { learningRate, mScale, gScale, vScale, oneMinusBeta1, oneMinusBeta2, epsilon };
    const update = { kernel: 'CnnkitNadamUpdate', slots: { m, v }, attrs };
    if (fuse(update)) return;
    const [lr, b1, b2, ms, gs, vs, e] = scalars(
      learningRate,
      oneMinusBeta1,
      oneMinusBeta2,
      mScale,
      gScale,
      vScale,
      epsilon,
    );
    variables.forEach((w, i) => {
      const g = gradients[i]!;
      const mi = m[i] as Variable;
      const vi = v[i] as Variable;
      mi.assign(add(mi, mul(sub(g, mi), b1)));
      vi.assign(add(vi, mul(sub(square(g), vi), b2)));
      const direction = add(mul(mi, ms), mul(g, gs));
      w.assign(sub(w, div(mul(direction, lr), add(sqrt(mul(vi, vs)), e))));
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#constants };
  }
}
