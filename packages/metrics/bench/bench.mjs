// Times the metrics beside scikit-learn, in one run, on the same arrays.
//
//   node bench/bench.mjs [--sizes 10000,1000000] [--budget-ms 400] [--rounds 4] [--only roc] [--cpu]
//
// The two run by turns, so that what disturbs the machine for a while disturbs both. Times are medians by the clock of
// all rounds; with --cpu, means of processor time, which a busy machine disturbs less.
// Scores come in typed arrays, so curves do too; rows marked plain are of plain arrays. Rows marked sure are of scores
// that crowd near 0 and 1, as those of a model do that is sure of itself.
// CNNKIT_PYTHON names a Python with scikit-learn (default: python3); without one ours runs alone.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10000,1000000' },
    'budget-ms': { type: 'string', default: '400' },
    rounds: { type: 'string', default: '4' },
    only: { type: 'string', default: '' },
    cpu: { type: 'boolean', default: false },
  },
});
const sizes = values.sizes.split(',').map(Number);
const rounds = Number(values.rounds);
const roundMs = Number(values['budget-ms']) / rounds;

const metrics = await loadSources();
const NAMES = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

/** Each returns a number to compare with scikit-learn's. */
const CASES = {
  accuracyScore: (d) => metrics.accuracyScore(d.yTrue, d.yPred),
  confusionMatrix: (d) =>
    metrics.confusionMatrix(d.yTrue, d.yPred).matrix.reduce((sum, row, i) => sum + row[i], 0),
  classificationReport: (d) => metrics.classificationReport(d.yTrue, d.yPred).text.length,
  'classificationReport, weights': (d) =>
    metrics.classificationReport(d.yTrue, d.yPred, { sampleWeight: d.weight }).text.length,
  'classificationReport, names': (d) =>
    metrics.classificationReport(d.trueNames, d.predNames).text.length,
  'f1Score, macro': (d) => metrics.f1Score(d.yTrue, d.yPred, { average: 'macro' }),
  'fbetaScore, micro': (d) => metrics.fbetaScore(d.yTrue, d.yPred, { beta: 2, average: 'micro' }),
  'precisionScore, weighted': (d) =>
    metrics.precisionScore(d.yTrue, d.yPred, { average: 'weighted' }),
  'recallScore, binary': (d) => metrics.recallScore(d.binary, d.binaryPred),
  precisionRecallFscoreSupport: (d) =>
    metrics.precisionRecallFscoreSupport(d.yTrue, d.yPred).support[0],
  'jaccardScore, macro': (d) => metrics.jaccardScore(d.yTrue, d.yPred, { average: 'macro' }),
  multilabelConfusionMatrix: (d) =>
    metrics.multilabelConfusionMatrix(d.yTrue, d.yPred).matrices[0][0][0],
  hammingLoss: (d) => metrics.hammingLoss(d.yTrue, d.yPred),
  zeroOneLoss: (d) => metrics.zeroOneLoss(d.yTrue, d.yPred),
  computeClassWeight: (d) => metrics.computeClassWeight(d.yTrue)[0],
  balancedAccuracyScore: (d) => metrics.balancedAccuracyScore(d.yTrue, d.yPred),
  matthewsCorrcoef: (d) => metrics.matthewsCorrcoef(d.yTrue, d.yPred),
  cohenKappaScore: (d) => metrics.cohenKappaScore(d.yTrue, d.yPred),
  logLoss: (d) => metrics.logLoss(d.yTrue, d.proba),
  'logLoss, binary': (d) => metrics.logLoss(d.binary, d.score),
  'brierScoreLoss, binary': (d) => metrics.brierScoreLoss(d.binary, d.score),
  brierScoreLoss: (d) => metrics.brierScoreLoss(d.yTrue, d.proba),
  'topKAccuracyScore, k 3': (d) => metrics.topKAccuracyScore(d.yTrue, d.proba, { k: 3 }),
  'rocAucScore, binary': (d) => metrics.rocAucScore(d.binary, d.score),
  'rocAucScore, ovr': (d) => metrics.rocAucScore(d.yTrue, d.proba, { multiClass: 'ovr' }),
  'rocAucScore, ovo': (d) => metrics.rocAucScore(d.yTrue, d.proba, { multiClass: 'ovo' }),
  'rocAucScore, weights': (d) => metrics.rocAucScore(d.binary, d.score, { sampleWeight: d.weight }),
  averagePrecisionScore: (d) => metrics.averagePrecisionScore(d.binary, d.score),
  rocCurve: (d) => metrics.rocCurve(d.binary, d.score).fpr.length,
  precisionRecallCurve: (d) => metrics.precisionRecallCurve(d.binary, d.score).recall.length,
  detCurve: (d) => metrics.detCurve(d.binary, d.score).fpr.length,
  'precisionRecallCurve, weights': (d) =>
    metrics.precisionRecallCurve(d.binary, d.score, { sampleWeight: d.weight }).recall.length,
  'rocCurve, plain': (d) => metrics.rocCurve(d.binary, d.plain).fpr.length,
  'precisionRecallCurve, plain': (d) =>
    metrics.precisionRecallCurve(d.binary, d.plain).recall.length,
  'detCurve, plain': (d) => metrics.detCurve(d.binary, d.plain).fpr.length,
  'rocAucScore, sure': (d) => metrics.rocAucScore(d.binary, d.sure),
  'averagePrecisionScore, sure': (d) => metrics.averagePrecisionScore(d.binary, d.sure),
  'rocCurve, sure': (d) => metrics.rocCurve(d.binary, d.sure).fpr.length,
  'precisionRecallCurve, sure': (d) => metrics.precisionRecallCurve(d.binary, d.sure).recall.length,
  'detCurve, sure': (d) => metrics.detCurve(d.binary, d.sure).fpr.length,
  auc: (d) => metrics.auc(d.rising, d.score),
  calibrationCurve: (d) => metrics.calibrationCurve(d.binary, d.score, { nBins: 10 }).probTrue[0],
};

