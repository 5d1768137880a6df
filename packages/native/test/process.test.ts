import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect } from 'vitest';
import { nativeTest } from './native-test.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

// A process of its own needs JavaScript: this is the package as it is published.
beforeAll(async () => {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  await run(process.execPath, [tsc, '-b', 'tsconfig.build.json'], { cwd: root });
});

const PRELUDE = `
  import { readdirSync } from 'node:fs';
  import { Worker } from 'node:worker_threads';
  import { loadNative } from './dist/index.js';
  const native = loadNative();
  const memory = () => new Uint8Array(new SharedArrayBuffer(4 << 20));
  const open = (threads) => native.open(memory(), threads, native.bits[0]);
  const threadsNow = () => readdirSync('/proc/self/task').length;
  // Node's own threads come and go at the start, and the system lists a thread a moment longer than
  // it runs: the count is taken when it has stood still.
  const settled = async () => {
    for (let last = -1, still = 0; ; ) {
      const now = threadsNow();
      still = now === last ? still + 1 : 0;
      if (still === 10) return now;
      last = now;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
`;

/** Runs a module's text in a process; it must end by itself, or the time limit kills it. */
async function runProgram(text: string, flags: string[] = []): Promise<string> {
  const args = [...flags, '--input-type=module', '-e', PRELUDE + text];
  const { stdout, stderr } = await run(process.execPath, args, { cwd: root, timeout: 60_000 });
  expect(stderr).toBe('');
  return stdout.trim();
}

nativeTest('a process ends by itself with engines open, closed and forgotten', async () => {
  const printed = await runProgram(`
    const kept = open(4);
    native.close(open(4));
    open(4);
    globalThis.kept = kept;
    console.log('done');
  `);
  expect(printed).toBe('done');
});

nativeTest('process.exit ends a process whose threads sleep or spin', async () => {
  const printed = await runProgram(`
    const spinning = memory();
    new Int32Array(spinning.buffer)[((1 << 20) + 208) >> 2] = 2 ** 31 - 1;
    native.open(spinning, 4, native.bits[0]);
    open(4);
    console.log('leaves');
    process.exit(0);
  `);
  expect(printed).toBe('leaves');
});

nativeTest('worker threads have engines of their own, which end with them', async () => {
  const printed = await runProgram(`
    const text = \`
      const { parentPort, workerData } = require('node:worker_threads');
      import(workerData).then(({ loadNative }) => {
        const native = loadNative();
        const engine = native.open(new Uint8Array(new SharedArrayBuffer(4 << 20)), 4, native.bits[0]);
        native.drain(engine);
        globalThis.engine = engine;
        parentPort.postMessage('drained');
      });
    \`;
    const entry = new URL('./dist/index.js', 'file://' + process.cwd() + '/').href;
    const mine = open(2);
    const lives = Array.from({ length: 6 }, () => new Promise((resolve, reject) => {
      const worker = new Worker(text, { eval: true, execArgv: [], workerData: entry });
      const said = [];
      worker.on('message', (word) => said.push(word));
      worker.on('error', reject);
      worker.on('exit', (code) => resolve(said.join() + code));
    }));
    console.log(...(await Promise.all(lives)));
    const stopped = new Worker(text, { eval: true, execArgv: [], workerData: entry });
    await new Promise((resolve) => stopped.on('message', resolve));
    await stopped.terminate();
    native.drain(mine);
    console.log('mine still drains');
  `);
  expect(printed).toBe(`${Array(6).fill('drained0').join(' ')}\nmine still drains`);
});

// Elsewhere nothing tells how many threads a process has.
if (process.platform === 'linux') {
  nativeTest('the threads of an engine that nobody closed end when it is collected', async () => {
    const printed = await runProgram(
      `
      native.close(open(4));
      const before = await settled();
      (() => { for (let i = 0; i < 5; i++) open(4); })();
      const during = threadsNow();
      // Finalizers run in turns of the event loop; a collector may need more than one pass.
      for (let i = 0; i < 200 && threadsNow() > before; i++) {
        globalThis.gc();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      console.log(during - before, threadsNow() - before);
    `,
      ['--expose-gc'],
    );
    expect(printed).toBe('15 0');
  });

  nativeTest('closing ends the threads at once', async () => {
    const printed = await runProgram(`
      native.close(open(4));
      const before = await settled();
      const engines = Array.from({ length: 5 }, () => open(4));
      for (const engine of engines) native.close(engine);
      console.log((await settled()) - before);
    `);
    expect(printed).toBe('0');
  });
}

// The binary of a clone stands in for a prebuilt one, in a folder laid out as npm installs it.
nativeTest('a prebuilt binary that does not load is passed over for one that does', async () => {
  const platform = `${process.platform}-${process.arch}`;
  const built = join(root, 'build', platform, 'cnnkit.node');
  const folder = mkdtempSync(join(tmpdir(), 'cnnkit-native-'));
  const place = (name: string) => {
    const file = join(folder, 'prebuilds', name, 'cnnkit.node');
    mkdirSync(dirname(file), { recursive: true });
    return file;
  };
  const load = `
    delete process.env.CNNKIT_NATIVE_BINARY;
    const installed = await import(${JSON.stringify(`file://${folder}/dist/index.js`)});
    try {
      console.log(installed.loadNative().bits.at(-1));
    } catch (error) {
      console.log(error.message.split(':')[0]);
    }
  `;
  try {
    cpSync(join(root, 'dist', 'index.js'), join(folder, 'dist', 'index.js'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    expect(await runProgram(load)).toBe(`@cnnkit/native has no binary for ${platform}`);
    writeFileSync(place(platform), 'of another platform');
    expect(await runProgram(load)).toBe('the binary of @cnnkit/native does not load');
    // Only Linux has two C libraries; elsewhere the one binary has to do.
    cpSync(
      process.env.CNNKIT_NATIVE_BINARY ?? built,
      place(process.platform === 'linux' ? `${platform}-musl` : platform),
    );
    expect(await runProgram(load)).toBe('128');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
