import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

// A process of its own needs JavaScript: this is the package as it is published.
beforeAll(async () => {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  await run(process.execPath, [tsc, '-b', 'tsconfig.build.json'], { cwd: root });
});

/** Runs a module's text in a process; it must end by itself, or the time limit kills it. */
async function runProgram(text: string): Promise<string[]> {
  const args = ['--input-type=module', '-e', text];
  const { stdout, stderr } = await run(process.execPath, args, { cwd: root, timeout: 30_000 });
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

test('a program ends by itself when its work is done, and nothing is printed', async () => {
  const lines = await runProgram(`
    import * as tf from '@tensorflow/tfjs-core';
    import { useBackend } from './dist/index.js';
    const { name } = await useBackend({ backend: 'cnnkit', threads: 2 });
    const x = tf.ones([256, 256]);
    console.log(name, tf.sum(tf.matMul(x, x)).dataSync()[0]);
  `);
  expect(lines).toEqual(['cnnkit 16777216']);
});

test('two worker threads and the main thread have a backend each', async () => {
  const lines = await runProgram(`
    import * as tf from '@tensorflow/tfjs-core';
    import { Worker } from 'node:worker_threads';
    import { useBackend } from './dist/index.js';
    const text = \`
      const { parentPort, workerData } = require('node:worker_threads');
      (async () => {
        const tf = require('@tensorflow/tfjs-core');
        const { useBackend } = await import(workerData.entry);
        await useBackend({ backend: 'cnnkit', threads: 2 });
        const x = tf.fill([128, 128], workerData.value);
        let last = 0;
        for (let i = 0; i < 50; i++) last = tf.tidy(() => tf.mean(tf.matMul(x, x)).dataSync()[0]);
        parentPort.postMessage(last);
      })();
    \`;
    const entry = new URL('./dist/index.js', 'file://' + process.cwd() + '/').href;
    const results = [1, 2].map((value) => new Promise((resolve, reject) => {
      const worker = new Worker(text, { eval: true, execArgv: [], workerData: { value, entry } });
      worker.on('message', resolve);
      worker.on('error', reject);
    }));
    await useBackend({ backend: 'cnnkit', threads: 2 });
    const x = tf.fill([128, 128], 3);
    console.log(tf.mean(tf.matMul(x, x)).dataSync()[0], ...(await Promise.all(results)));
  `);
  expect(lines).toEqual(['1152 128 512']);
});
