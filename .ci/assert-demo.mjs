// Holds what a demo run wrote against what it promises: `node .ci/assert-demo.mjs RUN_FOLDER`.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
const read = (name) => readFileSync(join(folder, name), 'utf8');

const manifest = JSON.parse(read('manifest.json'));
const { results, options } = manifest;
assert.equal(options.data, 'mnist');
assert.equal(manifest.data.name, 'mnist');
assert.equal(manifest.data.files.length, 4);
for (const file of manifest.data.files) assert.match(file.sha256, /^[0-9a-f]{64}$/);
assert.equal(manifest.backend.name, 'cnnkit');
// 12,000 images and 2 epochs gave .958 with seed 1; guessing gives .1.
assert.ok(results.testAccuracy > 0.95, `test accuracy ${results.testAccuracy}`);
assert.ok(results.testLoss > 0 && results.testLoss < 0.2, `test loss ${results.testLoss}`);
assert.ok(results.trainingMs > 0 && results.samplesPerSecond > 0);
assert.ok(results.peakRssBytes < 600e6, `peak memory ${results.peakRssBytes} bytes`);

const history = JSON.parse(read('history.json'));
for (const key of ['loss', 'accuracy', 'val_loss', 'val_accuracy']) {
  assert.equal(history.history[key].length, options.epochs, key);
}
const csv = read('history.csv').trimEnd().split('\n');
assert.equal(csv.length, options.epochs + 1);
assert.match(csv[0], /^epoch,/);

const pictures = readdirSync(join(folder, 'pictures'));
for (const name of pictures.filter((file) => file.endsWith('.png'))) {
  const bytes = readFileSync(join(folder, 'pictures', name));
  assert.equal(bytes.subarray(1, 4).toString('latin1'), 'PNG', name);
  assert.ok(bytes.length > 2000, `${name} is almost empty`);
}
assert.ok(pictures.filter((file) => file.endsWith('.png')).length >= 4, pictures.join(' '));

const html = read('report.html');
assert.match(html, /^<!doctype html>/i);
assert.ok(!/(?:src|href)="https?:/.test(html), 'the report may load nothing from elsewhere');
assert.ok(statSync(join(folder, 'model', 'model.json')).size > 500);
for (const run of ['train', 'validation']) {
  assert.ok(
    readdirSync(join(folder, 'logs', run)).some((file) => file.includes('tfevents')),
    run,
  );
}
console.log(
  `Demo: test accuracy ${results.testAccuracy.toFixed(4)}, ${Math.round(results.samplesPerSecond)} images/s, ` +
    `${Math.round(results.peakRssBytes / 1e6)} MB, ${pictures.length} pictures.`,
);
