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

/** What `fit` and `evaluate` take. */
export type TrainingData = ImageData | ArrayData;

/** What `predict` takes: the same without labels. */
export type PredictionData = Pick<ImageData, 'images' | 'shape'> | Pick<ArrayData, 'xs' | 'shape'>;

/** How bytes become the numbers a model sees. */
export interface ScaleOptions {
  /** Each byte is multiplied by it, and the product rounded to float32. Default: 1/255. */
  readonly scale?: number;
}
