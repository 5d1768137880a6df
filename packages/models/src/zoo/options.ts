/** Options that every factory takes. */
export interface ModelOptions {
  /** Shape of one input, without the batch axis: [height, width, channels] for images. */
  readonly inputShape?: readonly number[];
  /** How many classes the model tells apart. Default 10. */
  readonly classes?: number;
  /** Decides initial weights and dropout masks. Left out: others every time. */
  readonly seed?: number;
  /** Name of the model. Default `sequential`, as Keras has it. */
  readonly name?: string;
}
