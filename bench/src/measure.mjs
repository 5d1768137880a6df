// Interleaved measurement: in each round every engine trains once, one after the other, in turns of
// opposite order, so that what the machine does meanwhile hits all of them.
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineProcess } from './engine-process.mjs';

/** Threads of other engines may spin for a while after their work; the next turn waits that long. */
const SETTLE_MS = 300;
/** A round of one engine should not take longer; a slow engine gets fewer steps. */
const LONGEST_TURN_MS = 8_000;
/** An engine whose single step takes longer is slow: no warm-up epochs, and few rounds. */
const SLOW_STEP_MS = 1_000;
const SLOW_ROUNDS = 2;
/** Epochs before the first round: just-in-time compilers and caches are warm after them. */
const WARMUP_EPOCHS = 2;

/**
 * @typedef {object} Measurement
 * @property {string} name
 * @property {'ours' | 'peer'} side
 * @property {string} description
 * @property {number} parameters
 * @property {number} steps steps in each of its rounds
 * @property {number[]} msPerStep a value for each round
 * @property {number[]} predictPerSecond images a second, a value for each round
 * @property {number | null} peakBytes
 */

/**
 * @typedef {object} Entrant
 * @property {import('./engines.mjs').EngineSpec} spec
 * @property {import('./engines.mjs').Launch} launch
 */

/**
 * @param {readonly Entrant[]} entrants
 * @param {object} options
 * @param {import('../engines/serve.mjs').Task} options.task
 * @param {number} options.rounds
 * @param {boolean} options.predict
 * @param {number=} options.settleMs pause before each turn
 * @param {(message: string) => void} options.onProgress
 * @param {(name: string, error: Error) => void} options.onFailure an engine does not start or train
 * @returns {Promise<Measurement[]>} one for each engine that works
 */
export async function measure(entrants, options) {
  const { task, rounds, predict, settleMs = SETTLE_MS, onProgress, onFailure } = options;
  /** @type {{ engine: EngineProcess, result: Measurement }[]} */
  const runners = [];
  try {
    for (const { spec, launch } of entrants) {
      onProgress(`starting and warming ${spec.name}`);
      try {
        runners.push(await warm(spec, launch, { task, predict }));
      } catch (error) {
        onFailure(spec.name, /** @type {Error} */ (error));
      }
    }
    requireSameModel(runners.map(({ result }) => result));
    for (let round = 0; round < rounds; round++) {
      onProgress(`round ${round + 1} of ${rounds}`);
      const order = round % 2 ? [...runners].reverse() : runners;
      for (const runner of order) await turn(runner, { task, round, predict, settleMs });
    }
    for (const { engine, result } of runners) result.peakBytes = await engine.quit();
  } finally {
    for (const { engine } of runners) engine.kill();
  }
  return runners.map(({ result }) => result);
}

/**
 * @param {import('./engines.mjs').EngineSpec} spec @param {import('./engines.mjs').Launch} launch
 * @param {{ task: import('../engines/serve.mjs').Task, predict: boolean }} options
 */
async function warm({ name, side }, launch, { task, predict }) {
  const engine = new EngineProcess(name, launch, task);
  try {
    const { description, parameters } = await engine.ready();
    let msPerStep = await engine.train(1);
    // The first step compiles, and any single one may meet a busy moment: the best of four counts.
    for (let i = 0; i < 3 && (i === 0 || msPerStep < SLOW_STEP_MS); i++) {
      msPerStep = Math.min(msPerStep, await engine.train(1));
    }
    const slow = msPerStep > SLOW_STEP_MS;
    const steps = Math.min(task.steps, Math.max(1, Math.floor(LONGEST_TURN_MS / msPerStep)));
    for (let i = 0; i < WARMUP_EPOCHS && !slow; i++) await engine.train(steps);
    if (predict && !slow) await engine.predict(task.batch * task.steps);
    /** @type {Measurement} */
    const result = {
      ...{ name, side, description, parameters, steps },
      ...{ msPerStep: [], predictPerSecond: [], peakBytes: null },
    };
    return { engine, result };
  } catch (error) {
    engine.kill();
    throw error;
  }
}

/**
 * @param {{ engine: EngineProcess, result: Measurement }} runner
 * @param {{ task: import('../engines/serve.mjs').Task, round: number, predict: boolean, settleMs: number }} options
 */
async function turn({ engine, result }, { task, round, predict, settleMs }) {
  const slow = result.msPerStep.some((ms) => ms > SLOW_STEP_MS);
  if (slow && round >= SLOW_ROUNDS) return;
  await sleep(settleMs);
  result.msPerStep.push(await engine.train(result.steps));
  if (!predict) return;
  await sleep(settleMs);
  const images = slow ? task.batch : task.batch * task.steps;
  result.predictPerSecond.push(await engine.predict(images));
}

/** @param {readonly Measurement[]} results */
function requireSameModel(results) {
  if (new Set(results.map((result) => result.parameters)).size <= 1) return;
  const counts = results.map((result) => `${result.name} ${result.parameters}`).join(', ');
  throw new Error(`bench: the engines' models differ in trainable parameters: ${counts}.`);
}
