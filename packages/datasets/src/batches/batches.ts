import { RandomState } from '@cnnkit/random';
import { augmentImage } from '../augment/augment-image.js';
import type { Augmentation } from '../augment/augmentation.js';
import { type MixOptions, mixBatch } from '../augment/mix.js';
import type { ImageDataset } from '../image-dataset.js';
import { pixelTable, type ScalingOptions } from './pixel-table.js';
import { type PixelScaler, pixelScaler } from './scale-pixels.js';

/** Images and labels of one step, ready for a network. */
export interface Batch {
  /** Pixels as float32, NHWC. Borrowed: the memory is used again for the next batch. */
  readonly xs: Float32Array;
  /** `[n, height, width, channels]`; `n` is smaller only in a last batch that is kept. */
  readonly shape: readonly [n: number, height: number, width: number, channels: number];
  /**
   * Labels: `n` class indices (int32), or `n * classes` numbers (float32) if one-hot. Borrowed as
   * `xs` is.
   */
  readonly ys: Int32Array | Float32Array;
  /** Positions of the images in the dataset. Borrowed as `xs` is. */
  readonly indices: Int32Array;
  /** Number of the batch in its epoch, from 0. */
  readonly step: number;
  readonly epoch: number;
}

/** How {@link batches} cuts a dataset. */
export interface BatchOptions extends ScalingOptions {
  /** Images in a batch. Default: 32. */
  readonly batchSize?: number;
  /** Whether images come in a random order. Default: true. */
  readonly shuffle?: boolean;
  /** Decides order and augmentation. Default: 0. */
  readonly seed?: number;
  /** Which epoch this is: each has its own order. Default: 0. */
  readonly epoch?: number;
  /** The batch to begin with, for going on in the middle of an epoch. Default: 0. */
  readonly startBatch?: number;
  /** Whether images that do not fill a last batch are left out. Default: false. */
  readonly dropRemainder?: boolean;
  /** Whether labels are one-hot rows instead of class indices. Default: false. */
  readonly oneHot?: boolean;
  /** Only these images, such as the training part of a split. Default: all. */
  readonly indices?: ArrayLike<number>;
  /** Steps that change each image at random, before scaling. Default: none. */
  readonly augment?: readonly Augmentation[];
  /** Blends images of a batch and their labels; needs `oneHot`. Default: none. */
  readonly mix?: MixOptions;
}

/** The batches of one epoch: loop over them with `for` or `for await`, as often as you like. */
export interface Batches extends Iterable<Batch>, AsyncIterable<Batch> {
  /** How many a loop gives. */
  readonly length: number;
}

/**
 * The batches of one epoch, made one at a time into memory that is used again.
 *
 * Order and augmentation depend on `seed`, `epoch` and the image only, so a run that stops at any
 * batch goes on with `startBatch` exactly as if it had not stopped.
 *
 * @param dataset - bytes; nothing of it is copied or changed
 * @returns batches whose arrays are valid until the next one is asked for
 * @throws RangeError if an option is out of its range
 * @example
 * ```ts
 * for (const { xs, ys, shape } of batches(train, { batchSize: 64, seed: 1, epoch: 0 })) {
 *   // xs: float32 of 0 to 1
 * }
 * ```
 */
export function batches(dataset: ImageDataset, options: BatchOptions = {}): Batches {
  const plan = planOf(dataset, options);
  return {
    length: Math.max(0, plan.count - plan.startBatch),
    [Symbol.iterator]: () => makeBatches(dataset, plan),
    async *[Symbol.asyncIterator]() {
      yield* makeBatches(dataset, plan);
    },
  };
}

interface Plan {
  readonly batchSize: number;
  readonly startBatch: number;
  /** Batches of the whole epoch. */
  readonly count: number;
  readonly order: Int32Array;
  readonly seed: number;
  readonly epoch: number;
  readonly oneHot: boolean;
  readonly scale: PixelScaler;
  readonly augment: readonly Augmentation[];
  readonly mix: MixOptions | undefined;
}

