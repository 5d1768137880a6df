// The engines there are, what each needs, and how its process is started.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} EngineSpec
 * @property {string} name
 * @property {'ours' | 'peer'} side
 * @property {boolean} byDefault whether a run without --engines measures it
 * @property {string} file under engines/
 * @property {Location=} location where a peer lies; ours need none
 * @property {string=} variant handed on as CNNKIT_BENCH_VARIANT
 * @property {number=} threads of its own, where others have those of all
 */

/**
 * @typedef {object} Location
 * @property {string} variable environment variable that names it
 * @property {(peers: string) => string} inPeers its place in the folder that peers/setup.sh makes
 */

const python = (/** @type {string} */ venv) => (/** @type {string} */ peers) =>
  process.platform === 'win32'
    ? join(peers, venv, 'Scripts', 'python.exe')
    : join(peers, venv, 'bin', 'python');

const KERAS = { variable: 'CNNKIT_BENCH_KERAS', inPeers: python('keras') };
const TORCH = { variable: 'CNNKIT_BENCH_TORCH', inPeers: python('torch') };
const TFJS_NODE = {
  variable: 'CNNKIT_BENCH_TFJS_NODE',
  inPeers: (/** @type {string} */ peers) => join(peers, 'tfjs-node'),
};
const TFJS_WASM = {
  variable: 'CNNKIT_BENCH_TFJS_WASM',
  inPeers: (/** @type {string} */ peers) => join(peers, 'tfjs-wasm'),
};

/** @type {readonly EngineSpec[]} */
export const ENGINES = [
  { name: 'cnnkit', side: 'ours', byDefault: true, file: 'cnnkit.mjs' },
  { name: 'cnnkit-training', side: 'ours', byDefault: true, file: 'cnnkit-training.mjs' },
  peer('keras', 'keras_engine.py', KERAS, 'auto'),
  peer('keras-xla', 'keras_engine.py', KERAS, 'xla', false),
  peer('torch-nhwc', 'torch_engine.py', TORCH, 'nhwc'),
  peer('torch-nchw', 'torch_engine.py', TORCH, 'nchw'),
  peer('torch-compile', 'torch_engine.py', TORCH, 'compile', false),
  peer('tfjs-node', 'tfjs-node.mjs', TFJS_NODE),
  peer('tfjs-wasm', 'tfjs-wasm.mjs', TFJS_WASM),
  peer('tfjs-cpu', 'tfjs-cpu.mjs'),
];

/**
 * @param {string} name @param {string} file @param {Location=} location @param {string=} variant
 * @param {boolean=} byDefault @returns {EngineSpec}
 */
function peer(name, file, location, variant, byDefault = true) {
  return { name, side: 'peer', byDefault, file, location, variant };
}

/**
 * Finds an engine by its name. `cnnkit:wasm` and `cnnkit:native` are ours with the kernels forced; any name with `/1` behind
 * is that engine on one thread, with which ours are compared as with a peer.
 * @param {string} name @returns {EngineSpec | undefined}
 */
export function findEngine(name) {
  const [, base, kernels, threads] = /^([^:/]+)(?::([^/]+))?(?:\/([1-9]\d*))?$/.exec(name) ?? [];
  const spec = ENGINES.find((engine) => engine.name === base);
  if (!spec || (kernels !== undefined && spec.side !== 'ours')) return undefined;
  if (threads === undefined) return { ...spec, name };
  return { ...spec, name, side: 'peer', threads: Number(threads) };
}

/**
 * @typedef {object} Launch
 * @property {string} command
 * @property {string[]} args without the task
 * @property {Record<string, string | undefined>} env
 */

/**
 * How to start an engine, or why it cannot be.
 * @param {EngineSpec} spec
 * @param {{ peers?: string | undefined, threads: number, env?: Record<string, string | undefined> }} options
 * @returns {{ launch: Launch } | { missing: string }}
 */
export function locate(spec, { peers, threads, env = process.env }) {
  const file = fileURLToPath(new URL(`../engines/${spec.file}`, import.meta.url));
  const kernels = spec.name.split('/')[0]?.split(':')[1];
  const added = {
    ...(spec.variant && { CNNKIT_BENCH_VARIANT: spec.variant }),
    ...(kernels && { CNNKIT_KERNELS: kernels }),
    // tfjs-node has no option for its threads; TensorFlow reads these.
    TF_NUM_INTRAOP_THREADS: String(spec.threads ?? threads),
    TF_NUM_INTEROP_THREADS: String(spec.threads ?? threads),
    TF_CPP_MIN_LOG_LEVEL: env.TF_CPP_MIN_LOG_LEVEL ?? '3',
  };
  const node = { command: process.execPath, args: [file], env: { ...env, ...added } };
  if (!spec.location) return { launch: node };
  const { variable, inPeers } = spec.location;
  const place = env[variable] ?? (peers && inPeers(peers));
  if (!place) return { missing: `set ${variable}, or --peers to what peers/setup.sh built` };
  if (!existsSync(place)) return { missing: `${place} is not there` };
  if (spec.file.endsWith('.py')) return { launch: { ...node, command: place } };
  return { launch: { ...node, env: { ...node.env, [variable]: place } } };
}
