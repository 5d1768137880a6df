import { type Augmentation, type BatchOptions, batches, generateDigits } from '../src/index.js';

// What Node's and the browser's tests hash, to hold the same bytes against the same hash.

/** Every step there is. */
export const everyStep: readonly Augmentation[] = [
  { kind: 'shift', x: 0.1, y: 0.1 },
  { kind: 'rotate', degrees: 15, fill: 'reflect' },
  { kind: 'shear', x: 0.2 },
  { kind: 'zoom', min: 0.9, max: 1.1 },
  { kind: 'flip', horizontal: true },
  { kind: 'crop', padding: 2 },
  { kind: 'brightness', by: 0.1 },
  { kind: 'contrast', by: 0.2 },
  { kind: 'noise', deviation: 0.02 },
  { kind: 'cutout', size: 6 },
  { kind: 'elastic', strength: 2, smoothness: 3 },
];

/** What must be the same bytes in every engine, and its SHA-256. */
export const everywhere: readonly (readonly [what: string, sha256: string, () => Uint8Array])[] = [
  ['digits', '98ad8369379f233b4fac97dd96b03ff718e01c13a80b5cb6c69a1b6ba3ba21ac', digits],
  [
    'augmented batches',
    'd08872cfdeb95141c8f9b6f8df9134f889b586cf18ba09ef84b0a24a61398fd5',
    () => batch({ augment: everyStep }),
  ],
  [
    'mixup',
    '71ff5481103c4ddfcf6b7a27c0069d651ecb119d51899e4467a8befcb09b6417',
    () => batch({ oneHot: true, mix: { kind: 'mixup', alpha: 0.2 } }),
  ],
  [
    'cutmix',
    '54724658df1c7d55eb7d11b6eaa6930fce9a184d6b6d22f026b207fa502893e8',
    () => batch({ oneHot: true, mix: { kind: 'cutmix', alpha: 1 } }),
  ],
  [
    'normalised batches',
    'de438d3ad2ca7a90ee182b95ad6bed0c8374e34382b960e9d8f1520a8160e8b7',
    () => batch({ mean: 0.1307, deviation: 0.3081 }),
  ],
];

function digits(): Uint8Array {
  return generateDigits({ count: 100, seed: 1 }).images;
}

/** Pixels, then labels, of one batch. */
function batch(options: BatchOptions): Uint8Array {
  const dataset = generateDigits({ count: 100, seed: 1 });
  const [first] = batches(dataset, { batchSize: 100, seed: 5, ...options });
  const { xs, ys } = first!;
  const both = new Uint8Array(xs.byteLength + ys.byteLength);
  both.set(new Uint8Array(xs.buffer));
  both.set(new Uint8Array(ys.buffer), xs.byteLength);
  return both;
}
