import { type backend_util, engine, type TensorInfo } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from './backend.js';
import { sendPartialSums } from './kernels/fold.js';
import { geometryOf } from './kernels/geometry.js';
import { chunksFor, sameShape, sizeOf } from './kernels/kernel.js';
import type { Unsettled } from './kernels/winograd.js';
import { Activation, Op, Unary } from './opcodes.js';
import type { Deferred, Storage } from './storage.js';

// tfjs-layers splits convolution, bias, activation and pool into operations of their own while
// gradients are taped, and the gradient into as many. What comes out of the first is therefore not
// computed at once: the next operation may take it into one kernel. Whoever reads the values in
// between gets them computed then. Forward: linear -> bias -> activation (-> pool). Backward: the
// pool's gradient and the activation's become "pooled gradient and winners", which the convolution's
// gradients read directly.

type Conv2DInfo = backend_util.Conv2DInfo;

/** What is multiplied, and whatever else a kind reads; never overwritten while somebody waits for it. */
export type LinearOperands = readonly [Storage, Storage, ...Storage[]];

/** A product of two tensors that can take bias and activation into its own kernel. */
export interface LinearKind {
  /** Length of the bias. */
  readonly columns: number;
  /** The shape, if it is a convolution. */
  readonly info: Conv2DInfo | undefined;
  send(
    operands: LinearOperands,
    bias: Storage | undefined,
    out: number,
    activation: number,
    addend: Storage | undefined,
    learned: boolean,
  ): void;
  /** The same by sums that round as direct ones do, if it has any other. */
  readonly sendDirectly?: LinearKind['send'] | undefined;
  /**
   * Whether it can add another tensor of its shape before the activation; `'settling'` where what it reads is
   * settled with that tensor at hand.
   */
  readonly adds?: 'plainly' | 'settling';
  /**
   * What sends it without activation in a faster way, whose outputs are to be settled once it is known how they are
   * normalised before relu, and perhaps a 2 x 2 pool, decide by them; undefined if there is none.
   */
  readonly unsettled?: (
    operands: LinearOperands,
    bias: Storage | undefined,
    pooled: boolean,
  ) => ((out: number) => Unsettled) | undefined;
}

/** A convolution, matmul or normalisation that waits for its bias, its activation, or a reader. */
export class DeferredLinear implements Deferred {
  readonly kind: LinearKind;
  readonly operands: LinearOperands;
  readonly bias: Storage | undefined;
  readonly activation: number;
  /** What is added before the activation. */
  readonly addend: Storage | undefined;
  /** Whether gradients of it may be asked for: it may be computed only when the tape is closed, by them. */
  readonly learned: boolean = engine().state.gradientDepth > 0;
  /** Without activation: the same with one, of which the activation's gradient can be told. */
  activated: Storage | undefined;
  /** The winners of the 2 x 2 pool that was computed along, a byte an element. */
  winners: Storage | undefined;

  constructor(
    kind: LinearKind,
    operands: LinearOperands,
    bias: Storage | undefined,
    activation: number,
    addend?: Storage,
  ) {
    this.kind = kind;
    this.operands = operands;
    this.bias = bias;
    this.activation = activation;
    this.addend = addend;
    for (const operand of operands) operand.retain();
    bias?.retain();
    addend?.retain();
  }

  compute(block: number): void {
    this.kind.send(this.operands, this.bias, block, this.activation, this.addend, this.learned);
  }

  release(): void {
    for (const operand of this.operands) operand.release();
    this.bias?.release();
    this.addend?.release();
    this.winners?.release();
  }
}

/** The step function of values, which is mostly wanted only to multiply a gradient by. */
export class DeferredStep implements Deferred {
  readonly #backend: CnnkitBackend;
  readonly of: Storage;

  constructor(backend: CnnkitBackend, of: Storage) {
    this.#backend = backend;
    this.of = of.retain();
  }

  compute(block: number): void {
    const n = this.of.size;
    const from = this.of.block();
    this.#backend.commands.send(
      Op.unary,
      chunksFor(n >> 10, n),
      [from, block, n, Unary.step],
      [0, 0],
    );
  }

  release(): void {
    this.of.release();
  }
}

/**
 * Values that nobody may ever ask for: the gradient of a first layer's input, say, which tfjs computes
 * whenever a layer has no activation of its own to fuse.
 */
export class DeferredKernel implements Deferred {
  readonly #operands: readonly Storage[];
  readonly compute: (block: number) => void;

  /** @param compute Sends the commands; the operands live until then. */
  constructor(operands: readonly Storage[], compute: (block: number) => void) {
    this.#operands = operands;
    this.compute = compute;
    for (const operand of operands) operand.retain();
  }

  release(): void {
    for (const operand of this.#operands) operand.release();
  }
}

/** The gradient before a fused 2 x 2 pool: the pooled one, and where each window's value came from. */
export class DeferredUnpool implements Deferred {
  readonly #backend: CnnkitBackend;
  readonly pooled: Storage;
  readonly winners: Storage;
  /** What was pooled; only compared. */
  readonly of: Storage;
  /** Whether relu's gradient is in it too. */
  readonly gated: boolean;
  readonly info: Conv2DInfo;
  /** The sums of its columns, once asked for. */
  sums: Storage | undefined;

