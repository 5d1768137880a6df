import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Batch } from './batch.js';
import { requireModelShape } from './batch-source.js';
import type { BatchMaker, BatchRequest, TrainingBatch } from './data.js';
import type { OpenEpoch } from './epoch-batches.js';
import type { Objective } from './objective.js';
import { requireFinite } from './require-finite.js';
import { targetsOf } from './targets.js';
import { type ClassWeight, sampleWeights, trainingWeights } from './weights.js';

export interface MadeEpochs {
  readonly model: LayersModel;
  readonly objective: Objective;
  readonly make: BatchMaker;
  readonly request: Omit<BatchRequest, 'epoch' | 'startBatch'>;
  /** Samples in an epoch. */
  readonly samples: number;
  readonly classWeight: ClassWeight | undefined;
  /** Of all data, for batches that say their `indices`. */
  readonly weights: Float32Array | undefined;
  readonly signal: AbortSignal | undefined;
}

type Made = IteratorResult<TrainingBatch>;
type AnyIterator = Iterator<TrainingBatch> | AsyncIterator<TrainingBatch>;

/**
 * Epochs whose batches somebody else makes. While the device works on one batch the next is asked
 * for, never more than one; the first already when the epoch is opened.
 */
export function madeEpochs(made: MadeEpochs): OpenEpoch {
  const { make, request, samples, signal } = made;
  const { batchSize } = request;
  const steps = Math.ceil(samples / batchSize);
  return (epoch, startBatch) => {
    let step = startBatch;
    let taken = false;
    let iterator: AnyIterator | undefined;
    let coming = attempt(() => {
      iterator = iteratorOf(make, { ...request, epoch, startBatch });
      return iterator.next();
    });
    const check = (result: Made): Batch => {
      const name = `fit: batches: step ${step} of epoch ${epoch}`;
      if (result.done) {
        throw new RangeError(
          `${name} must exist, for ${samples} samples in batches of ${batchSize} make ${steps} steps; the batches ended before it.`,
        );
      }
      const expected = Math.min(batchSize, samples - step * batchSize);
      step++;
      taken = true;
      return checkedBatch(name, result.value, expected, made);
    };
    return {
      next() {
        if (!(coming instanceof Promise)) return check(coming);
        return unlessAborted(coming, signal).then((result) => result && check(result));
      },
      release() {
        if (!taken || step >= steps) return;
        taken = false;
        coming = attempt(() => (iterator as AnyIterator).next());
      },
      async close() {
        const closing = Promise.resolve(iterator?.return?.());
        // An aborted run does not wait for a batch that may never come.
        if (signal?.aborted) closing.catch(() => {});
        else await closing;
      },
    };
  };
}

function iteratorOf(make: BatchMaker, request: BatchRequest): AnyIterator {
  const iterable = make(request) as Partial<Iterable<TrainingBatch> & AsyncIterable<TrainingBatch>>;
  // What is both is made here either way; without promises it is sooner there.
  const iterator = iterable?.[Symbol.iterator]?.() ?? iterable?.[Symbol.asyncIterator]?.();
  if (iterator === undefined) {
    throw new TypeError(
      'fit: batches must return something to loop over with `for` or `for await`; received what is not.',
    );
  }
  return iterator;
}

/** What goes wrong comes out when the batch is taken, not while the one before is in use. */
function attempt(ask: () => Made | PromiseLike<Made>): Made | Promise<Made> {
  try {
    const result = ask();
    if (!('then' in result)) return result;
    const promise = Promise.resolve(result);
    promise.catch(() => {});
    return promise;
  } catch (error) {
    const failed = Promise.reject(error);
    failed.catch(() => {});
    return failed;
  }
}

function unlessAborted(
  coming: Promise<Made>,
  signal: AbortSignal | undefined,
): Promise<Made | undefined> {
  if (signal === undefined) return coming;
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
    coming.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function checkedBatch(
  name: string,
  batch: TrainingBatch,
  expected: number,
  { model, objective, classWeight, weights: all }: MadeEpochs,
): Batch {
  const [n = 0, ...sampleShape] = batch.shape;
  if (n !== expected) {
    throw new RangeError(
      `${name} must hold ${expected} samples; received ${n}. Make batches of the \`batchSize\` that is asked for, and keep the smaller last one.`,
    );
  }
  requireModelShape(name, model, sampleShape);
  const size = sampleShape.reduce((a, b) => a * b, 1);
  if (batch.xs.length !== n * size) {
    throw new RangeError(
      `${name} of shape [${batch.shape.join(', ')}] must hold ${n * size} values; received ${batch.xs.length}.`,
    );
  }
  requireFinite(name, batch.xs, size, 'xs');
  const targets = targetsOf(name, batch.ys, n);
  objective.check(name, targets);
  const own = sampleWeights(name, batch.sampleWeight ?? weightsAt(name, all, batch), n);
  const weights = trainingWeights(name, own, classWeight, targets);
  return { xs: () => tf.tensor(batch.xs, [...batch.shape]), shape: batch.shape, targets, weights };
}

function weightsAt(
  name: string,
  all: Float32Array | undefined,
  { indices }: TrainingBatch,
): ArrayLike<number> | undefined {
  if (all === undefined) return undefined;
  if (indices === undefined) {
    throw new RangeError(
      `${name} must say the indices of its samples, for the data have a sampleWeight; received none.`,
    );
  }
  return Array.from(indices, (index) => all[index] ?? Number.NaN);
}
