// Packs every published package and looks at the tarball as npm would serve it: publint and
// are-the-types-wrong, the size promised in the package's own `cnnkit.maxPackedBytes`, no install
// script; then installs all of them with plain npm in an empty folder and imports every entry.
import { spawnSync } from 'node:child_process';
import {
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
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root } from './lib/workspace.mjs';

const lifecycle = ['preinstall', 'install', 'postinstall', 'prepare'];
const scratch = mkdtempSync(join(tmpdir(), 'cnnkit-packages-'));
const problems = [];

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
  console.log(`Installed with npm and imported: ${packages.map((pkg) => pkg.name).join(', ')}`);
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
