// Random images with random labels. At most 1,024 images are different, and every repetition gets a
// label of its own: no engine can learn them by heart, so losses and gradients stay away from zero,
// where denormal numbers would slow down the engines that do not flush them.

const DISTINCT = 1024;

/**
 * `count` images as bytes (NHWC, flat) with class indices, the same at every call.
 * @param {number} count
 * @param {readonly number[]} shape height, width, channels
 * @param {number} classes
 */
export function randomImages(count, shape, classes) {
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

/** The bytes as float32 in [0, 1]. @param {Uint8Array} images */
export function toFloats(images) {
  return Float32Array.from(images, (byte) => byte / 255);
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
