// Packs every published package and looks at the tarball as npm would serve it: publint and
// are-the-types-wrong, the sizes promised in the package's own `cnnkit.maxPackedBytes` (and
// `maxUnpackedBytes` where it has one), no install script, the binaries of @cnnkit/native; then installs
// all of them with plain npm in an empty folder and imports every entry.
// With `prebuilds` in CNNKIT_REQUIRE, as a release has it, no binary may be missing or out of date.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { kernelsHash } from '../packages/backend/scripts/kernel-sources.mjs';
import { ZIG_TARGETS } from '../packages/native/scripts/platforms.mjs';
import { root } from './lib/workspace.mjs';

const lifecycle = ['preinstall', 'install', 'postinstall', 'prepare'];
const scratch = mkdtempSync(join(tmpdir(), 'cnnkit-packages-'));
const problems = [];
const required = (process.env.CNNKIT_REQUIRE ?? '').split(',').map((word) => word.trim());
const native = '@cnnkit/native';

try {
  const packages = readPackages();
  for (const pkg of packages) await checkPackage(pkg);
  importAll(packages);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

if (problems.length > 0) {
  console.error(`\n${problems.map((problem) => `✗ ${problem}`).join('\n')}`);
  process.exit(1);
}

function readPackages() {
  return readdirSync(join(root, 'packages')).map((folder) => {
    const dir = join(root, 'packages', folder);
    const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
    const tarball = join(scratch, `${folder}.tgz`);
    run('pnpm', ['pack', '--out', tarball], dir);
    return { dir, manifest, name: manifest.name, tarball, bytes: statSync(tarball).size };
  });
}

async function checkPackage({ manifest, name, tarball, bytes: size }) {
  const limit = manifest.cnnkit?.maxPackedBytes;
  console.log(`${name}: ${(size / 1024).toFixed(1)} KiB packed`);
  if (limit === undefined) problems.push(`${name}: package.json has no cnnkit.maxPackedBytes`);
  else if (size > limit)
    problems.push(`${name}: ${size} bytes packed, above its limit of ${limit}`);
  const files = unpack(readFileSync(tarball));
  const unpacked = files.reduce((sum, file) => sum + file.bytes.length, 0);
  const most = manifest.cnnkit?.maxUnpackedBytes;
  if (most !== undefined) {
    console.log(`${name}: ${(unpacked / 1024).toFixed(1)} KiB unpacked`);
    if (unpacked > most)
      problems.push(`${name}: ${unpacked} bytes unpacked, above its limit of ${most}`);
  }
  if (name === native) checkPrebuilds(files);
  for (const script of lifecycle) {
    if (manifest.scripts?.[script]) problems.push(`${name}: has a ${script} script`);
  }
  const { buffer, byteOffset, byteLength } = readFileSync(tarball);
  const bytes = buffer.slice(byteOffset, byteOffset + byteLength);
  const { messages } = await publint({ pack: { tarball: bytes } });
  for (const message of messages) {
    if (message.type !== 'suggestion')
      problems.push(`${name}: ${formatMessage(message, manifest)}`);
  }
  // ESM only: what CommonJS resolution would find is no promise of ours.
  const attw = run('attw', [tarball, '--profile', 'esm-only', '--format', 'ascii'], root, true);
  if (attw.status !== 0) problems.push(`${name}: are-the-types-wrong\n${attw.stdout}`);
}

/**
 * Every platform's binary, of these kernels: all of them where CNNKIT_REQUIRE asks for prebuilds. Those
 * for glibc may ask for no newer one than the package's README says, that for musl for none.
 */
function checkPrebuilds(files) {
  const hash = Buffer.from(kernelsHash());
  const wrong = Object.keys(ZIG_TARGETS).flatMap((platform) => {
    const file = files.find(({ path }) => path === `package/prebuilds/${platform}/cnnkit.node`);
    if (file === undefined) return [`${platform} is missing`];
    const versions = [...file.bytes.toString('latin1').matchAll(/GLIBC_2\.(\d+)/g)];
    const newest = Math.max(0, ...versions.map(([, minor]) => Number(minor)));
    if (newest > (platform.endsWith('-musl') ? 0 : 17))
      problems.push(`${native}: ${platform} asks for glibc 2.${newest}`);
    return file.bytes.includes(hash) ? [] : [`${platform} is of other kernels`];
  });
  const extra = files.filter(
    ({ path }) => path.startsWith('package/prebuilds/') && !path.endsWith('/cnnkit.node'),
  );
  for (const { path } of extra) problems.push(`${native}: ${path} does not belong there`);
  if (wrong.length === 0) console.log(`${native}: all ${Object.keys(ZIG_TARGETS).length} binaries`);
  else if (required.includes('prebuilds')) problems.push(`${native}: ${wrong.join(', ')}`);
  else
    console.log(
      `${native}: not all binaries are here, which only a release needs: ${wrong.join(', ')}`,
    );
}

/** @returns {{ path: string, bytes: Buffer }[]} the files of a gzipped tar archive of npm's kind */
function unpack(archive) {
  const tar = gunzipSync(archive);
  const text = (from, length) => tar.toString('latin1', from, from + length).replace(/\0.*$/s, '');
  const files = [];
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const prefix = text(at + 345, 155);
    const path = (prefix ? `${prefix}/` : '') + text(at, 100);
    if (['0', ''].includes(text(at + 156, 1)))
      files.push({ path, bytes: tar.subarray(at + 512, at + 512 + size) });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/** What a stranger does: `npm install` the tarballs, then import each entry by its name. */
function importAll(packages) {
  const dir = join(scratch, 'stranger');
  mkdirSync(dir);
  const peers = ['tfjs-core', 'tfjs-layers'].map((name) => `@tensorflow/${name}@4.22.0`);
  writeFileSync(join(dir, 'package.json'), '{"private":true,"type":"module"}');
  run(
    'npm',
    [
      'install',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--loglevel=error',
      ...peers,
      ...packages.map((pkg) => pkg.tarball),
    ],
    dir,
  );
  for (const { name, manifest } of packages) {
    for (const entry of Object.keys(manifest.exports)) {
      if (entry.endsWith('.json') || manifest.cnnkit?.browserOnly?.includes(entry)) continue;
      const specifier = name + entry.slice(1);
      const code = `const m = await import(${JSON.stringify(specifier)}); if (Object.keys(m).length === 0) throw new Error('exports nothing');`;
      const result = run(process.execPath, ['--input-type=module', '--eval', code], dir, true);
      if (result.status !== 0) problems.push(`${specifier}: cannot be imported\n${result.stderr}`);
    }
  }
  runNative(dir);
  console.log(`Installed with npm and imported: ${packages.map((pkg) => pkg.name).join(', ')}`);
}

/** The installed backend on the installed binary of this platform, where it came along. */
function runNative(dir) {
  const binary = join(
    dir,
    'node_modules',
    native,
    'prebuilds',
    `${process.platform}-${process.arch}`,
  );
  if (!existsSync(binary) || !readFileSync(join(binary, 'cnnkit.node')).includes(kernelsHash()))
    return;
  const code = `
    import * as tf from '@tensorflow/tfjs-core';
    import { useBackend } from '@cnnkit/backend';
    const { description } = await useBackend({ backend: 'cnnkit', kernels: 'native' });
    const x = tf.ones([64, 64]);
    if (tf.sum(tf.matMul(x, x)).dataSync()[0] !== 64 ** 3) throw new Error('wrong product');
    console.log(description);`;
  const result = run(process.execPath, ['--input-type=module', '--eval', code], dir, true);
  if (result.status === 0) console.log(`Installed and ran: ${result.stdout.trim()}`);
  else problems.push(`${native}: its binary does not run as installed\n${result.stderr}`);
}

function run(command, args, cwd, quiet = false) {
  const result = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: quiet ? 'pipe' : ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (!quiet && result.status !== 0) problems.push(`${command} ${args[0]} failed in ${cwd}`);
  return result;
}
