// Measurements as Markdown tables: what was measured, and how many times as fast ours are.
import { geometricMean, median, speedup } from './statistics.mjs';

/** @typedef {import('./measure.mjs').Measurement} Measurement */

/**
 * @typedef {object} Comparison
 * @property {string} ours
 * @property {string} peer
 * @property {number} ratio how many times as fast `ours` is, ratio of medians
 * @property {number} min smallest ratio within a round
 * @property {number} max largest
 */

/**
 * Every engine of ours against every peer, and against PyTorch's better layout.
 * @param {readonly Measurement[]} results
 * @param {(result: Measurement) => number[]} times larger is slower, a value a round
 * @returns {Comparison[]}
 */
export function compare(results, times = (result) => result.msPerStep) {
  const peers = results.filter((result) => result.side === 'peer');
  const rivals = peers.map((result) => ({ peer: result.name, times: times(result) }));
  const torch = peers.filter((result) => result.name.startsWith('torch-'));
  if (torch.length > 1) {
    const best = torch.reduce((a, b) => (median(times(b)) < median(times(a)) ? b : a));
    rivals.push({ peer: 'torch, its best', times: times(best) });
  }
  return results
    .filter((result) => result.side === 'ours')
    .flatMap((result) =>
      rivals.map((rival) => ({
        ours: result.name,
        peer: rival.peer,
        ...speedup(times(result), rival.times),
      })),
    );
}

/** Time an image takes in `predict`, so that larger is slower here too. @param {Measurement} result */
export function predictTimes(result) {
  return result.predictPerSecond.map((rate) => 1 / rate);
}

/** @param {readonly Measurement[]} results @param {number} batch */
export function measurementTable(results, batch) {
  const predicted = results.some((result) => result.predictPerSecond.length > 0);
  const header = [
    'engine',
    'ms/step',
    'min–max',
    'warming up',
    'images/s',
    'rounds x steps',
    'peak MB',
    'what',
  ];
  if (predicted) header.splice(5, 0, 'predict images/s');
  const rows = results.map((result) => {
    const middle = median(result.msPerStep);
    const range = `${short(Math.min(...result.msPerStep))}–${short(Math.max(...result.msPerStep))}`;
    const peak = result.peakBytes === null ? '' : (result.peakBytes / 2 ** 20).toFixed(0);
    const rounds = `${result.msPerStep.length} x ${result.steps}`;
    const rate = short((batch / middle) * 1000);
    const warm = short(result.warmupMsPerStep);
    const row = [result.name, short(middle), range, warm, rate, rounds, peak, result.description];
    if (predicted) row.splice(5, 0, short(median(result.predictPerSecond)));
    return row;
  });
  return table(header, rows);
}

/** @param {readonly Comparison[]} comparisons */
export function comparisonTable(comparisons) {
  const ours = [...new Set(comparisons.map((comparison) => comparison.ours))];
  const peers = [...new Set(comparisons.map((comparison) => comparison.peer))];
  const cell = (/** @type {string} */ name, /** @type {string} */ peer) => {
    const found = comparisons.find((it) => it.ours === name && it.peer === peer);
    return found ? `${short(found.ratio)} (${short(found.min)}–${short(found.max)})` : '';
  };
  return table(
    ['times as fast as', ...ours],
    peers.map((peer) => [peer, ...ours.map((name) => cell(name, peer))]),
  );
}

/**
 * The ratios of several models and batches side by side, with their geometric means.
 * @param {readonly { title: string, comparisons: readonly Comparison[] }[]} runs
 */
export function summaryTable(runs) {
  /** @type {Map<string, number[]>} */
  const columns = new Map();
  const key = (/** @type {Comparison} */ it) => `${it.ours} : ${it.peer}`;
  for (const it of runs.flatMap((run) => run.comparisons)) {
    columns.set(key(it), [...(columns.get(key(it)) ?? []), it.ratio]);
  }
  const names = [...columns.keys()];
  const rows = runs.map(({ title, comparisons }) => {
    const ratios = new Map(comparisons.map((it) => [key(it), it.ratio]));
    return [title, ...names.map((name) => (ratios.has(name) ? short(ratios.get(name)) : ''))];
  });
  const means = names.map((name) => short(geometricMean(columns.get(name) ?? [])));
  return table(['ours : peer', ...names], [...rows, ['geometric mean', ...means]]);
}

/** Three significant digits, thousands separated. @param {number | undefined} value */
export function short(value) {
  if (value === undefined || !Number.isFinite(value)) return '';
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

/** @param {readonly string[]} header @param {readonly (readonly string[])[]} rows */
export function table(header, rows) {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length)),
  );
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(header), rule, ...rows.map(line)].join('\n');
}
