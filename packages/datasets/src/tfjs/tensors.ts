import {
  oneHot,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor1d,
  tensor2d,
  tensor4d,
} from '@tensorflow/tfjs-core';
import { type Batch, type BatchOptions, batches } from '../batches/batches.js';
import { pixelTable, type ScalingOptions } from '../batches/pixel-table.js';
import { pixelScaler } from '../batches/scale-pixels.js';
import type { ImageDataset } from '../image-dataset.js';

/** A batch as tensors. The receiver disposes both. */
export interface TensorBatch {
  /** float32, `[n, height, width, channels]`. */
  readonly xs: Tensor4D;
  /** int32 `[n]`, or float32 `[n, classes]` if one-hot. */
  readonly ys: Tensor1D | Tensor2D;
}

/** The batches of one epoch as tensors. */
export interface TensorBatches extends Iterable<TensorBatch>, AsyncIterable<TensorBatch> {
  readonly length: number;
}

/**
 * The batches of one epoch as tensors, made when they are asked for.
 *
 * @param options - as for `batches`
 * @returns batches whose tensors belong to the caller, who disposes them
 * @example
 * ```ts
 * for (const { xs, ys } of tensorBatches(train, { batchSize: 64, oneHot: true })) {
 *   await model.trainOnBatch(xs, ys);
 *   dispose([xs, ys]);
 * }
 * ```
 */
export function tensorBatches(dataset: ImageDataset, options: BatchOptions = {}): TensorBatches {
  const sequence = batches(dataset, options);
  const classes = dataset.classNames.length;
  function* tensors(): Generator<TensorBatch, void, undefined> {
    for (const batch of sequence) yield toTensors(batch, classes);
  }
  return {
    length: sequence.length,
    [Symbol.iterator]: tensors,
    async *[Symbol.asyncIterator]() {
      yield* tensors();
    },
  };
}

/** What `model.fitDataset` and `model.evaluateDataset` of tfjs-layers take. */
export interface TfDataset {
  /** Batches in an epoch. */
  readonly size: number;
  /** Starts the next epoch. */
  iterator(): Promise<{
    next(): Promise<{ value: { xs: Tensor; ys: Tensor }; done: boolean }>;
  }>;
}

/**
 * A dataset in the form of tfjs-data, for `model.fitDataset`, without that package.
 *
 * Each call of `iterator` starts the next epoch, from `options.epoch` on, with its own order.
 *
 * @param options - as for `batches`; labels are one-hot unless `oneHot` is false
 * @example
 * ```ts
 * await model.fitDataset(tfDataset(train, { batchSize: 64, seed: 1 }), { epochs: 5 });
 * ```
 */
export function tfDataset(dataset: ImageDataset, options: BatchOptions = {}): TfDataset {
  let epoch = options.epoch ?? 0;
  const epochOptions = () => ({ oneHot: true, ...options, epoch: epoch++ });
  const { oneHot = true } = options;
  return {
    size: batches(dataset, { ...options, oneHot }).length,
    async iterator() {
      const tensors = tensorBatches(dataset, epochOptions())[Symbol.iterator]();
      return {
        async next() {
          const { value, done } = tensors.next();
          // tfjs-data ends with null where the language ends with undefined.
          if (done) return { value: null as never, done: true };
          return { value, done: false };
        },
      };
    },
  };
}

/** A whole dataset as tensors: four bytes for each pixel. */
export interface DatasetTensors {
  /** float32, `[count, height, width, channels]`. */
  readonly xs: Tensor4D;
  /** One-hot, float32, `[count, classes]`. */
  readonly ys: Tensor2D;
  /** int32, `[count]`. */
  readonly labels: Tensor1D;
}

/**
 * A whole dataset as tensors, for a small one or for `model.predict`.
 *
 * MNIST's training part takes 188 MB this way; `tensorBatches` takes one batch at a time.
 *
 * @returns tensors that the caller disposes
 * @example
 * ```ts
 * const { xs, ys } = datasetTensors(takeFirst(test, 100));
 * ```
 */
export function datasetTensors(
  dataset: ImageDataset,
  options: ScalingOptions = {},
): DatasetTensors {
  const [count, height, width, channels] = dataset.shape;
  const pixels = new Float32Array(dataset.images.length);
  const scale = pixelScaler(pixelTable(channels, options));
  scale({ images: dataset.images, size: pixels.length, indices: [0] }, pixels);
  const labels = tensor1d(dataset.labels.slice(), 'int32');
  return {
    xs: tensor4d(pixels, [count, height, width, channels]),
    ys: oneHot(labels, dataset.classNames.length, 1, 0, 'float32') as Tensor2D,
    labels,
  };
}

function toTensors(batch: Batch, classes: number): TensorBatch {
  const { shape, ys } = batch;
  // Backends may keep the array they are given, and the batch's memory is used again.
  const xs = tensor4d(batch.xs.slice(), [...shape]);
  if (ys instanceof Int32Array) return { xs, ys: tensor1d(ys.slice(), 'int32') };
  return { xs, ys: tensor2d(ys.slice(), [shape[0], classes]) };
}