  constructor(
    backend: CnnkitBackend,
    pooled: Storage,
    winners: Storage,
    of: Storage,
    gated: boolean,
    info: Conv2DInfo,
  ) {
    this.#backend = backend;
    this.pooled = pooled.retain();
    this.winners = winners.retain();
    this.of = of;
    this.gated = gated;
    this.info = info;
  }

  compute(block: number): void {
    const { batchSize, outHeight, outShape } = this.info;
    const from = [this.pooled.block(), this.winners.block()];
    const chunks = chunksFor(batchSize * outHeight, sizeOf(outShape));
    this.#backend.commands.send(Op.unpool, chunks, [
      ...from,
      block,
      this.gated ? 1 : 0,
      ...geometryOf(this.info),
    ]);
  }

  release(): void {
    this.pooled.release();
    this.winners.release();
  }
}

/** Computes what waits for a normalisation behind which relu decides, if there is a faster way for that. */
export function computeUnsettled(storage: Storage, pooled: boolean): Unsettled | undefined {
  const linear = bareLinearOf(storage);
  if (linear === undefined) return undefined;
  const send = linear.kind.unsettled?.(linear.operands, linear.bias, pooled);
  if (send === undefined) return undefined;
  let unsettled: Unsettled | undefined;
  storage.settleBy((block) => {
    unsettled = send(block);
  });
  return unsettled;
}

/**
 * Has what waits and is learned from summed directly, before a reader that decides by its values: which of them is the
 * greatest. Winograd's method would turn that, in ties above all.
 */
export function sumDirectly(storage: Storage): void {
  const linear = linearOf(storage);
  const send = linear?.learned ? linear.kind.sendDirectly : undefined;
  if (linear === undefined || send === undefined) return;
  const { operands, bias, activation, addend } = linear;
  storage.settleBy((block) => send(operands, bias, block, activation, addend, true));
}

function linearOf(storage: Storage): DeferredLinear | undefined {
  return storage.deferred instanceof DeferredLinear ? storage.deferred : undefined;
}

/** The same without activation or anything added. */
function bareLinearOf(storage: Storage): DeferredLinear | undefined {
  const linear = linearOf(storage);
  const bare = linear?.activation === Activation.linear && linear.addend === undefined;
  return bare ? linear : undefined;
}

/** The gradient of a fused pool and relu behind `storage`, if that is what it waits for. */
export function gatedUnpool(storage: Storage): DeferredUnpool | undefined {
  const { deferred } = storage;
  return deferred instanceof DeferredUnpool && deferred.gated ? deferred : undefined;
}

/** `a + b` where a waits for a bias and b is one. */
export function fuseBias(
  backend: CnnkitBackend,
  a: TensorInfo,
  b: TensorInfo,
): TensorInfo | undefined {
  const linear = bareLinearOf(backend.storageOf(a));
  if (linear === undefined || linear.bias !== undefined) return undefined;
  const { columns } = linear.kind;
  const isBias =
    b.shape.at(-1) === columns && sizeOf(b.shape) === columns && b.shape.length <= a.shape.length;
  if (!isBias || b.dtype !== 'float32') return undefined;
  const bias = backend.storageOf(b);
  return backend.deferredOutput(
    a.shape,
    new DeferredLinear(linear.kind, linear.operands, bias, Activation.linear),
  );
}

/** `a + b` of one shape where one of them waits, and its kernel adds the other as well. */
export function fuseSum(
  backend: CnnkitBackend,
  a: TensorInfo,
  b: TensorInfo,
): TensorInfo | undefined {
  if (!sameShape(a.shape, b.shape)) return undefined;
  const [one, other] = [backend.storageOf(a), backend.storageOf(b)];
  const ways = [
    { linear: bareLinearOf(one), addend: other },
    { linear: bareLinearOf(other), addend: one },
  ];
  const settling = ways.find(({ linear }) => linear?.kind.adds === 'settling');
  const { linear, addend } = settling ?? ways.find(({ linear }) => linear?.kind.adds) ?? {};
  if (linear === undefined) return undefined;
  const { kind, operands, bias } = linear;
  const sum = new DeferredLinear(kind, operands, bias, Activation.linear, addend);
  return backend.deferredOutput(a.shape, sum);
}

/** An activation of what waits for one. */
export function fuseActivation(
  backend: CnnkitBackend,
  x: TensorInfo,
  activation: number,
): TensorInfo | undefined {
  const linear = linearOf(backend.storageOf(x));
  if (linear === undefined || linear.activation !== Activation.linear) return undefined;
  const { kind, operands, bias, addend } = linear;
  const activated = new DeferredLinear(kind, operands, bias, activation, addend);
  const out = backend.deferredOutput(x.shape, activated);
  if (activation === Activation.relu) linear.activated = backend.storageOf(out);
  return out;
}

