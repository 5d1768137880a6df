import { add, mul, type serialization, sub, type Variable } from '@tensorflow/tfjs-core';
import { f32 } from '../internal/float32.js';
import { constants } from './constants.js';
import { KerasOptimizer, type UpdateStep } from './keras-optimizer.js';
import type { OptimizerOptions } from './options.js';
import { scalars } from './scalars.js';

/** Options of {@link SGD}, with Keras's defaults. */
export interface SGDOptions extends OptimizerOptions {
  /** Share of the last step that goes on, in [0, 1]. Default: 0, plain gradient descent. */
  momentum?: number;
  /** Look ahead along the momentum. Default: false; without momentum it changes nothing. */
  nesterov?: boolean;
}

/** Gradient descent, with momentum or Nesterov momentum if asked; default learning rate 0.01. */
export class SGD extends KerasOptimizer {
  /** It keeps no gradient beyond its step, so that a backend may record the steps it is used in. */
  static readonly recordable: boolean = true;
  static get className(): string {
    return 'SGD';
  }
  readonly #constants: Readonly<Record<'momentum', number>>;
  readonly #nesterov: boolean;

  constructor(options: SGDOptions = {}) {
    super(options, 0.01);
    this.#constants = constants('SGD', options, { momentum: 0 });
    this.#nesterov = options.nesterov ?? false;
  }

  protected override slotNames(): readonly string[] {
    return this.#constants.momentum === 0 ? [] : ['momentum'];
  }

  protected override get fuses(): boolean {
    return true;
  }

  protected override update({ variables, gradients, slots, learningRate, fuse }: UpdateStep): void {
    const { momentum: m } = slots;
    const momentum = f32(this.#constants.momentum);
    const update =
      m === undefined
        ? { kernel: 'CnnkitSgdUpdate', slots: {}, attrs: { learningRate } }
        : {
            kernel: 'CnnkitMomentumUpdate',
            slots: { m },
            attrs: { learningRate, momentum, nesterov: this.#nesterov },
          };
    if (fuse(update)) return;
    const [lr, mu] = scalars(learningRate, momentum);
    variables.forEach((w, i) => {
      const step = mul(gradients[i]!, lr);
      if (m === undefined) {
        w.assign(sub(w, step));
        return;
      }
      const mi = m[i] as Variable;
      mi.assign(sub(mul(mi, mu), step));
      w.assign(add(w, this.#nesterov ? sub(mul(mi, mu), step) : mi));
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#constants, nesterov: this.#nesterov };
  }
}
