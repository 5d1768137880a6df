// `npm run bench`: training speed of ours and of the peers, interleaved. `--help` lists the options.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPackages } from './build.mjs';
import { keepBusy } from './busy.mjs';
import { isDigit, writeDigits } from './data.mjs';
import { locate } from './engines.mjs';
import { describeMachine, machineLine } from './machine.mjs';
import { measure } from './measure.mjs';
import { imageShape } from './models.mjs';
import { HELP, readOptions } from './options.mjs';
import {
  compare,
  comparisonTable,
  measurementTable,
  predictTimes,
  summaryTable,
} from './report.mjs';

const PREDICT_BATCH = 256;
/** Images that are trained on, in whole turns: MNIST's, or random ones. */
const DIGITS = 60_000;
const RANDOM = 8_192;

const options = readOptionsOrExit();
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const quiet = options.json === '-';
const say = (/** @type {string} */ text) => {
  if (!quiet) console.log(text);
};
const note = (/** @type {string} */ text) => process.stderr.write(`${text}\n`);

if (options.build) buildPackages();
const machine = describeMachine();
say(machineLine(machine));
if (machine.loadBefore > machine.cores / 2) {
  note(
    `The machine was busy before the bench (load ${machine.loadBefore.toFixed(1)}): mistrust it.`,
  );
}
const entrants = findEntrants();
/** Where engines of any language find the digits. */
const folder = options.data === 'digits' ? mkdtempSync(join(tmpdir(), 'cnnkit-bench-')) : undefined;
const stopBusy = keepBusy(options.busy);
let failed = false;
/** @type {Awaited<ReturnType<typeof run>>[]} */
const runs = [];
try {
  if (folder) await writeDigits(folder, DIGITS);
  for (const model of options.models) {
    for (const batch of options.batches) runs.push(await run(model, batch));
  }
} finally {
  stopBusy();
  if (folder) rmSync(folder, { recursive: true });
}
if (runs.length > 1 && runs.some((it) => it.comparisons.length > 0)) say(`\n${summaryTable(runs)}`);
writeJson();
process.exitCode = failed ? 1 : 0;

/** @param {string} model @param {number} batch */
async function run(model, batch) {
  const { steps, rounds, threads, predict, busy } = options;
  const digits = isDigit(imageShape(model)) ? folder : undefined;
  const turn = batch * steps;
  const images = Math.max(1, Math.floor((digits ? DIGITS : RANDOM) / turn)) * turn;
  const results = await measure(entrants, {
    task: { model, batch, steps, images, threads, predictBatch: PREDICT_BATCH, digits },
    rounds,
    predict,
    onProgress: (message) => note(`model ${model}, batch ${batch}: ${message}`),
    onFailure(name, error) {
      note(`${name} is left out, it failed: ${error.message}`);
      failed ||= entrants.some(({ spec }) => spec.name === name && spec.side === 'ours');
    },
  });
  const comparisons = compare(results);
  const predictComparisons = predict ? compare(results, predictTimes) : [];
  const others = busy ? `, ${busy} other processes busy` : '';
  const title = `model ${model}, batch ${batch}`;
  say(
    `\nTraining ${title}, Adam, accuracy metric, ${digits ? 'digits' : 'random images'}, ${threads} threads${others}:\n`,
  );
  say(measurementTable(results, batch));
  if (comparisons.length > 0) say(`\n${comparisonTable(comparisons)}`);
  if (predictComparisons.length > 0) {
    say(`\nPredicting, batch ${PREDICT_BATCH}:\n\n${comparisonTable(predictComparisons)}`);
  }
  return { title, model, batch, results, comparisons, predictComparisons };
}

function findEntrants() {
  const found = [];
  for (const spec of options.engines) {
    const located = locate(spec, options);
    if ('launch' in located) found.push({ spec, launch: located.launch });
    else note(`${spec.name} is left out: ${located.missing}.`);
  }
  return found;
}

function writeJson() {
  if (options.json === undefined) return;
  const { steps, rounds, threads, busy, data } = options;
  const document = { machine, options: { steps, rounds, threads, busy, data }, runs };
  const text = `${JSON.stringify(document, null, 2)}\n`;
  if (quiet) process.stdout.write(text);
  else writeFileSync(options.json, text);
}

function readOptionsOrExit() {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    note(/** @type {Error} */ (error).message);
    process.exit(2);
  }
}
