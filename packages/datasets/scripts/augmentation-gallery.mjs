// Draws docs/augmentations.png: a row for each step, eight images in it, the first unchanged.
//   node scripts/augmentation-gallery.mjs        (after a build)
import { writeFileSync } from 'node:fs';
import { augmentImage, cutmix, generateDigits, mixup } from '@cnnkit/datasets';
import { encode } from 'fast-png';

const steps = [
  { kind: 'shift', x: 0.2, y: 0.2 },
  { kind: 'rotate', degrees: 35 },
  { kind: 'shear', x: 0.5, y: 0.2 },
  { kind: 'zoom', min: 0.6, max: 1.5 },
  { kind: 'flip', horizontal: true, vertical: true },
  { kind: 'crop', padding: 5 },
  { kind: 'brightness', by: 0.5 },
  { kind: 'contrast', by: 0.8 },
  { kind: 'noise', deviation: 0.15 },
  { kind: 'cutout', size: 10 },
  { kind: 'elastic', strength: 4, smoothness: 3 },
];
const COLUMNS = 8;
const SIDE = 28;
const GAP = 4;
const digits = generateDigits({ count: 40, seed: 3 });
const digit = (i) => digits.images.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE);
const rows = steps.map((step, r) =>
  Array.from({ length: COLUMNS }, (_, seed) =>
    seed === 0 ? digit(r) : augmentImage(digit(r), [SIDE, SIDE, 1], [step], { seed }),
  ),
);
rows.push(Array.from({ length: COLUMNS }, (_, i) => mixup(digit(12), digit(13), 1 - i / 7)));
rows.push(
  Array.from({ length: COLUMNS }, (_, i) =>
    cutmix(digit(12), digit(13), [SIDE, SIDE, 1], { left: 0, top: 0, right: 4 * i, bottom: 4 * i }),
  ),
);
const width = COLUMNS * (SIDE + GAP) + GAP;
const height = rows.length * (SIDE + GAP) + GAP;
const data = new Uint8Array(width * height).fill(90);
rows.forEach((row, r) => {
  row.forEach((image, c) => {
    for (let y = 0; y < SIDE; y++) {
      const at = (GAP + r * (SIDE + GAP) + y) * width + GAP + c * (SIDE + GAP);
      data.set(image.subarray(y * SIDE, (y + 1) * SIDE), at);
    }
  });
});
const file = new URL('../docs/augmentations.png', import.meta.url);
writeFileSync(file, encode({ data, width, height, channels: 1, depth: 8 }));
