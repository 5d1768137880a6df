// Builds the addon for this machine into build/ when a C compiler is there, and says so in one line when
// it is not. A build whose sources and flags have not changed is left alone.
//
//   node scripts/build.mjs              this machine's, with cc (or what CC names)
//   node scripts/build.mjs --all        every platform's into prebuilds/, with zig (or what ZIG names)
//   node scripts/build.mjs --for X      one platform's of these, as linux-arm64
//   node scripts/build.mjs --sanitize   this machine's under AddressSanitizer and UndefinedBehaviorSanitizer
//                                       into build-sanitize/
//   node scripts/build.mjs --races      the same under ThreadSanitizer, into build-races/
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelSources, kernels, kernelsHash } from '../../backend/scripts/kernel-sources.mjs';
import { ZIG_TARGETS } from './platforms.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const src = join(root, 'src');
const headers = join(
  dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')),
  'include',
);

/** Each vector width of a CPU's family with the compiler's name for its instruction set. */
const WIDTHS = {
  x64: [
    { bits: 512, flags: ['-O3', '-march=x86-64-v4', '-mprefer-vector-width=512'] },
    { bits: 256, flags: ['-O3', '-march=x86-64-v3'] },
    // Only tests and CPUs of before 2013 run this one, and WebAssembly is faster there: small, not fast.
    { bits: 128, flags: ['-Os', '-march=x86-64'] },
  ],
  arm64: [{ bits: 128, flags: ['-O3'] }],
};
/** No exception passes through a kernel; instrumented builds tell stacks by these tables. */
const NO_UNWINDING = ['-fno-asynchronous-unwind-tables', '-fno-unwind-tables'];
const COMPILE = [
  '-std=gnu2x',
  '-fPIC',
  '-fvisibility=hidden',
  '-fno-math-errno',
  '-fno-strict-aliasing',
  '-ffp-contract=fast',
  // Vectors are written by hand; of the loops around them the compiler makes a twentieth more code, and none faster.
  '-fno-tree-vectorize',
  '-Wall',
  '-Werror',
  // Vectors cross no call that is not inlined, so nothing depends on how a call would pass them.
  '-Wno-psabi',
];
// At -O1: gcc takes a quarter of an hour to instrument what -O3 makes of these kernels.
const SANITIZE = ['-O1', '-g', '-fsanitize=address,undefined', '-fsanitize-recover=undefined'];
const RACES = ['-O1', '-g', '-fsanitize=thread'];

/** zig writes the names of CPUs with underscores. */
const forZig = (flag) =>
  flag.startsWith('-march=') ? `-march=${flag.slice(7).replaceAll('-', '_')}` : flag;

const cpuOf = (platform) => platform.split('-')[1];
const linkFlags = (platform) =>
  platform.startsWith('darwin')
    ? // Its name for itself would be the path of this build.
      ['-Wl,-undefined,dynamic_lookup', '-Wl,-install_name,@rpath/cnnkit.node']
    : platform.startsWith('win32')
      ? ['-lapi-ms-win-core-synch-l1-2-0']
      : ['-pthread'];

const texts = Object.fromEntries(
  readdirSync(src)
    .filter((name) => /\.[ch]$/.test(name))
    .sort()
    .map((name) => [name, readFileSync(join(src, name), 'utf8')]),
);

