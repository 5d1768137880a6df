import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import { areFloat, type Kernel, sizeOf } from './kernel.js';
import { sendMatmul } from './matmul.js';
import { transpose } from './move.js';
import { sum } from './reduce.js';

/** A tensor whose axes have names: numbers, of which the result's come first and in order. */
interface Named {
  readonly tensor: TensorInfo;
  readonly axes: readonly number[];
}

/** Kernels that give new tensors, all of them disposed at the end but the one that is kept. */
class Steps {
  readonly #backend: CnnkitBackend;
  readonly #made: TensorInfo[] = [];

  constructor(backend: CnnkitBackend) {
    this.#backend = backend;
  }

  keep(tensor: TensorInfo): TensorInfo {
    this.#made.push(tensor);
    return tensor;
  }

  /** Sums over the axes that `stays` refuses. */
  sumOver({ tensor, axes }: Named, stays: (axis: number) => boolean): Named {
    const axis = axes.flatMap((name, i) => (stays(name) ? [] : [i]));
    if (axis.length === 0) return { tensor, axes };
    const out = sum({ inputs: { x: tensor }, attrs: { axis }, backend: this.#backend });
    return { tensor: this.keep(out as TensorInfo), axes: axes.filter(stays) };
  }

  /** Puts the axes in order. */
  arrange({ tensor, axes }: Named, order: readonly number[]): TensorInfo {
    const perm = order.map((name) => axes.indexOf(name));
    if (perm.every((axis, i) => axis === i)) return tensor;
    const out = transpose({ inputs: { x: tensor }, attrs: { perm }, backend: this.#backend });
    return this.keep(out as TensorInfo);
  }

  /** The result under its shape: `tensor`, which may be an input itself. */
  finish(tensor: TensorInfo, shape: number[]): TensorInfo {
    const own = this.#made.includes(tensor);
    if (!own) this.#backend.incRef(tensor.dataId);
    for (const t of this.#made) if (t !== tensor) this.#backend.disposeData(t.dataId);
    return { dataId: tensor.dataId, shape, dtype: tensor.dtype };
  }
}

/**
 * Einstein's sums of one or two tensors: sums over axes that only one has, then a matmul of what is
 * left, batched over the axes that both and the result have. More tensors are left to tfjs.
 */
const einsum: Kernel = ({ inputs, attrs, backend }) => {
  const tensors = inputs as unknown as TensorInfo[];
  if (!areFloat(false, ...tensors) || tensors.some((t) => sizeOf(t.shape) === 0)) return undefined;
  const equation = attrs.equation as string;
  const { allDims, summedDims, idDims } = backend_util.decodeEinsumEquation(
    equation,
    tensors.length,
  );
  backend_util.checkEinsumDimSizes(allDims.length, idDims, tensors as never);
  // The kernels below have at most six axes to move.
  if (tensors.length > 2 || tensors.some((t) => t.shape.length > 6)) return undefined;
  const results = allDims.length - summedDims.length;
  const size = new Map(idDims.flatMap((ids, t) => ids.map((id, i) => [id, tensors[t]!.shape[i]!])));
  const shapeOf = (axes: readonly number[]) => axes.map((id) => size.get(id)!);
  const order = Array.from({ length: results }, (_, id) => id);
  const steps = new Steps(backend);
  const named = idDims.map((axes, i) => ({ tensor: tensors[i]!, axes }));
  if (named.length === 1) {
    const left = steps.sumOver(named[0]!, (id) => id < results);
    return steps.finish(steps.arrange(left, order), shapeOf(order));
  }
  const [inA, inB] = idDims as [number[], number[]];
  const a = steps.sumOver(named[0]!, (id) => id < results || inB.includes(id));
  const b = steps.sumOver(named[1]!, (id) => id < results || inA.includes(id));
  const shared = a.axes.filter((id) => b.axes.includes(id));
  const batch = shared.filter((id) => id < results);
  const summed = shared.filter((id) => id >= results);
  const rows = a.axes.filter((id) => !shared.includes(id));
  const columns = b.axes.filter((id) => !shared.includes(id));
  const left = steps.arrange(a, [...batch, ...rows, ...summed]);
  const right = steps.arrange(b, [...batch, ...summed, ...columns]);
  const [count, m, n, k] = [batch, rows, columns, summed].map((axes) => sizeOf(shapeOf(axes)));
  const axes = [...batch, ...rows, ...columns];
  const product = steps.keep(backend.output(shapeOf(axes)));
  sendMatmul(backend, backend.blockOf(left), backend.blockOf(right), 0, backend.blockOf(product), {
    batch: count!,
    m: m!,
    n: n!,
    k: k!,
    strideA: m! * k!,
    strideB: k! * n!,
  });
  return steps.finish(steps.arrange({ tensor: product, axes }, order), shapeOf(order));
};

export const EINSUM_KERNELS: readonly (readonly [string, Kernel])[] = [['Einsum', einsum]];
