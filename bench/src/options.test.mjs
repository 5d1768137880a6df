import { expect, test } from 'vitest';
import { locate } from './engines.mjs';
import { readOptions } from './options.mjs';

test('a run without options measures model B at batch 64 on every engine of the default list', () => {
  const options = readOptions([], {});
  expect(options).toMatchObject({ models: ['B'], batches: [64], threads: 2, predict: false });
  expect(options.engines.map((engine) => engine.name)).toContain('cnnkit');
  expect(options.engines.map((engine) => engine.name)).not.toContain('keras-xla');
});

test.each([
  [['--model', 'E'], '--model'],
  [['--batch', '64,0'], '--batch'],
  [['--rounds', '1.5'], '--rounds'],
  [['--engines', 'keras:wasm'], '--engines'],
  [['--data', 'noise'], '--data'],
  [['--speed', 'high'], '--speed'],
])('%j is refused with the option named', (args, option) => {
  expect(() => readOptions(args, {})).toThrow(option);
  expect(() => readOptions(args, {})).toThrow(RangeError);
});

test('a peer that nobody names is missing, and the variable that would name it is told', () => {
  const [keras] = readOptions(['--engines', 'keras'], {}).engines;
  const located = locate(keras, { threads: 2, env: {} });
  expect(located).toEqual({ missing: expect.stringContaining('CNNKIT_BENCH_KERAS') });
});

test('a variable of its own goes before the folder of all peers', () => {
  const [keras] = readOptions(['--engines', 'keras'], {}).engines;
  const env = { CNNKIT_BENCH_KERAS: process.execPath };
  const located = locate(keras, { peers: 'elsewhere', threads: 2, env });
  expect(located).toMatchObject({ launch: { command: process.execPath } });
});

test('cnnkit:wasm forces the kernels of one engine only', () => {
  const engines = readOptions(['--engines', 'cnnkit:wasm,cnnkit'], {}).engines;
  const forced = engines.map((engine) => {
    const located = locate(engine, { threads: 2, env: {} });
    return 'launch' in located ? located.launch.env.CNNKIT_KERNELS : located;
  });
  expect(forced).toEqual(['wasm', undefined]);
});

test('a number behind a name gives that engine threads of its own, as a peer', () => {
  const { engines } = readOptions(['--engines', 'cnnkit:wasm/1,cnnkit-training/4,tfjs-node'], {});
  expect(engines.map(({ name, side, threads }) => [name, side, threads])).toEqual([
    ['cnnkit:wasm/1', 'peer', 1],
    ['cnnkit-training/4', 'peer', 4],
    ['tfjs-node', 'peer', undefined],
  ]);
  expect(locate(engines[0], { threads: 2, env: {} })).toMatchObject({
    launch: { env: { CNNKIT_KERNELS: 'wasm', TF_NUM_INTRAOP_THREADS: '1' } },
  });
  for (const name of ['cnnkit/0', 'cnnkit/', 'cnnkit/x', 'keras:wasm/1']) {
    expect(() => readOptions(['--engines', name], {})).toThrow(name);
  }
});