const dir = mkdtempSync(join(tmpdir(), 'cnnkit-metrics-'));
try {
  const peer = await startPeer();
  const versions = peer
    ? `scikit-learn ${peer.sklearn}, numpy ${peer.numpy}, Python ${peer.python}`
    : 'ours alone';
  console.log(`${cpus()[0]?.model}, ${cpus().length} cores; Node ${process.version}; ${versions}`);
  let slowest = Number.POSITIVE_INFINITY;
  for (const n of sizes) {
    const data = makeData(n);
    console.log(
      `\n${n.toLocaleString('en')} labels${' '.repeat(15)}      ours ms   sklearn ms   ratio`,
    );
    for (const [name, run] of Object.entries(CASES)) {
      if (values.only && !name.includes(values.only)) continue;
      // Two million references would make each later garbage collection longer: for their row alone.
      const own = name.endsWith(', names') ? { ...data, ...namesOf(data) } : data;
      warmUp(run, own);
      const turns = [];
      for (let round = 0; round < rounds; round++) {
        turns.push({ ours: time(run, own), theirs: await peer?.ask(name, n) });
      }
      const ours = gather(turns.map((turn) => turn.ours));
      const theirs = peer && gather(turns.map((turn) => turn.theirs));
      if (theirs && Math.abs(theirs.value - ours.value) > 1e-9 * Math.abs(theirs.value)) {
        throw new Error(`${name}: ${ours.value} here, ${theirs.value} there`);
      }
      const ratio = theirs ? theirs.median / ours.median : Number.NaN;
      if (theirs) slowest = Math.min(slowest, ratio);
      const cells = [
        ours.median.toFixed(3),
        theirs?.median.toFixed(3) ?? '-',
        theirs ? ratio.toFixed(1) : '-',
      ];
      console.log(
        `${name.padEnd(31)}${cells[0].padStart(12)}${cells[1].padStart(13)}${cells[2].padStart(8)}`,
      );
    }
  }
  if (peer) console.log(`\nsmallest ratio: ${slowest.toFixed(1)}`);
  peer?.close();
} finally {
  rmSync(dir, { recursive: true });
}

