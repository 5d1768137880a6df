import {
  add,
  conv2d,
  customGrad,
  engine,
  type GradSaveFunc,
  gather,
  keep,
  mul,
  rsqrt,
  type serialization as Serialization,
  serialization,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { isCurrent } from './current.js';
import { decisionBehind, type LayerInGraph } from './decisions.js';
import { isDilated } from './tfjs-dilation.js';

// Two of tfjs-layers' layers are made of operations that no kernel can make fast one by one: dropout
// draws its mask number by number in JavaScript, and batch normalisation passes over its input some
// twenty times in a training step. A third, a dilated convolution, is made of one that has no gradient. tfjs-layers has registered its layers with tfjs-core by the time a
// backend starts, so they are found there, and their `call` in training is replaced by one that asks
// which backend is current: on this one it takes the kernels made for it, on another nothing changes.

type Inputs = Tensor | Tensor[];
interface Layer extends LayerInGraph {
  call(inputs: Inputs, kwargs: { training?: boolean }): Inputs;
  invokeCallHook(inputs: Inputs, kwargs: object): void;
}
/** A weight of a layer; null where the layer has none of that kind. */
interface Weight {
  read(): Tensor;
  write(value: Tensor): void;
}

const REPLACED: unique symbol = Symbol('cnnkit');

/** Replaces a layer's call where `fast` takes it; it returns undefined for what it leaves to tfjs. */
function replaceCall<L extends Layer>(
  className: string,
  fast: (layer: L, x: Tensor, kwargs: object) => Tensor | undefined,
): void {
  const { classNameMap } = serialization.SerializationMap.getMap();
  const registered = classNameMap[className] as
    | [{ prototype: Serialization.Serializable }]
    | undefined;
  const prototype = registered?.[0].prototype as unknown as L | undefined;
  // Another library's class of that name may be registered by now.
  if (prototype === undefined || !('invokeCallHook' in prototype)) return;
  if (Object.hasOwn(prototype, REPLACED)) return;
  Object.defineProperty(prototype, REPLACED, { value: true });
  const composed = prototype.call;
  prototype.call = function (this: L, inputs: Inputs, kwargs: { training?: boolean }) {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    const asked = kwargs.training === true && isCurrent();
    const fits = asked && x?.dtype === 'float32' && x.size > 0;
    const result = fits ? tidy(() => fast(this, x, kwargs) ?? []) : [];
    return Array.isArray(result) ? composed.call(this, inputs, kwargs) : result;
  };
}

interface DropoutLayer extends Layer {
  readonly rate: number;
  readonly seed?: number | null;
  /** The shape of its mask, null for that of its input; what derives from it has another. */
  getNoiseShape(x: Tensor): readonly number[] | null | undefined;
}

const random32 = () => (Math.random() * 4294967296) | 0;

/** A layer with a seed keeps tfjs's own numbers. */
function dropout(layer: DropoutLayer, x: Tensor, kwargs: object): Tensor | undefined {
  const { rate, seed } = layer;
  if (!(rate > 0 && rate < 1) || layer.getNoiseShape(x) != null) return undefined;
  if (seed != null && typeof seed !== 'number') return undefined;
  layer.invokeCallHook(x, kwargs);
  if (seed != null) {
    const attrs = { shape: x.shape, rate, seed: () => layer.seed };
    return mul(x, engine().runKernel('CnnkitSeededMask', {}, attrs as never) as Tensor);
  }
  const attrs = {
    shape: x.shape,
    bound: Math.min(Math.round(rate * 2147483648), 2147483647),
    draw: () => [random32(), random32()],
    scale: 1 / (1 - rate),
  };
  return mul(x, engine().runKernel('CnnkitKeepMask', {}, attrs as never) as Tensor);
}

interface ConvolutionLayer extends Layer {
  readonly strides: [number, number];
  readonly padding: 'valid' | 'same';
  readonly dataFormat: string;
  readonly dilationRate: [number, number];
  readonly kernel: Weight;
  readonly bias: Weight | null;
  readonly activation: { apply(x: Tensor): Tensor } | null;
}

/** Step by step, as the gradient of tfjs's fused operation refuses dilation. */
function dilatedConvolution(
  layer: ConvolutionLayer,
  x: Tensor,
  kwargs: object,
): Tensor | undefined {
  const { strides, padding, dataFormat, dilationRate, kernel, bias, activation } = layer;
  if (!isDilated(dilationRate) || dataFormat !== 'channelsLast' || x.rank !== 4) return undefined;
  layer.invokeCallHook(x, kwargs);
  const filter = kernel.read() as Tensor4D;
  const out = conv2d(x as Tensor4D, filter, strides, padding, 'NHWC', dilationRate);
  const sum = bias == null ? out : add(out, bias.read());
  return activation == null ? sum : activation.apply(sum);
}

interface BatchNormLayer extends Layer {
  readonly axis: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly gamma: Weight | null;
  readonly beta: Weight | null;
  readonly movingMean: Weight;
  readonly movingVariance: Weight;
}

function batchNormalization(layer: BatchNormLayer, x: Tensor): Tensor | undefined {
  const { axis, gamma, beta, epsilon } = layer;
  // tfjs's own call fails without a gamma or a beta; let it say so.
  if ((axis + x.rank) % x.rank !== x.rank - 1 || gamma == null || beta == null) return undefined;
  const columns = x.shape.at(-1)!;
  if (columns > 65536) return undefined;
  const varianceEpsilon = epsilon;
  let moments: [Tensor, Tensor] | undefined;
  const normalize = customGrad((...args) => {
    const [input, scale, offset, save] = args as unknown as [Tensor, Tensor, Tensor, GradSaveFunc];
    const [out, mean, variance] = engine().runKernel(
      'CnnkitBatchNormTraining',
      { x: input, scale, offset },
      { varianceEpsilon, decision: decisionBehind(layer) } as never,
    ) as unknown as [Tensor, Tensor, Tensor];
    moments = [keep(mean), keep(variance)];
    save([input, scale, mean, variance, offset]);
    return {
      value: out,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [savedX, savedScale, savedMean, savedVariance, savedOffset] = saved as [
          Tensor,
          Tensor,
          Tensor,
          Tensor,
          Tensor,
        ];
        const [dx, sums] = engine().runKernel(
          'CnnkitBatchNormTrainingGrad',
          {
            ...{ x: savedX, dy, mean: savedMean, variance: savedVariance },
            ...{ scale: savedScale, offset: savedOffset },
          },
          { varianceEpsilon },
        ) as unknown as [Tensor, Tensor];
        const row = (i: number) => gather(sums, i) as Tensor1D;
        return [dx, mul(row(1), rsqrt(add(savedVariance, varianceEpsilon))), row(0)];
      },
    };
  });
  const out = normalize(x, gamma.read(), beta.read());
  const [mean, variance] = moments!;
  move(layer.movingMean, mean, layer.momentum);
  move(layer.movingVariance, variance, layer.momentum);
  mean.dispose();
  variance.dispose();
  return out;
}

/** `weight` moves towards `value`, by tfjs-layers' formula. */
function move(weight: Weight, value: Tensor, momentum: number): void {
  tidy(() => {
    const old = weight.read();
    weight.write(sub(old, mul(sub(old, value), 1 - momentum)));
  });
}

/** Lets tfjs-layers' layers use this backend's kernels where it is current. */
export function fuseTfjsLayers(): void {
  replaceCall<DropoutLayer>('Dropout', dropout);
  replaceCall<ConvolutionLayer>('Conv2D', dilatedConvolution);
  replaceCall<BatchNormLayer>('BatchNormalization', batchNormalization);
}
