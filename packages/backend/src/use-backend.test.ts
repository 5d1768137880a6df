import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';
import { removeEngine } from '../test/helpers.ts';
import { BackendError, backendNames, inspectBackends, useBackend } from './index.js';

afterEach(removeEngine);

describe('useBackend', () => {
  test('picks the fastest that works, and says why the faster ones do not', async () => {
    const chosen = await useBackend();
    expect(chosen.name).toBe('cnnkit');
    expect(tf.getBackend()).toBe('cnnkit');
    expect(chosen.threads).toBeGreaterThanOrEqual(1);
    expect(chosen.description).toMatch(
      process.env.CNNKIT_KERNELS === 'native' ? /^native, / : /^WebAssembly, 128-bit SIMD/,
    );
    expect(chosen.rejected).toEqual([{ name: 'tfjs-node-gpu', reason: 'it is not installed' }]);
  });

  test('uses the backend and the threads that were asked for', async () => {
    expect(await useBackend({ backend: 'cnnkit', threads: 1 })).toMatchObject({
      name: 'cnnkit',
      threads: 1,
      reason: 'it was asked for',
    });
    expect(await useBackend({ backend: 'cpu' })).toMatchObject({ name: 'cpu', threads: 1 });
    expect(tf.getBackend()).toBe('cpu');
  });

  test('does not fall back from a backend that was named', async () => {
    const attempt = useBackend({ backend: 'tfjs-node' });
    await expect(attempt).rejects.toThrow(
      'useBackend: backend "tfjs-node" cannot run here: it is not installed.',
    );
    await expect(attempt).rejects.toBeInstanceOf(BackendError);
    await expect(attempt).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  });

  test('lists the known backends for a name nobody knows', async () => {
    await expect(useBackend({ backend: 'webgl2' })).rejects.toThrow(
      `useBackend: backend must be one of ${backendNames.join(', ')}; received "webgl2".`,
    );
  });

  test.each([0, 17, 1.5, Number.NaN])('refuses %d threads', async (threads) => {
    await expect(useBackend({ threads })).rejects.toThrow(RangeError);
  });

  test.each([0, -1, 1000, 2 ** 33, Number.NaN])('refuses a memory of %d bytes', async (bytes) => {
    await expect(useBackend({ maximumBytes: bytes })).rejects.toThrow(
      `useBackend: maximumBytes must be from 2 ** 24 to 2 ** 32; received ${bytes}`,
    );
  });

  test('says how much memory so many threads need', async () => {
    const attempt = useBackend({ backend: 'cnnkit', threads: 16, maximumBytes: 2 ** 25 });
    await expect(attempt).rejects.toThrow(
      /maximumBytes must be \d+ or more for 16 threads; received 33554432/,
    );
  });

  test('says how to change the threads of a backend that runs', async () => {
    await useBackend({ backend: 'cnnkit', threads: 1 });
    await expect(useBackend({ backend: 'cnnkit', threads: 2 })).rejects.toThrow(
      "tf.removeBackend('cnnkit')",
    );
  });
});

describe('inspectBackends', () => {
  test('reports every known backend and leaves the current one alone', async () => {
    await useBackend({ backend: 'cpu' });
    const reports = await inspectBackends();
    expect(reports.map(({ name }) => name)).toEqual(backendNames);
    expect(
      Object.fromEntries(reports.map(({ name, available }) => [name, available])),
    ).toMatchObject({ cnnkit: true, cpu: true, 'tfjs-node': false });
    for (const { available, reason } of reports) expect(reason === undefined).toBe(available);
    expect(tf.getBackend()).toBe('cpu');
  });

  test('measures nothing unless asked', async () => {
    for (const { measured, kernels } of await inspectBackends()) {
      expect([measured, ...kernels.map((k) => k.measured)].filter(Boolean)).toEqual([]);
    }
  });

  test('times each one that is available if asked, and says which is fastest', async () => {
    await useBackend({ backend: 'cpu' });
    const before = tf.memory().numTensors;
    const reports = await inspectBackends({ measure: true });
    const rows = reports.flatMap(({ kernels, ...report }) => [report, ...kernels]);
    const timed = rows.filter(({ measured }) => measured !== undefined);
    expect(timed.map(({ name }) => name)).toEqual(
      rows.filter(({ available }) => available).map(({ name }) => name),
    );
    for (const { measured } of timed) expect(measured!.ms).toBeGreaterThan(0);
    const times = timed.map(({ measured }) => measured!.timesFastest);
    expect(Math.min(...times)).toBe(1);
    // The backend is as fast as the build that it takes.
    const own = reports.find(({ name }) => name === 'cnnkit')!;
    const taken = own.kernels.find(({ available, reason }) => available && reason === undefined);
    expect(own.measured).toEqual(taken!.measured);
    expect([tf.getBackend(), tf.memory().numTensors]).toEqual(['cpu', before]);
    expect(tf.findBackend('cnnkit')).toBe(null);
  });

  test('leaves a backend that runs as it is while it measures', async () => {
    await useBackend({ backend: 'cnnkit', threads: 1 });
    const x = tf.ones([100]);
    await inspectBackends({ measure: true });
    expect([tf.getBackend(), tf.sum(x).dataSync()[0]]).toEqual(['cnnkit', 100]);
    x.dispose();
  });

  test('refuses what is neither true nor false', async () => {
    await expect(inspectBackends({ measure: 'yes' as unknown as boolean })).rejects.toThrow(
      'inspectBackends: measure must be true or false; received "yes".',
    );
  });
});
