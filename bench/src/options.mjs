import { parseArgs } from 'node:util';
import { ENGINES, findEngine } from './engines.mjs';
import { MODEL_NAMES } from './models.mjs';

export const HELP = `npm run bench -- [options]

Trains a model alternately on several engines, each in a process of its own, and prints how their
medians compare. Peers that are not there are left out with a line.

  --model NAME,…     ${MODEL_NAMES.join(', ')}, or all (B)
  --batch N,…        images a step (64)
  --steps N          steps a round; slow engines get fewer (100)
  --rounds N         rounds (7)
  --threads N        threads of each engine; tfjs wasm and cpu have one (2)
  --engines NAME,…   ${ENGINES.map((engine) => engine.name).join(', ')}
                     (all but keras-xla and torch-compile; cnnkit:wasm and cnnkit:native force the kernels;
                     NAME/1 is that engine on one thread, a peer to ours)
  --peers DIR        folder that bench/peers/setup.sh built (CNNKIT_BENCH_PEERS); single peers by
                     CNNKIT_BENCH_KERAS, CNNKIT_BENCH_TORCH (a Python each), CNNKIT_BENCH_TFJS_NODE,
                     CNNKIT_BENCH_TFJS_WASM (a folder with node_modules each)
  --data KIND        digits (MNIST) or random; other shapes are always random (digits)
  --predict          measure predict at batch 256 as well
  --busy N           keep N other processes spinning meanwhile (0)
  --json FILE        write every sample and ratio as JSON; - for standard output, instead of the tables
  --no-build         do not build the packages first
  --help
`;

/**
 * @typedef {object} Options
 * @property {string[]} models
 * @property {number[]} batches
 * @property {number} steps
 * @property {number} rounds
 * @property {number} threads
 * @property {import('./engines.mjs').EngineSpec[]} engines
 * @property {string | undefined} peers
 * @property {string} data
 * @property {boolean} predict
 * @property {number} busy
 * @property {string | undefined} json
 * @property {boolean} build
 * @property {boolean} help
 */

/**
 * @param {string[]} args
 * @param {Record<string, string | undefined>} env
 * @returns {Options}
 * @throws {RangeError} when an option does not exist or its value is not one of those allowed.
 */
export function readOptions(args, env = process.env) {
  const { values } = parse(args);
  return {
    models: readModels(values.model),
    batches: values.batch.split(',').map((value) => count('batch', value, 1)),
    steps: count('steps', values.steps, 1),
    rounds: count('rounds', values.rounds, 1),
    threads: count('threads', values.threads, 1),
    engines: readEngines(values.engines),
    peers: values.peers ?? env.CNNKIT_BENCH_PEERS,
    data: oneOf('data', values.data, ['digits', 'random']),
    predict: values.predict,
    busy: count('busy', values.busy, 0),
    json: values.json,
    build: !values['no-build'],
    help: values.help,
  };
}

/** @param {string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args,
      options: {
        model: { type: 'string', default: 'B' },
        batch: { type: 'string', default: '64' },
        steps: { type: 'string', default: '100' },
        rounds: { type: 'string', default: '7' },
        threads: { type: 'string', default: '2' },
        engines: { type: 'string' },
        peers: { type: 'string' },
        data: { type: 'string', default: 'digits' },
        predict: { type: 'boolean', default: false },
        busy: { type: 'string', default: '0' },
        json: { type: 'string' },
        'no-build': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new RangeError(`bench: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {string} value */
function readModels(value) {
  const names = value === 'all' ? MODEL_NAMES : value.split(',');
  for (const name of names) {
    if (!MODEL_NAMES.includes(name)) {
      throw new RangeError(
        `bench: --model must be of ${MODEL_NAMES.join(', ')}; received ${name}.`,
      );
    }
  }
  return names;
}

/** @param {string | undefined} value */
function readEngines(value) {
  if (value === undefined) return ENGINES.filter((engine) => engine.byDefault);
  return value.split(',').map((name) => {
    const engine = findEngine(name);
    if (engine) return engine;
    const names = ENGINES.map((known) => known.name).join(', ');
    throw new RangeError(`bench: --engines must be of ${names}; received ${name}.`);
  });
}

/** @param {string} option @param {string} value @param {string[]} allowed */
function oneOf(option, value, allowed) {
  if (allowed.includes(value)) return value;
  throw new RangeError(`bench: --${option} must be of ${allowed.join(', ')}; received ${value}.`);
}

/** @param {string} option @param {string} value @param {number} least */
function count(option, value, least) {
  const number = Number(value);
  if (value.trim() !== '' && Number.isInteger(number) && number >= least) return number;
  throw new RangeError(
    `bench: --${option} must be a whole number from ${least}; received ${value}.`,
  );
}
