// `npm test`: installs, builds and tests everything that needs nothing but Node, then the browser
// tests where a Chromium is found. The last line counts both.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findChromium } from './lib/chromium.mjs';
import { exec, install, root, turbo } from './lib/workspace.mjs';

const required = (process.env.CNNKIT_REQUIRE ?? '').split(',').map((word) => word.trim());

install();
rmSync(join(root, 'test-results'), { recursive: true, force: true });
const status = turbo(['test', '--concurrency=2', '--continue', ...process.argv.slice(2)]);
let browserSkipped = '';
const browserStatus = runBrowserTests();

const totals = countResults();
console.log(`\nTests: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
for (const [reason, { count, files }] of totals.reasons) {
  console.log(`  skipped ${count}: ${reason} (${[...files].join(', ')})`);
}
if (browserSkipped) console.log(`  skipped ${browserSkipped}`);
process.exit(status || browserStatus || (totals.failed > 0 ? 1 : 0));

function runBrowserTests() {
  const executable = findChromium();
  if (!executable) {
    const message = 'no Chromium found (install it, or name it in CNNKIT_CHROMIUM)';
    if (required.includes('browser')) {
      console.error(`Browser tests failed: ${message}, and CNNKIT_REQUIRE asks for them.`);
      return 1;
    }
    browserSkipped = `all of ${countBrowserFiles()} files of browser tests: ${message}`;
    return 0;
  }
  console.log(`Browser tests with ${executable}`);
  return exec(['vitest', 'run', '--config', 'vitest.browser.config.ts'], {
    env: { CNNKIT_CHROMIUM: executable },
  });
}

function countBrowserFiles() {
  const packages = readdirSync(join(root, 'packages'));
  const folders = packages.flatMap((name) =>
    ['src', 'test'].map((part) => join(root, 'packages', name, part)),
  );
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true }))
    .filter((file) => file.endsWith('.browser.test.ts')).length;
}

/** Adds up what vitest's JSON reporters wrote, so that runs out of turbo's cache count too. */
function countResults() {
  const folders = [root, join(root, 'bench')];
  for (const group of ['packages', 'apps']) {
    for (const name of readdirSync(join(root, group))) folders.push(join(root, group, name));
  }
  const totals = { passed: 0, failed: 0, skipped: 0, reasons: new Map() };
  for (const folder of folders) {
    for (const name of ['node.json', 'browser.json']) {
      const file = join(folder, 'test-results', name);
      if (!existsSync(file)) continue;
      const result = JSON.parse(readFileSync(file, 'utf8'));
      totals.passed += result.numPassedTests;
      totals.failed += result.numFailedTests;
      totals.skipped += result.numPendingTests + (result.numTodoTests ?? 0);
      for (const suite of result.testResults) {
        // A file that cannot be loaded has no tests to fail.
        if (suite.status === 'failed' && suite.assertionResults.length === 0) totals.failed++;
        addReasons(totals.reasons, suite);
      }
    }
  }
  return totals;
}

/** Skipped tests by the reason their titles give as "(skipped: …)"; by their titles if they give none. */
function addReasons(reasons, { name, assertionResults }) {
  for (const { status, fullName } of assertionResults) {
    if (!['skipped', 'pending', 'todo'].includes(status)) continue;
    const reason = /\(skipped: (.*?)\)/.exec(fullName)?.[1] ?? `no reason is given: ${fullName}`;
    const entry = reasons.get(reason) ?? { count: 0, files: new Set() };
    entry.count++;
    entry.files.add(basename(name));
    reasons.set(reason, entry);
  }
}
