import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import {
  DeferredKernel,
  DeferredLinear,
  gatedUnpool,
  type LinearKind,
  waitingSums,
} from '../deferred.js';
import type { Gate, Gateable } from '../deferred-gate.js';
import { SCRATCH_BYTES } from '../layout.js';
import { Activation } from '../opcodes.js';
import type { Storage } from '../storage.js';
import { sendDirect } from './direct-convolution.js';
import { areFloat, type Kernel, type KernelArgs, sizeOf } from './kernel.js';
import { FUSED_ACTIVATIONS, finishActivation } from './matmul.js';
import type { BehindPool } from './pooled.js';
import { sendConv2D, sendConv2DDw, sendConv2DDx } from './send-convolution.js';
import { sendUnsettled } from './winograd.js';
import { planUnsettled } from './winograd-plan.js';

type Conv2DInfo = backend_util.Conv2DInfo;

/** A convolution's shape; undefined where nothing is to compute or tfjs should say what is wrong. */
export function convolutionInfo(
  attrs: KernelArgs['attrs'],
  inShape: readonly number[],
  filterShape: readonly number[],
  depthwise = false,
): Conv2DInfo | undefined {
  const {
    strides,
    pad,
    dataFormat = 'NHWC',
    dilations,
    dimRoundingMode,
  } = attrs as {
    strides: number | [number, number];
    pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
    dataFormat?: 'NHWC' | 'NCHW';
    dilations?: number | [number, number] | null;
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  // tfjs's kernels say what is wrong with shapes that do not fit.
  if (dataFormat !== 'NHWC' || inShape.length !== 4 || inShape[3] !== filterShape[2])
    return undefined;
  const info = backend_util.computeConv2DInfo(
    inShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
  );
  const empty = info.outHeight <= 0 || info.outWidth <= 0 || sizeOf(inShape) === 0;
  const bytes = depthwise ? info.filterHeight * info.filterWidth * 32 : windowBytes(info) * 8;
  return empty || bytes > SCRATCH_BYTES ? undefined : info;
}

/** Bytes to gather one pixel's window. */
function windowBytes({ filterHeight, filterWidth, inChannels }: Conv2DInfo): number {
  return filterHeight * (filterWidth * inChannels * 4 + 64);
}

/**
 * A convolution's forward kernel, for tfjs's plain operation and for the fused one, whose bias and
 * activation the plain one does not give.
 *
 * @param kindOf Makes its command, given the shape.
 */
export function forwardKernel(
  depthwise: boolean,
  kindOf: (backend: CnnkitBackend, info: Conv2DInfo) => LinearKind,
): Kernel {
  return ({ inputs, attrs, backend }) => {
    const { x, filter, bias, preluActivationWeights } = inputs as Record<string, TensorInfo> & {
      x: TensorInfo;
      filter: TensorInfo;
    };
    if (!areFloat(false, x, filter, bias, preluActivationWeights)) return undefined;
    const activation = (attrs.activation as string | undefined) ?? 'linear';
    const fused = FUSED_ACTIVATIONS[activation];
    if (fused === undefined && !['elu', 'leakyrelu', 'prelu'].includes(activation))
      return undefined;
    const info = convolutionInfo(attrs, x.shape, filter.shape, depthwise);
    if (info === undefined) return undefined;
    const columns = info.outChannels;
    if (bias !== undefined && (sizeOf(bias.shape) !== columns || bias.shape.at(-1) !== columns))
      return undefined;
    const linear = new DeferredLinear(
      kindOf(backend, info),
      [backend.storageOf(x), backend.storageOf(filter)],
      bias === undefined ? undefined : backend.storageOf(bias),
      fused ?? Activation.linear,
    );
    const out = backend.deferredOutput(info.outShape, linear);
    if (fused !== undefined) return out;
    const alpha = (attrs.leakyreluAlpha as number | undefined) ?? 0;
    return finishActivation(backend, out, activation, alpha, preluActivationWeights);
  };
}

const conv2d = forwardKernel(false, (backend, info) => ({
  columns: info.outChannels,
  info,
  send: ([x, filter], bias, out, activation, _, learned) => {
    const from = bias === undefined ? 0 : bias.block();
    sendConv2D(backend, info, [x, filter], from, out, activation, learned);
  },
  sendDirectly:
    backend.winograd === 'all'
      ? undefined
      : ([x, filter], bias, out, activation) => {
          const from = bias === undefined ? 0 : bias.block();
          sendDirect(backend, info, [x, filter], from, out, activation);
        },
  unsettled: ([x, filter], bias, pooled) => {
    const plan = planUnsettled(info, pooled, backend.winograd);
    if (plan === undefined) return undefined;
    return (out) => sendUnsettled(backend, info, [x, filter], bias, out, pooled, plan);
  },
}));

const conv2dBackpropInput: Kernel = ({ inputs, attrs, backend }) => {
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
  const inputShape = attrs.inputShape as number[];
  if (!areFloat(false, dy, filter)) return undefined;
  const info = convolutionInfo(attrs, inputShape, filter.shape);
  if (info === undefined || sizeOf(info.outShape) !== sizeOf(dy.shape)) return undefined;
  const [gradient, weights] = [backend.storageOf(dy), backend.storageOf(filter)];
  return backend.deferredOutput(inputShape, new InputGradient(backend, info, gradient, weights));
};

/** The gradient of a convolution's input, which nobody may ask for, or only where a relu was on. */
class InputGradient extends DeferredKernel implements Gateable {
  readonly #send: (block: number, gate?: Gate) => boolean;
  readonly #behind: () => BehindPool | undefined;

  constructor(backend: CnnkitBackend, info: Conv2DInfo, dy: Storage, filter: Storage) {
    // What dy waits for is looked at when the time has come: somebody may have had it computed by then.
    const send = (block: number, gate?: Gate) =>
      sendConv2DDx(backend, info, { dy, unpool: gatedUnpool(dy) }, filter, block, gate);
    super([dy, filter], send);
    this.#send = send;
    this.#behind = () => {
      const gradient = gatedUnpool(dy);
      return gradient === undefined ? undefined : { info, gradient, filter };
    };
  }

  computeGated(block: number, gate: Gate): boolean {
    return this.#send(block, gate);
  }

  /** What it can be computed from on the way to something else. */
  get behindPool(): BehindPool | undefined {
    return this.#behind();
  }
}

const conv2dBackpropFilter: Kernel = ({ inputs, attrs, backend }) => {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  const filterShape = attrs.filterShape as number[];
  if (!areFloat(false, x, dy)) return undefined;
  const info = convolutionInfo(attrs, x.shape, filterShape);
  if (info === undefined || sizeOf(info.outShape) !== sizeOf(dy.shape)) return undefined;
  const unpool = gatedUnpool(backend.storageOf(dy));
  const gradient = { dy: backend.storageOf(dy), unpool };
  const out = backend.output(filterShape);
  const sums = waitingSums(unpool);
  sendConv2DDw(backend, info, backend.storageOf(x), gradient, backend.blockOf(out), sums);
  return out;
};

export const CONVOLUTION_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['Conv2D', conv2d],
  ['FusedConv2D', conv2d],
  ['Conv2DBackpropInput', conv2dBackpropInput],
  ['Conv2DBackpropFilter', conv2dBackpropFilter],
];
