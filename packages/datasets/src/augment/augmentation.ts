/** What lies outside of an image: black (or `fillValue`), the nearest edge pixel, or a mirror. */
export type FillMode = 'constant' | 'nearest' | 'reflect';

/** How pixels that a geometric step needs, and that do not exist, are made. */
export interface FillOptions {
  /** Default: `'constant'`. */
  readonly fill?: FillMode;
  /** The byte for `'constant'`. Default: 0. */
  readonly fillValue?: number;
}

/** Moves by a random part of height and width, up to the given part in each direction. */
export interface ShiftStep extends FillOptions {
  readonly kind: 'shift';
  /** Of the width, 0 to 1. */
  readonly x?: number;
  /** Of the height, 0 to 1. */
  readonly y?: number;
}

/** Turns about the centre by a random angle up to the given one, either way. */
export interface RotateStep extends FillOptions {
  readonly kind: 'rotate';
  readonly degrees: number;
}

/** Slants by a random factor up to the given one, either way: x moves by factor times y. */
export interface ShearStep extends FillOptions {
  readonly kind: 'shear';
  readonly x?: number;
  readonly y?: number;
}

/** Enlarges about the centre by a random factor between the two. */
export interface ZoomStep extends FillOptions {
  readonly kind: 'zoom';
  readonly min: number;
  readonly max: number;
}

/** Mirrors with a probability of one half in each direction that is set. */
export interface FlipStep {
  readonly kind: 'flip';
  readonly horizontal?: boolean;
  readonly vertical?: boolean;
}

/** Pads by some pixels on each side and cuts out a random window of the old size. */
export interface CropStep extends FillOptions {
  readonly kind: 'crop';
  readonly padding: number;
}

/** Adds a random part of 255, up to the given one, either way. */
export interface BrightnessStep {
  readonly kind: 'brightness';
  readonly by: number;
}

/** Stretches the distance of each pixel from the image's mean by a random factor, 1 ± `by`. */
export interface ContrastStep {
  readonly kind: 'contrast';
  readonly by: number;
}

/** Adds normal noise to each byte. */
export interface NoiseStep {
  readonly kind: 'noise';
  /** Standard deviation as a part of 255, 0 to 1. */
  readonly deviation: number;
}

/** Blanks a random square; parts of it may lie outside. */
export interface CutoutStep {
  readonly kind: 'cutout';
  /** Side in pixels. */
  readonly size: number;
  /** Default: 0. */
  readonly value?: number;
}

/** Moves each pixel by a smooth random field (Simard 2003). */
export interface ElasticStep extends FillOptions {
  readonly kind: 'elastic';
  /** The furthest that a pixel moves, in pixels. */
  readonly strength: number;
  /** Width of the smoothing, in pixels. */
  readonly smoothness: number;
}

/** One step of augmentation, as plain data: it can be written down and sent to a worker. */
export type Augmentation =
  | ShiftStep
  | RotateStep
  | ShearStep
  | ZoomStep
  | FlipStep
  | CropStep
  | BrightnessStep
  | ContrastStep
  | NoiseStep
  | CutoutStep
  | ElasticStep;

/** Height, width and channels of one image. */
export type ImageShape = readonly [height: number, width: number, channels: number];