function planOf(dataset: ImageDataset, options: BatchOptions): Plan {
  const { batchSize = 32, startBatch = 0, seed = 0, epoch = 0, dropRemainder = false } = options;
  const { shuffle = true, oneHot = false, indices, augment = [], mix } = options;
  checkWhole('batchSize', batchSize, 1);
  checkWhole('startBatch', startBatch, 0);
  checkWhole('epoch', epoch, 0);
  if (mix !== undefined && !oneHot) {
    throw new RangeError(
      'batches: mix needs labels that can be blended; received oneHot: false. Set oneHot: true.',
    );
  }
  const order = orderOf(dataset.shape[0], indices, shuffle ? [seed, epoch] : undefined);
  const count = order.length / batchSize;
  return {
    batchSize,
    startBatch,
    count: dropRemainder ? Math.floor(count) : Math.ceil(count),
    order,
    seed,
    epoch,
    oneHot,
    scale: pixelScaler(pixelTable(dataset.shape[3], options)),
    augment,
    mix,
  };
}

function orderOf(
  count: number,
  indices: ArrayLike<number> | undefined,
  seed: readonly number[] | undefined,
): Int32Array {
  const order = new Int32Array(indices?.length ?? count);
  for (let i = 0; i < order.length; i++) {
    const index = indices === undefined ? i : indices[i]!;
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new RangeError(
        `batches: indices must be whole numbers from 0 to ${count - 1}; ` +
          `received ${index} at position ${i}.`,
      );
    }
    order[i] = index;
  }
  if (seed !== undefined) new RandomState(seed).shuffle(order);
  return order;
}

function* makeBatches(dataset: ImageDataset, plan: Plan): Generator<Batch, void, undefined> {
  const [, height, width, channels] = dataset.shape;
  const { batchSize, order, epoch } = plan;
  const classes = dataset.classNames.length;
  const size = height * width * channels;
  const room = Math.min(batchSize, order.length);
  const xs = new Float32Array(room * size);
  const ys = plan.oneHot ? new Float32Array(room * classes) : new Int32Array(room);
  // Augmented images stay bytes until they are blended and scaled.
  const changed = plan.augment.length > 0 || plan.mix !== undefined;
  const bytes = changed ? new Uint8Array(room * size) : undefined;
  for (let step = plan.startBatch; step < plan.count; step++) {
    const indices = order.subarray(step * batchSize, (step + 1) * batchSize);
    const n = indices.length;
    fillLabels(ys, dataset.labels, indices, plan.oneHot ? classes : 0);
    if (bytes === undefined) {
      plan.scale({ images: dataset.images, size, indices }, xs);
    } else {
      fillAugmented(bytes, dataset, indices, plan);
      if (plan.mix !== undefined) {
        const random = new RandomState([plan.seed, epoch, step, 1]);
        const part = { images: bytes.subarray(0, n * size), ys: ys as Float32Array };
        mixBatch(part, [n, height, width, channels], classes, plan.mix, random);
      }
      plan.scale({ images: bytes, size: n * size, indices: [0] }, xs);
    }
    yield {
      xs: xs.subarray(0, n * size),
      shape: [n, height, width, channels],
      ys: ys.subarray(0, plan.oneHot ? n * classes : n),
      indices,
      step,
      epoch,
    };
  }
}

function fillLabels(
  ys: Int32Array | Float32Array,
  labels: Int32Array,
  indices: Int32Array,
  classes: number,
): void {
  if (classes > 0) ys.fill(0);
  for (let i = 0; i < indices.length; i++) {
    const label = labels[indices[i]!]!;
    if (classes > 0) ys[i * classes + label] = 1;
    else ys[i] = label;
  }
}

function fillAugmented(
  bytes: Uint8Array,
  dataset: ImageDataset,
  indices: Int32Array,
  plan: Plan,
): void {
  const [, height, width, channels] = dataset.shape;
  const size = height * width * channels;
  indices.forEach((index, i) => {
    const source = dataset.images.subarray(index * size, (index + 1) * size);
    const image =
      plan.augment.length === 0
        ? source
        : augmentImage(source, [height, width, channels], plan.augment, {
            seed: [plan.seed, plan.epoch, index],
          });
    bytes.set(image, i * size);
  });
}

function checkWhole(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(
      `batches: ${name} must be a whole number from ${least}; received ${value}.`,
    );
  }
}
