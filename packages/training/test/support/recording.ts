import { useBackend } from '@cnnkit/backend';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll } from 'vitest';

/** What tests of recorded steps ask of the backend. */
interface Recorder {
  recordSteps: boolean;
  updateVariables(update: object): void;
  memory(): { usedBytes: number };
}

export const backend = (): Recorder => tf.backend() as unknown as Recorder;

/** Has a file's tests run on the backend that records steps, each from the start with recording on. */
export function useRecorder(): void {
  beforeAll(async () => {
    await useBackend({ backend: 'cnnkit', threads: 2 });
  });
  afterEach(() => {
    backend().recordSteps = true;
  });
}

/** Whole numbers in [0, 65536), the same for a seed. */
export function wholes(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 16;
  };
}
