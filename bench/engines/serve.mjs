// The engine's side of the protocol. An engine is a process that stays alive, and warm, between its
// turns. It gets its task as JSON in its first argument, answers each line on its standard input with
// one line on its standard output, and marks its lines, because libraries print there too:
//
//   (at start)      @bench ready {"description": "…", "parameters": 93322, …}
//   train STEPS I   @bench ok {"ms": 612.5, "loss": 2.31}
//   predict COUNT   @bench ok {"ms": 40.1}
//   quit            @bench bye {"peakBytes": 312000000}
//
// Training begins at image I. The engine itself takes the time, so that the pipe is not in it, nor the making of
// floats of the bytes that the images are.
import { createInterface } from 'node:readline';

/**
 * What an engine is told at its start.
 * @typedef {object} Task
 * @property {string} model one of models.mjs
 * @property {number} batch images a step
 * @property {number} steps most steps that one `train` will ask for
 * @property {number} images images there are; every turn's are within them
 * @property {number} threads
 * @property {number} predictBatch images a batch of `predict`
 * @property {string=} digits folder with bytes, `images` and `labels`, to train on; random ones without it
 */

/**
 * @typedef {object} Engine
 * @property {string} description name and versions, for people
 * @property {number} parameters trainable ones
 * @property {(steps: number, from: number) => Promise<{ ms: number, loss: number }>} train one epoch of that many
 *   steps, from that image on
 * @property {(count: number) => Promise<{ ms: number }>} predict
 */

/** @returns {Task} */
export function readTask() {
  return JSON.parse(process.argv[2] ?? '{}');
}

/** Answers the driver until it says quit. @param {Engine} engine */
export async function serve(engine) {
  const { description, parameters } = engine;
  send('ready', { description, parameters });
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, ...numbers] = line.split(' ');
    const [count = 0, from = 0] = numbers.map(Number);
    if (command === 'train') send('ok', await engine.train(count, from));
    else if (command === 'predict') send('ok', await engine.predict(count));
    else break;
  }
  send('bye', { peakBytes: process.resourceUsage().maxRSS * 1024 });
  process.exit(0);
}

/** @param {string} word @param {object} fields */
function send(word, fields) {
  process.stdout.write(`@bench ${word} ${JSON.stringify(fields)}\n`);
}
