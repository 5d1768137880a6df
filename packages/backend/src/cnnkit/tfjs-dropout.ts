import {
  engine,
  getBackend,
  getKernel,
  mul,
  serialization,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';

// tfjs draws a dropout mask number by number in JavaScript, which takes longer than the convolutions
// around it. tfjs-layers has registered its layers with tfjs-core by the time a backend starts, so its
// Dropout is found there and draws by a kernel wherever this backend is current. A layer with a seed
// keeps tfjs's own numbers.

const FUSED: unique symbol = Symbol('cnnkit dropout');

interface DropoutLayer {
  readonly rate: number;
  readonly seed?: number | null;
  readonly noiseShape?: readonly (number | null)[] | null;
  call(inputs: Tensor | Tensor[], kwargs: { training?: boolean }): Tensor | Tensor[];
  invokeCallHook(inputs: Tensor | Tensor[], kwargs: object): void;
}

const random32 = () => (Math.random() * 4294967296) | 0;

/** Lets tfjs-layers' Dropout draw its masks by a kernel; does nothing where there is no tfjs-layers. */
export function fuseTfjsDropout(): void {
  const registered = serialization.SerializationMap.getMap().classNameMap.Dropout;
  const prototype = registered?.[0].prototype as unknown as DropoutLayer | undefined;
  // Another library's Dropout may be registered by now, or ours from before.
  if (prototype === undefined || !('invokeCallHook' in prototype) || FUSED in prototype) return;
  const composed = prototype.call;
  Object.defineProperty(prototype, FUSED, { value: true });
  prototype.call = function (inputs, kwargs) {
    const fits =
      kwargs.training === true &&
      this.rate > 0 &&
      this.rate < 1 &&
      this.seed == null &&
      this.noiseShape == null &&
      getKernel('CnnkitKeepMask', getBackend()) !== undefined;
    if (!fits) return composed.call(this, inputs, kwargs);
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const mask = engine().runKernel(
        'CnnkitKeepMask',
        {},
        {
          shape: x.shape,
          bound: Math.min(Math.round(this.rate * 2147483648), 2147483647),
          first: random32(),
          second: random32(),
          scale: 1 / (1 - this.rate),
        },
      ) as Tensor;
      return mul(x, mask);
    });
  };
}
