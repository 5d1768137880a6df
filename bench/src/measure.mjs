// Interleaved measurement: in each round every engine trains once, one after the other, in turns of
// opposite order, so that what the machine does meanwhile hits all of them.
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineProcess } from './engine-process.mjs';
import { mean } from './statistics.mjs';

/** Threads of other engines may spin for a while after their work; the next turn waits that long. */
const SETTLE_MS = 300;
/** A round of one engine should not take longer; a slow engine gets fewer steps. */
const LONGEST_TURN_MS = 8_000;
/** An engine whose single step takes longer is slow: no warm-up epochs, and few rounds. */
const SLOW_STEP_MS = 1_000;
const SLOW_ROUNDS = 2;
/**
 * Before the first round an engine trains at least two turns, and goes on until so many steps or so long: V8 is at work
 * on tfjs's JavaScript for some 1,000 steps, with threads that share the cores with ours.
 */
const WARMUP_TURNS = 2;
const WARMUP_STEPS = 1_000;
const WARMUP_MS = 15_000;

/**
 * @typedef {object} Measurement
 * @property {string} name
 * @property {'ours' | 'peer'} side
 * @property {string} description
 * @property {number} parameters
 * @property {number} steps steps in each of its rounds
 * @property {number} warmupMsPerStep of the steps before the first round, its very first among them
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
 * An engine that is warm.
 * @typedef {object} Runner
 * @property {EngineProcess} engine
 * @property {Measurement} result
 * @property {() => number} nextImage where its next turn begins
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
  /** @type {Runner[]} */
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
 * @returns {Promise<Runner>}
 */
async function warm({ name, side, threads }, launch, { task, predict }) {
  const engine = new EngineProcess(name, launch, { ...task, threads: threads ?? task.threads });
  try {
    const { description, parameters } = await engine.ready();
    const first = [await engine.train(1, 0)];
    // The first step compiles, and any single one may meet a busy moment: the best of four counts.
    for (let i = 0; i < 3 && (i === 0 || Math.min(...first) < SLOW_STEP_MS); i++) {
      first.push(await engine.train(1, 0));
    }
    const msPerStep = Math.min(...first);
    const slow = msPerStep > SLOW_STEP_MS;
    const steps = Math.min(task.steps, Math.max(1, Math.floor(LONGEST_TURN_MS / msPerStep)));
    const nextImage = imagesInTurn(task);
    const warmup = slow ? [] : await warmUp(() => engine.train(steps, nextImage()), steps);
    if (predict && !slow) await engine.predict(task.batch * task.steps);
    /** @type {Measurement} */
    const result = {
      ...{
        name,
        side,
        description,
        parameters,
        steps,
        warmupMsPerStep: mean([...first, ...warmup]),
      },
      ...{ msPerStep: [], predictPerSecond: [], peakBytes: null },
    };
    return { engine, result, nextImage };
  } catch (error) {
    engine.kill();
    throw error;
  }
}

/**
 * Trains until everything is as it will stay.
 * @param {() => Promise<number>} train a turn, in milliseconds a step
 * @param {number} steps of a turn
 * @returns {Promise<number[]>} what each of the steps took on the average of its turn
 */
async function warmUp(train, steps) {
  /** @type {number[]} */
  const times = [];
  for (
    let turns = 0, ms = 0;
    turns < WARMUP_TURNS || (times.length < WARMUP_STEPS && ms < WARMUP_MS);
    turns++
  ) {
    const msPerStep = await train();
    ms += steps * msPerStep;
    times.push(...Array(steps).fill(msPerStep));
  }
  return times;
}

/**
 * @param {Runner} runner
 * @param {{ task: import('../engines/serve.mjs').Task, round: number, predict: boolean, settleMs: number }} options
 */
async function turn({ engine, result, nextImage }, { task, round, predict, settleMs }) {
  const slow = result.msPerStep.some((ms) => ms > SLOW_STEP_MS);
  if (slow && round >= SLOW_ROUNDS) return;
  await sleep(settleMs);
  result.msPerStep.push(await engine.train(result.steps, nextImage()));
  if (!predict) return;
  await sleep(settleMs);
  const images = slow ? task.batch : task.batch * task.steps;
  result.predictPerSecond.push(await engine.predict(images));
}

/**
 * Where the next turn begins: each goes on where the last stopped, and after the last image from the first again.
 * @param {{ images: number, batch: number, steps: number }} task
 */
function imagesInTurn({ images, batch, steps }) {
  let turns = 0;
  return () => (turns++ * steps * batch) % images;
}

/** @param {readonly Measurement[]} results */
function requireSameModel(results) {
  if (new Set(results.map((result) => result.parameters)).size <= 1) return;
  const counts = results.map((result) => `${result.name} ${result.parameters}`).join(', ');
  throw new Error(`bench: the engines' models differ in trainable parameters: ${counts}.`);
}
