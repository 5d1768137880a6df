/** A learning rate for each step (counted from 0), with what it takes to write it down and read it back. */
export interface LearningRateSchedule {
  (step: number): number;
  /** Keras's class name, `CosineDecay` for one; absent on a function of your own. */
  readonly className?: string;
  /** The arguments it was made with. */
  readonly config?: Readonly<Record<string, unknown>>;
}
