import '@tensorflow/tfjs-backend-cpu';
import { env, memory, setBackend } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';

/** Runs a test file on tfjs's cpu backend and fails tests that leave tensors behind. */
export function onCpuWithoutLeaks(): void {
  let before = 0;
  beforeAll(async () => {
    // Silences the advice to install tfjs-node, which goes to console.warn.
    env().set('IS_TEST', true);
    await setBackend('cpu');
  });
  beforeEach(() => {
    before = memory().numTensors;
  });
  afterEach(() => {
    expect(memory().numTensors, 'tensors left behind').toBe(before);
  });
}