/** The package's sources as a module: the bench needs no build. */
async function loadSources() {
  const entry = new URL('../src/index.ts', import.meta.url).pathname;
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    write: false,
  });
  return import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
}

/** Labels of ten classes, nine of ten right, with weights, scores and probabilities. */
function makeData(n) {
  let state = 12345;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const yTrue = Int32Array.from({ length: n }, () => Math.floor(random() * 10));
  const yPred = yTrue.map((label) => (random() < 0.9 ? label : Math.floor(random() * 10)));
  const weight = Float64Array.from({ length: n }, random);
  const score = Float64Array.from(yTrue, (label) => (random() + (label === 0 ? random() : 0)) / 2);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const sure = Float64Array.from(yTrue, (label) => {
    return 1 / (1 + Math.exp(-8 * normal() - (label === 0 ? 8 : 0)));
  });
  const proba = new Float64Array(n * 10);
  for (let i = 0; i < n; i++) {
    let total = 0;
    for (let j = 0; j < 10; j++) total += proba[i * 10 + j] = random() + (yPred[i] === j ? 3 : 0);
    for (let j = 0; j < 10; j++) proba[i * 10 + j] /= total;
  }
  for (const [name, array] of Object.entries({ yTrue, yPred, weight, score, sure, proba })) {
    writeFileSync(join(dir, name), new Uint8Array(array.buffer));
  }
  return {
    ...{ yTrue, yPred, weight, score, sure },
    plain: Array.from(score),
    rising: Float64Array.from(score, (_, i) => i / n),
    binaryPred: yPred.map((label) => Number(label === 0)),
    proba: { data: proba, shape: [n, 10] },
    binary: yTrue.map((label) => Number(label === 0)),
  };
}

function namesOf({ yTrue, yPred }) {
  const names = (labels) => Array.from(labels, (label) => NAMES[label]);
  return { trueNames: names(yTrue), predNames: names(yPred) };
}

function warmUp(run, data) {
  const end = performance.now() + roundMs;
  do run(data);
  while (performance.now() < end);
}

/** Times of as many runs as a round has room for, in milliseconds. */
function time(run, data) {
  const value = run(data);
  const times = [];
  const used = process.cpuUsage();
  const end = performance.now() + roundMs;
  do {
    const start = performance.now();
    run(data);
    times.push(performance.now() - start);
  } while (performance.now() < end);
  const { user, system } = process.cpuUsage(used);
  return { value, times, cpuMs: (user + system) / 1000 };
}

/** What all rounds come to. */
function gather(turns) {
  const times = turns.flatMap((turn) => turn.times).sort((a, b) => a - b);
  const cpuMs = turns.reduce((sum, turn) => sum + turn.cpuMs, 0);
  const median = values.cpu ? cpuMs / times.length : times[times.length >> 1];
  return { value: turns[0].value, median };
}

/** Starts Python; undefined if there is none with scikit-learn. */
async function startPeer() {
  const script = new URL('peer.py', import.meta.url).pathname;
  const child = spawn(process.env.CNNKIT_PYTHON ?? 'python3', [script], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = new Promise((resolve) => child.once('error', () => resolve({ done: true })));
  const first = await Promise.race([lines.next(), failed]);
  if (first.done) return undefined;
  return {
    ...JSON.parse(first.value),
    async ask(name, n) {
      child.stdin.write(`${JSON.stringify({ case: name, n, dir, budget_ms: roundMs })}\n`);
      return JSON.parse((await lines.next()).value);
    },
    close: () => child.stdin.end(),
  };
}