/** Compiles and links one binary, and moves it into place whole. */
async function build(platform, compiler, extra, target, spell = (flag) => flag) {
  const widths = WIDTHS[cpuOf(platform)];
  const steps = widths.map(({ bits, flags }) => ({
    object: `kernels-${bits}.o`,
    args: [
      ...flags.map(spell),
      ...(extra.includes('-g') ? [] : NO_UNWINDING),
      `-DVECTOR_BITS=${bits}`,
      join(src, 'width.c'),
    ],
  }));
  for (const name of ['addon', 'platform'])
    steps.push({ object: `${name}.o`, args: ['-O2', join(src, `${name}.c`)] });
  const stamp = createHash('sha256')
    .update(
      JSON.stringify([
        kernelSources(),
        texts,
        COMPILE,
        NO_UNWINDING,
        WIDTHS,
        compiler,
        extra,
        linkFlags(platform),
      ]),
    )
    .digest('hex');
  const stampFile = `${target}.sha256`;
  if (existsSync(target) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp)
    return;
  mkdirSync(dirname(target), { recursive: true });
  const scratch = mkdtempSync(join(dirname(target), 'building-'));
  try {
    await eachOfTwo(steps, ({ object, args }) =>
      run(compiler, [
        ...COMPILE,
        `-I${fileURLToPath(kernels)}`,
        `-I${src}`,
        `-I${headers}`,
        `-DCNNKIT_KERNELS_SHA256="${kernelsHash()}"`,
        '-c',
        ...args,
        ...extra,
        '-o',
        join(scratch, object),
      ]),
    );
    const linked = join(scratch, 'cnnkit.node');
    await run(compiler, [
      '-shared',
      ...extra,
      ...(extra.includes('-g') ? [] : ['-s']),
      ...steps.map(({ object }) => join(scratch, object)),
      ...linkFlags(platform),
      '-o',
      linked,
    ]);
    renameSync(linked, target);
    writeFileSync(stampFile, stamp);
    console.log(`${platform}/cnnkit.node ${statSync(target).size} bytes`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs `work` over the items, two at a time: a width takes the compiler half a minute. */
async function eachOfTwo(items, work) {
  const queue = [...items];
  const take = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all([take(), take()]);
}

function run([command, ...first], args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (bytes) => {
      errors += bytes;
    });
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`native: ${command} failed\n${errors.slice(0, 20_000)}`));
    });
  });
}

function works([command, ...first]) {
  return spawnSync(command, [...first, '--version'], { stdio: 'ignore' }).status === 0;
}

const words = (command) => command.split(' ').filter((word) => word !== '');
const place = (folder, platform) => join(root, folder, platform, 'cnnkit.node');

const platforms = process.argv.includes('--all')
  ? Object.keys(ZIG_TARGETS)
  : process.argv.flatMap((word, at) => (process.argv[at - 1] === '--for' ? [word] : []));

if (platforms.length > 0) {
  const zig = words(process.env.ZIG ?? 'python3 -m ziglang');
  if (spawnSync(zig[0], [...zig.slice(1), 'version'], { stdio: 'ignore' }).status !== 0) {
    console.error(
      `native: ${zig.join(' ')} does not run: pip install ziglang, and name its Python as ZIG='…/python -m ziglang'.`,
    );
    process.exit(1);
  }
  for (const platform of platforms) {
    const target = ZIG_TARGETS[platform];
    if (target === undefined) {
      console.error(
        `native: platform must be one of ${Object.keys(ZIG_TARGETS).join(', ')}; received ${platform}.`,
      );
      process.exit(1);
    }
    await build(
      platform,
      [...zig, 'cc', '-target', target],
      [],
      place('prebuilds', platform),
      forZig,
    );
  }
} else {
  const platform = `${process.platform}-${process.arch}`;
  const sanitize = process.argv.includes('--sanitize');
  const races = process.argv.includes('--races');
  const compiler = words(process.env.CC ?? 'cc');
  if (WIDTHS[cpuOf(platform)] === undefined || process.platform === 'win32') {
    console.log(
      `native: not built here (no build for ${platform} in a clone); WebAssembly runs instead.`,
    );
  } else if (!works(compiler)) {
    console.log('native: not built here (no C compiler); WebAssembly runs instead.');
  } else if (sanitize) {
    await build(platform, compiler, SANITIZE, place('build-sanitize', platform));
  } else if (races) {
    await build(platform, compiler, RACES, place('build-races', platform));
  } else {
    await build(platform, compiler, [], place('build', platform));
  }
}