/** step(x), told from relu(x) where x itself need never exist. */
export function deferStep(backend: CnnkitBackend, x: TensorInfo): TensorInfo {
  const storage = backend.storageOf(x);
  const activated = linearOf(storage)?.activated;
  const of = activated !== undefined && activated.users > 0 ? activated : storage;
  return backend.deferredOutput(x.shape, new DeferredStep(backend, of));
}

/** `dy * step(x)`: the gradient of relu, taken into the gradient of the pool behind it if there is one. */
export function fuseGate(
  backend: CnnkitBackend,
  dy: TensorInfo,
  step: TensorInfo,
): TensorInfo | { of: Storage } | undefined {
  const gate = backend.storageOf(step).deferred;
  if (!(gate instanceof DeferredStep) || !sameShape(dy.shape, step.shape)) return undefined;
  const unpool = backend.storageOf(dy).deferred;
  if (unpool instanceof DeferredUnpool && !unpool.gated && unpool.of === gate.of) {
    const { pooled, winners, of, info } = unpool;
    return backend.deferredOutput(
      dy.shape,
      new DeferredUnpool(backend, pooled, winners, of, true, info),
    );
  }
  return { of: gate.of };
}

/** Whether a pool is 2 x 2 side by side without padding, which convolutions can do along. */
export function isPlainPool({
  filterHeight,
  filterWidth,
  strideHeight,
  strideWidth,
  padInfo,
}: Conv2DInfo): boolean {
  const sides = filterHeight === 2 && filterWidth === 2 && strideHeight === 2 && strideWidth === 2;
  return (
    sides && padInfo.top === 0 && padInfo.left === 0 && padInfo.bottom === 0 && padInfo.right === 0
  );
}

/** The convolution and relu that a pool can be computed along with. */
export function poolableConvolution(
  storage: Storage,
): (DeferredLinear & { kind: { info: Conv2DInfo } }) | undefined {
  const linear = linearOf(storage);
  const fits =
    linear?.activation === Activation.relu &&
    linear.addend === undefined &&
    linear.kind.info !== undefined;
  return fits ? (linear as DeferredLinear & { kind: { info: Conv2DInfo } }) : undefined;
}

/** The pool's gradient, if the pool was computed along with its convolution. */
export function deferUnpool(
  backend: CnnkitBackend,
  dy: TensorInfo,
  input: TensorInfo,
  pool: Conv2DInfo,
): TensorInfo | undefined {
  const of = backend.storageOf(input);
  const conv = poolableConvolution(of);
  if (conv?.winners === undefined || !isPlainPool(pool)) return undefined;
  const { info } = conv.kind;
  const pooled = backend.storageOf(dy);
  return backend.deferredOutput(
    input.shape,
    new DeferredUnpool(backend, pooled, conv.winners, of, false, info),
  );
}

/** The sums of a gated gradient over all but its last axis: a bias's gradient, from pooled pixels. */
class DeferredUnpoolSums implements Deferred {
  readonly #backend: CnnkitBackend;
  readonly pooled: Storage;
  readonly winners: Storage;
  readonly columns: number;

  constructor(backend: CnnkitBackend, { pooled, winners, info }: DeferredUnpool) {
    this.#backend = backend;
    this.pooled = pooled.retain();
    this.winners = winners.retain();
    this.columns = info.outChannels;
  }

  compute(block: number): void {
    const { columns, pooled } = this;
    const rows = pooled.size / columns;
    const parts = Math.max(1, Math.min(32, rows >> 5));
    const from = [pooled.block(), this.winners.block()];
    const span = { outer: 1, reduced: parts, inner: columns };
    sendPartialSums(this.#backend, span, block, (partial) => {
      const ints = [...from, partial, rows, columns, parts];
      this.#backend.commands.send(Op.unpoolSum, chunksFor(parts, pooled.size), ints);
    });
  }

  release(): void {
    this.pooled.release();
    this.winners.release();
  }
}

/**
 * The sums of a gated gradient over all but its last axis, which the gradient of the filter, asked for
 * next, may take along.
 */
export function deferUnpoolSums(
  backend: CnnkitBackend,
  unpool: DeferredUnpool,
  shape: readonly number[],
): TensorInfo {
  const out = backend.deferredOutput(shape, new DeferredUnpoolSums(backend, unpool));
  unpool.sums = backend.storageOf(out);
  return out;
}

/** Has the sums of a gated gradient computed along: `compute` sends the commands that write them into its block. */
export type TakeSums = (compute: (block: number) => void) => void;

/** How to take along the sums that are asked for and wait, if there are any. */
export function waitingSums(unpool: DeferredUnpool | undefined): TakeSums | undefined {
  const sums = unpool?.sums;
  if (sums === undefined || sums.users === 0) return undefined;
  if (!(sums.deferred instanceof DeferredUnpoolSums)) return undefined;
  return (compute) => {
    sums.settleBy(compute);
  };
}
