// `npm run test:races`: tests of the backend, those whose threads run ahead of each other above all, on the addon
// under ThreadSanitizer: any two threads that touch the same memory without an order between them are told, whether
// or not a result came out wrong. Node itself is not instrumented, so only what names the addon counts.
//
//   node scripts/test-races.mjs [test files of @cnnkit/backend]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binaryIn, build, libraryOf, testBackend } from './instrumented.mjs';

const FILES = ['schedule', 'threads', 'recorded-step', 'training', 'random-models', 'fusion'];

const binary = binaryIn('build-races');
const files = process.argv.slice(2);

build('--races');
const preload = `process.env.LD_PRELOAD = ${JSON.stringify(libraryOf('libtsan.so'))}`;
const logs = mkdtempSync(join(tmpdir(), 'cnnkit-races-'));
const status = testBackend(files.length > 0 ? files : FILES, {
  CNNKIT_NATIVE_BINARY: binary,
  // In the processes that vitest starts, not in its own, which does not bear it.
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}`,
  TSAN_OPTIONS: `log_path=${join(logs, 'log')} exitcode=0 history_size=7 report_signal_unsafe=0`,
});
const reports = reportsIn(readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8')));
const races = reports.filter((report) => !isOverrun(report));
rmSync(logs, { recursive: true });
if (races.length > 0) console.error(races.slice(0, 3).join('\n'));
const within = reports.length - races.length;
console.log(`${races.length} races in the addon (${within} within one kernel)`);
process.exitCode = status !== 0 || races.length > 0 ? 1 : 0;

/**
 * A vector's lanes past a chunk's last channel are read and never used (see kernels/vector.h), while another thread
 * may be writing there in another chunk of the same command: both are in the same kernel then.
 *
 * @param {string} report
 */
function isOverrun(report) {
  const [one, other] = report.match(/\bk_\w+/g) ?? [];
  return one !== undefined && one === other && report.includes(' load ');
}

/**
 * The reports that name the addon, with functions for its addresses.
 *
 * @param {string[]} texts
 */
function reportsIn(texts) {
  const reports = texts
    .flatMap((text) => text.split(/^=+$/m))
    .filter((report) => report.includes('cnnkit.node'));
  const place = /<null> <null> \(cnnkit\.node\+(0x[0-9a-f]+)\)/g;
  const addresses = [...new Set(reports.flatMap((r) => [...r.matchAll(place)].map((m) => m[1])))];
  if (addresses.length === 0) return reports;
  const { stdout } = spawnSync('addr2line', ['-f', '-i', '-a', '-e', binary, ...addresses], {
    encoding: 'utf8',
  });
  /** @type {Map<string, string>} */
  const functions = new Map();
  for (const part of stdout.split(/^(?=0x)/m)) {
    const [address, ...lines] = part.trim().split('\n');
    const inner = lines.filter((_, i) => i % 2 === 0).join(' ');
    functions.set(`0x${Number.parseInt(address, 16).toString(16)}`, inner);
  }
  return reports.map((r) => r.replace(place, (_, address) => ` ${functions.get(address)} `));
}
