import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { measure } from './measure.mjs';

const fakeEngine = fileURLToPath(new URL('./fake-engine.mjs', import.meta.url));
const task = { model: 'B', batch: 64, steps: 20, images: 3840, threads: 1, predictBatch: 256 };

/** @param {string} name @param {Record<string, string>} env @returns {import('./measure.mjs').Entrant} */
function entrant(name, env) {
  return {
    spec: { name, side: 'peer', byDefault: true, file: 'none' },
    launch: { command: process.execPath, args: [fakeEngine], env },
  };
}

/** @param {import('./measure.mjs').Entrant[]} entrants */
async function run(entrants) {
  const onFailure = vi.fn();
  const options = { task, rounds: 3, predict: true, settleMs: 0, onProgress() {}, onFailure };
  return { results: await measure(entrants, options), onFailure };
}

test('every engine trains once a round, and a slow one fewer steps in fewer rounds', async () => {
  const { results } = await run([
    entrant('quick', { MS_PER_STEP: '2' }),
    entrant('slow', { MS_PER_STEP: '3000' }),
  ]);
  const [quick, slow] = results;
  expect(quick).toMatchObject({ steps: 20, msPerStep: [2, 2, 2], peakBytes: 1024 });
  expect(quick.predictPerSecond).toHaveLength(3);
  expect(slow).toMatchObject({ steps: 2, msPerStep: [3000, 3000] });
});

test('an engine is warm after 1,000 steps, and each turn goes on where the last stopped', async () => {
  const { results } = await run([entrant('quick', { MS_PER_STEP: '2', MS_PER_IMAGE: '0.001' })]);
  // Four single steps and 50 turns before, of three turns' images.
  expect(results[0]?.msPerStep).toEqual([2 + 2.56, 2, 2 + 1.28]);
  const warmup = 20 * (17 * 2 + 17 * (2 + 1.28) + 16 * (2 + 2.56));
  expect(results[0]?.warmupMsPerStep).toBeCloseTo((4 * 2 + warmup) / 1004, 9);
});

test('an engine that dies or whose loss is NaN is left out with its own last words', async () => {
  const { results, onFailure } = await run([
    entrant('dead', { FAILURE: 'no such library' }),
    entrant('diverged', { MS_PER_STEP: '2', LOSS: 'NaN' }),
    entrant('fine', { MS_PER_STEP: '2' }),
  ]);
  expect(results.map((result) => result.name)).toEqual(['fine']);
  expect(onFailure.mock.calls.map(([name]) => name)).toEqual(['dead', 'diverged']);
  expect(onFailure.mock.calls[0]?.[1].message).toContain('no such library');
});

test('engines with different models are not compared', async () => {
  const engines = [entrant('one', { MS_PER_STEP: '2' }), entrant('two', { PARAMETERS: '7' })];
  await expect(run(engines)).rejects.toThrow('one 93322, two 7');
});
