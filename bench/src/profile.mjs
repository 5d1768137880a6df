// `npm run bench:profile`: where a training step's time goes, sampled by V8's own profiler on the main
// thread. It needs nothing from the CPU or the operating system. WebAssembly functions appear by name;
// with one thread the main thread computes everything, so that the table is the whole step.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { chooseBackend } from './choose-backend.mjs';
import { readCommand } from './command.mjs';
import { dataOf, oneHot, toFloats } from './data.mjs';
import { describeMachine, machineLine } from './machine.mjs';
import { buildModel, CLASSES, imageShape } from './models.mjs';
import { short, table } from './report.mjs';

const HELP = `npm run bench:profile -- [options]

  --model NAME        model (B)
  --batch N           images a step (64)
  --threads N         threads (1)
  --steps N           steps that are sampled (200)
  --data KIND         digits or random; other images than MNIST's are always random (digits)
  --top N             functions that are listed (30)
  --backend NAME      cnnkit or cpu (cnnkit)
  --cpuprofile FILE   keep the samples, to be opened in Chrome's DevTools
  --no-build          do not build the packages first
`;

const values = readCommand(HELP, {
  model: 'B',
  batch: '64',
  threads: '1',
  steps: '200',
  data: 'digits',
  top: '30',
  backend: 'cnnkit',
  cpuprofile: '',
});
const [batch, steps] = [Number(values.batch), Number(values.steps)];
const engine = await chooseBackend(values.backend, Number(values.threads));
const profile = await sampleTraining();
if (values.cpuprofile) writeFileSync(values.cpuprofile, JSON.stringify(profile));
report();

async function sampleTraining() {
  const model = buildModel(tfl, values.model);
  const shape = imageShape(values.model);
  const data = await dataOf(values.data, batch * steps, shape, CLASSES);
  const xs = tf.tensor(toFloats(data.images), [batch * steps, ...shape]);
  const ys = tf.tensor(oneHot(data.labels, CLASSES), [batch * steps, CLASSES]);
  const epoch = () => model.fit(xs, ys, { batchSize: batch, epochs: 1, verbose: 0 });
  // As many steps again to warm: compilers would be half of a short profile.
  await epoch();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 200 });
  await session.post('Profiler.start');
  await epoch();
  const { profile: sampled } = await session.post('Profiler.stop');
  session.disconnect();
  return sampled;
}

function report() {
  const self = selfTimes();
  const total = [...self.values()].reduce((sum, ms) => sum + ms, 0);
  /** @type {Map<string, number>} */
  const places = new Map();
  /** @type {Map<string, number>} */
  const functions = new Map();
  for (const [node, ms] of self) {
    const place = placeOf(node.callFrame);
    const name = `${place}: ${node.callFrame.functionName || '(anonymous)'}`;
    places.set(place, (places.get(place) ?? 0) + ms);
    functions.set(name, (functions.get(name) ?? 0) + ms);
  }
  console.log(machineLine(describeMachine()));
  console.log(`${engine}; model ${values.model}, batch ${batch}`);
  console.log(`${short(total / steps)} ms a step, of it on the main thread:\n`);
  console.log(timeTable('where', places, total));
  console.log(`\n${timeTable('function', functions, total, Number(values.top))}`);
}

/** Time that each node of the call tree was on top of the stack, in ms. */
function selfTimes() {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  /** @type {Map<import('node:inspector').Profiler.ProfileNode, number>} */
  const self = new Map();
  const { samples = [], timeDeltas = [] } = profile;
  samples.forEach((id, i) => {
    const node = byId.get(id);
    // The delta before the next sample is the time spent in this one.
    if (node) self.set(node, (self.get(node) ?? 0) + (timeDeltas[i + 1] ?? 0) / 1000);
  });
  return self;
}

/** @param {import('node:inspector').Runtime.CallFrame} frame */
function placeOf({ url, functionName }) {
  if (url.startsWith('wasm://')) return 'WebAssembly';
  if (functionName === '(garbage collector)') return 'garbage collector';
  if (functionName === '(idle)') return 'idle';
  const found = /@tensorflow[/+](tfjs-[a-z-]+?)(?=[@/]|$)/.exec(url);
  if (found) return found[1];
  if (url.includes('/packages/')) return `@cnnkit/${url.split('/packages/')[1].split('/')[0]}`;
  return url.startsWith('node:') ? 'Node' : 'V8 and the rest';
}

/** @param {string} title @param {Map<string, number>} times @param {number} total @param {number=} top */
function timeTable(title, times, total, top = times.size) {
  const rows = [...times]
    .sort((a, b) => b[1] - a[1])
    .slice(0, top)
    .map(([name, ms]) => [name, short(ms / steps), `${((100 * ms) / total).toFixed(1)} %`]);
  return table([title, 'ms/step', 'share'], rows);
}
