import {
  engine,
  getBackend,
  getKernel,
  mul,
  type NamedAttrMap,
  type Tensor,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { keepMask, maskOdds, maskWords } from './keep-mask.js';

/** Arguments of `Dropout`: those of tfjs's own layer. */
export interface DropoutArgs {
  /** Share of the inputs that becomes 0, in [0, 1]. */
  readonly rate: number;
  /** Shape of the mask; `null` axes are those of the input, axes of 1 are shared. */
  readonly noiseShape?: readonly (number | null)[];
  /** Decides the masks. Left out: others every time. */
  readonly seed?: number;
  readonly name?: string;
  readonly trainable?: boolean;
  readonly inputShape?: number[];
  readonly batchInputShape?: (number | null)[];
}

/**
 * Dropout as Keras defines it, with masks from a counter-based generator: tens of times as fast as
 * the one in tfjs's layer, and never the same mask twice under one seed.
 *
 * It is `Dropout` in a model's JSON, so that plain tfjs loads what was saved. Assigning `seed`
 * starts its masks anew: a trainer that assigns one per step can stop and resume with equal masks.
 * It does nothing unless called with `training: true`.
 *
 * @example
 * ```ts
 * const layer = new Dropout({ rate: 0.5, seed: 1 });
 * layer.apply(x, { training: true });
 * ```
 */
export class Dropout extends layers.Layer {
  /** The name under which tfjs's own layer is registered. */
  static readonly className: string = 'Dropout';
  /** A backend may record the training steps it is part of: its kernel can draw the next mask. */
  static readonly recordable: boolean = true;
  readonly rate: number;
  readonly noiseShape: readonly (number | null)[] | undefined;
  readonly #configSeed: number | undefined;
  #seed: number;
  #calls = 0;

  /** @throws TypeError or RangeError for a rate outside [0, 1] or a seed that is no whole number. */
  constructor(args: DropoutArgs) {
    super(args as never);
    const { rate, noiseShape, seed } = args;
    if (typeof rate !== 'number') {
      throw new TypeError(`Dropout: rate must be a number; received ${String(rate)}.`);
    }
    if (!(rate >= 0 && rate <= 1)) {
      throw new RangeError(`Dropout: rate must lie in [0, 1]; received ${rate}.`);
    }
    this.rate = rate;
    this.noiseShape = noiseShape ?? undefined;
    this.supportsMasking = true;
    this.#configSeed = seed ?? undefined;
    this.#seed = checkSeed(seed ?? Math.floor(Math.random() * 4294967296));
  }

  /** Decides the masks from here on: the first after an assignment is always the same. */
  get seed(): number {
    return this.#seed;
  }

  set seed(seed: number) {
    this.#seed = checkSeed(seed);
    this.#calls = 0;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown>): Tensor | Tensor[] {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const input = Array.isArray(inputs) ? inputs[0]! : inputs;
      if (kwargs.training !== true || this.rate === 0) return input;
      const shape = this.#maskShape(input);
      return mul(input, this.#drawMask(shape));
    });
  }

  override getConfig(): ReturnType<layers.Layer['getConfig']> {
    // The seed as constructed: a trainer's per-step seeds would make equal models save unequally.
    return {
      ...super.getConfig(),
      rate: this.rate,
      ...(this.noiseShape !== undefined && { noiseShape: [...this.noiseShape] }),
      ...(this.#configSeed !== undefined && { seed: this.#configSeed }),
    };
  }

  /** By a kernel where the backend has one: of the same bits, and beside JavaScript. */
  #drawMask(shape: number[]): Tensor {
    if (this.rate < 1 && getKernel('CnnkitKeepMask', getBackend()) !== undefined) {
      const draw = () => maskWords(this.#seed, this.#calls++);
      // A function is no attribute by tfjs's types. Kernels are given attributes as they are.
      const attrs = { shape, ...maskOdds(this.rate), draw } as unknown as NamedAttrMap;
      return engine().runKernel('CnnkitKeepMask', {}, attrs);
    }
    const size = shape.reduce((a, b) => a * b, 1);
    return tensor(keepMask(size, this.rate, this.#seed, this.#calls++), shape, 'float32');
  }

  #maskShape(input: Tensor): number[] {
    if (this.noiseShape === undefined) return input.shape;
    if (this.noiseShape.length !== input.rank) {
      throw new RangeError(
        `Dropout: noiseShape must have the ${input.rank} axes of the input; received ${this.noiseShape.length}.`,
      );
    }
    return this.noiseShape.map((axis, i) => axis ?? input.shape[i]!);
  }
}

function checkSeed(seed: number): number {
  if (!Number.isSafeInteger(seed)) {
    throw new TypeError(`Dropout: seed must be a whole number; received ${String(seed)}.`);
  }
  return seed;
}
