import { dispose, engine, keep, type Scalar, scalar, type Tensor } from '@tensorflow/tfjs-core';
import { type Batch, type BatchShape, shapeOf } from './read-batch.js';

/** What a metric keeps between batches, in memory that does not grow with them. */
export interface Accumulator {
  add(batch: Batch): void;
  /** The score of all batches so far; NaN if it is not defined for them. */
  value(): number;
}

/** Scores of the passes that {@link EpochMetric.defer} began; undefined for one that did not begin. */
export interface PassScores {
  readonly training: number | undefined;
  readonly evaluation: number | undefined;
}

/**
 * A metric for `model.compile({ metrics })` that is counted over the whole pass.
 *
 * tfjs averages what a metric returns over the batches, by their size. So each call returns, not the
 * score of its batch, but the batch's contribution to the score so far:
 * (n·score - n'·score') / batch size, with n' and score' those before it. The average of these is the
 * score of the pass, exactly; values shown during an epoch are contributions and may leave [0, 1]. To
 * know it, the call reads the outputs at once (`dataSync`), and the backend stands still.
 *
 * With {@link resetMetrics} among the callbacks it does not: batches are read some at a time, while the next
 * ones run, each call returns 0, and the callback writes the scores into the logs of the epoch.
 *
 * A pass starts at {@link EpochMetric.reset}, and wherever tfjs changes between training (inside a
 * gradient) and evaluation. A loop of your own calls `reset()` before each pass and reads `result()`
 * after it. tfjs gives a metric no sample weights; such a loop may, as the third argument.
 */
export interface EpochMetric {
  (yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): Scalar;
  /**
   * The same as the call inside a step of training, for a backend that sends the step's commands again
   * without its JavaScript, and gives the metric targets and outputs once the step is done.
   */
  afterStep(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): Scalar;
  /** Forgets all batches, and reads at once from now on. */
  reset(): void;
  /** The score of all batches since the last reset. */
  result(): number;
  /** Begins a pass whose batches are read some at a time, without waiting; calls return 0. */
  defer(pass: 'training' | 'evaluation'): void;
  /**
   * Reads what is left and waits for it; rejects if a batch could not be counted. Batches are read
   * at once again after it, unless `last` is false (default: true).
   */
  settle(last?: boolean): Promise<PassScores>;
}

type BatchTensors = Parameters<EpochMetric>;

interface Deferred {
  current: 'training' | 'evaluation';
  readonly passes: Partial<Record<'training' | 'evaluation', Accumulator>>;
  /** Whether a gradient was seen: its end is then the end of training. */
  inGradient: boolean;
  /** Batches that are yet to be read. */
  readonly unread: UnreadBatch[];
  queue: Promise<void>;
}

interface UnreadBatch {
  readonly accumulator: Accumulator;
  readonly shape: BatchShape;
  /** They share the data, and outlive the step that disposes the originals. */
  readonly copies: Tensor[];
}

/** Batches that are read at once, since a backend may stand still while it gives values; fewer of many outputs. */
const BATCHES = 16;
const OUTPUTS = 1 << 18;

/** Makes a metric that logs under the name; `start` begins a pass. */
export function epochMetric(
  name: string,
  start: () => Accumulator,
  multilabel = false,
): EpochMetric {
  let accumulator = start();
  let seen = 0;
  let total = 0;
  let wasTraining: boolean | undefined;
  let deferred: Deferred | undefined;
  let isOver = false;

  const reset = () => {
    for (const { copies } of deferred?.unread ?? []) dispose(copies);
    accumulator = start();
    seen = 0;
    total = 0;
    wasTraining = undefined;
    deferred = undefined;
    isOver = false;
  };
  const defer = (pass: 'training' | 'evaluation') => {
    if (pass === 'training' || deferred === undefined) {
      reset();
      const queue = Promise.resolve();
      deferred = { current: pass, passes: {}, inGradient: false, unread: [], queue };
    }
    deferred.current = pass;
    deferred.passes[pass] = start();
    accumulator = deferred.passes.training ?? deferred.passes[pass];
  };
  const settle = async (last = true): Promise<PassScores> => {
    if (deferred) readLater(deferred);
    const { queue, passes } = deferred ?? {};
    await queue;
    if (last && deferred) {
      deferred = undefined;
      isOver = true;
    }
    return { training: passes?.training?.value(), evaluation: passes?.evaluation?.value() };
  };
  const count = (training: boolean, [yTrue, yPred, sampleWeight]: BatchTensors): Scalar => {
    const shape = shapeOf(name, yTrue, yPred, sampleWeight, multilabel);
    const tensors = sampleWeight ? [yTrue, yPred, sampleWeight] : [yTrue, yPred];
    if (deferred) {
      if (deferred.inGradient && !training && deferred.current === 'training') defer('evaluation');
      deferred.inGradient = training;
      const { unread, passes, current } = deferred;
      const copies = tensors.map((tensor) => keep(tensor.clone()));
      unread.push({ accumulator: passes[current]!, shape, copies });
      if (unread.length === BATCHES || unread.length * yPred.size > OUTPUTS) readLater(deferred);
      return scalar(0);
    }
    if (isOver || (wasTraining !== undefined && wasTraining !== training)) reset();
    wasTraining = training;
    accumulator.add(
      batchOf(
        shape,
        tensors.map((tensor) => tensor.dataSync()),
      ),
    );
    seen += shape.length;
    const value = accumulator.value();
    const before = total;
    total = Number.isNaN(value) ? 0 : value * seen;
    return scalar((total - before) / shape.length);
  };
  const metric = (...given: BatchTensors): Scalar => count(engine().state.gradientDepth > 0, given);
  // tfjs-layers logs a metric under its function's name.
  Object.defineProperty(metric, 'name', { value: name });
  return Object.assign(metric, {
    afterStep: (...given: BatchTensors) => count(true, given),
    reset,
    defer,
    settle,
    result: () => accumulator.value(),
  });
}

/** Reads what is unread, without waiting, and counts when it was read and all before was counted. */
function readLater(deferred: Deferred): void {
  const batches = deferred.unread.splice(0);
  if (batches.length === 0) return;
  const reading = Promise.all(
    batches.map(({ copies }) => Promise.all(copies.map((copy) => copy.data()))),
  );
  deferred.queue = Promise.all([reading, deferred.queue])
    .then(([arrays]) => {
      for (const [i, { accumulator, shape }] of batches.entries()) {
        accumulator.add(batchOf(shape, arrays[i]!));
      }
    })
    .finally(() => {
      for (const { copies } of batches) dispose(copies);
    });
  deferred.queue.catch(() => {}); // settle tells; until then it is not unhandled
}

function batchOf(
  shape: BatchShape,
  [targets, outputs, sampleWeight]: readonly ArrayLike<number>[],
): Batch {
  return { ...shape, targets: targets!, outputs: outputs!, sampleWeight };
}
