import { sinCosOfDegrees } from '../internal/elementary.js';
import type { FillOptions, ImageShape } from './augmentation.js';
import { warpImage } from './warp.js';

/** `[a, b, c, d, e, f]`: a point (x, y) about the centre goes to (ax + by + c, dx + ey + f). */
export type AffineMatrix = readonly [number, number, number, number, number, number];

/**
 * Moves, turns, slants or enlarges an image about its centre.
 *
 * @param matrix - where points of the image go, in pixels, x to the right and y down
 * @returns a new image of the same shape, bilinear between pixels
 * @throws RangeError if the matrix flattens the image to a line
 * @example
 * ```ts
 * const turned = affineImage(image, [28, 28, 1], rotation(15));
 * ```
 */
export function affineImage(
  image: Uint8Array,
  shape: ImageShape,
  matrix: AffineMatrix,
  options: FillOptions = {},
): Uint8Array {
  const [a, b, c, d, e, f] = invert(matrix);
  const centerX = (shape[1] - 1) / 2;
  const centerY = (shape[0] - 1) / 2;
  const source = (x: number, y: number) => {
    const u = x - centerX;
    const v = y - centerY;
    return [settle(centerX + a * u + b * v + c), settle(centerY + d * u + e * v + f)] as const;
  };
  return warpImage(image, shape, source, options);
}

/** Moves to the right and down, in pixels. */
export function translation(x: number, y: number): AffineMatrix {
  return [1, 0, x, 0, 1, y];
}

/** Turns clockwise as one sees it (y points down). */
export function rotation(degrees: number): AffineMatrix {
  const { sin, cos } = sinCosOfDegrees(degrees);
  return [cos, -sin, 0, sin, cos, 0];
}

/** Moves x by `x` times y, and y by `y` times x. */
export function shearing(x: number, y: number): AffineMatrix {
  return [1, x, 0, y, 1, 0];
}

/** Enlarges by a factor; below 1 it shrinks. */
export function zooming(factor: number): AffineMatrix {
  return [factor, 0, 0, 0, factor, 0];
}

/** First `first`, then `second`. */
export function compose(first: AffineMatrix, second: AffineMatrix): AffineMatrix {
  const [a, b, c, d, e, f] = second;
  const [g, h, i, j, k, l] = first;
  return [
    a * g + b * j,
    a * h + b * k,
    a * i + b * l + c,
    d * g + e * j,
    d * h + e * k,
    d * i + e * l + f,
  ];
}

function invert([a, b, c, d, e, f]: AffineMatrix): AffineMatrix {
  const determinant = a * e - b * d;
  if (!Number.isFinite(determinant) || Math.abs(determinant) < 1e-9) {
    throw new RangeError(
      `affineImage: matrix must be invertible; received determinant ${determinant}.`,
    );
  }
  const [p, q, r, s] = [e / determinant, -b / determinant, -d / determinant, a / determinant];
  return [p, q, -(p * c + q * f), r, s, -(r * c + s * f)];
}

/** Steps that undo each other leave 1e-16: they must hit the pixels, not blend with the outside. */
function settle(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) < 1e-9 ? whole : value;
}
