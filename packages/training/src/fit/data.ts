/** Images as bytes with class labels, as `@cnnkit/datasets` loads them; only these fields are used. */
export interface ImageData {
  /** NHWC: count·height·width·channels bytes. */
  readonly images: Uint8Array;
  /** Class index of each image. */
  readonly labels: Int32Array;
  readonly shape: readonly [count: number, height: number, width: number, channels: number];
}

/** Samples as real numbers, for what is not an image in bytes. */
export interface ArrayData {
  /** Row-major, `shape[0]` samples; finite. Used as they are: `scale` is for bytes. */
  readonly xs: Float32Array;
  /** `[count, ...shape of one sample]`. */
  readonly shape: readonly number[];
  /** A class index for each sample (Int32Array, Uint8Array), or targets of the output's size (Float32Array). */
  readonly ys: Float32Array | Int32Array | Uint8Array;
}

/** Keras's `sample_weight`, beside the samples it belongs to: `{ ...train, sampleWeight }`. */
export interface WeightedData {
  /**
   * A finite number for each sample, which its loss is multiplied by. The loss of a batch is the sum
   * over the batch divided by the number of its samples, whatever they weigh. Default: 1 each.
   */
  readonly sampleWeight?: ArrayLike<number>;
}

/** What `fit` and `evaluate` take. */
export type TrainingData = (ImageData | ArrayData) & WeightedData;

/** What `predict` takes: the same without labels. */
export type PredictionData = Pick<ImageData, 'images' | 'shape'> | Pick<ArrayData, 'xs' | 'shape'>;

/** How bytes become the numbers a model sees. */
export interface ScaleOptions {
  /** Each byte is multiplied by it, and the product rounded to float32. Default: 1/255. */
  readonly scale?: number;
}

/** The samples of one step, as {@link BatchMaker} makes them and `@cnnkit/datasets` has them. */
export interface TrainingBatch {
  /** Row-major and finite, used as they are. Read before the next batch is asked for. */
  readonly xs: Float32Array;
  /** `[n, ...shape of one sample]`. */
  readonly shape: readonly number[];
  /** `n` class indices (Int32Array, Uint8Array), or `n` rows of targets (Float32Array). */
  readonly ys: Float32Array | Int32Array | Uint8Array;
  /** A finite number for each sample. Default: those of the data at `indices`, if it has any. */
  readonly sampleWeight?: ArrayLike<number>;
  /** Positions of the samples in the data given to `fit`. */
  readonly indices?: ArrayLike<number>;
}

/** What {@link BatchMaker} is asked for; `batches` of `@cnnkit/datasets` takes it as its options. */
export interface BatchRequest {
  /** From 0. */
  readonly epoch: number;
  /** The batch to begin with: above 0 in a run that goes on within an epoch. */
  readonly startBatch: number;
  /** Samples in every batch but the last, which has what remains. */
  readonly batchSize: number;
  /** The run's seed. Order and augmentation must depend on it and `epoch` alone to be repeatable. */
  readonly seed: number;
  /** Whether an order of its own is wanted for each epoch. */
  readonly shuffle: boolean;
  /** The samples to train on, if a `validationSplit` left some out. */
  readonly indices?: Int32Array;
  /** As it was given to `fit`, if it was. */
  readonly scale?: number;
}

/** Makes the batches of one epoch, one at a time, from `startBatch` on. */
export type BatchMaker = (
  request: BatchRequest,
) => Iterable<TrainingBatch> | AsyncIterable<TrainingBatch>;

/** Samples that exist only as batches: Keras's generators. */
export interface GeneratedData {
  /** Samples in an epoch; with `batchSize` they say how many steps it has. */
  readonly samples: number;
  readonly batches: BatchMaker;
}
