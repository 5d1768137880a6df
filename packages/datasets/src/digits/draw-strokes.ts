/** A polyline as x, y, x, y, …, in pixels. */
export type Polyline = Float64Array;

/** A smooth line through the points (Catmull-Rom), as a polyline. */
export function smooth(points: Polyline, stepsPerPart = 6): Polyline {
  const count = points.length / 2;
  if (count < 3) return points;
  const at = (i: number, axis: number) =>
    points[2 * Math.min(count - 1, Math.max(0, i)) + axis] as number;
  const out = new Float64Array(2 * ((count - 1) * stepsPerPart + 1));
  let o = 0;
  for (let i = 0; i < count - 1; i++) {
    for (let step = 0; step < stepsPerPart; step++) {
      const t = step / stepsPerPart;
      for (let axis = 0; axis < 2; axis++) {
        const [a, b, c, d] = [at(i - 1, axis), at(i, axis), at(i + 1, axis), at(i + 2, axis)];
        out[o++] =
          b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
      }
    }
  }
  out[o++] = at(count - 1, 0);
  out[o] = at(count - 1, 1);
  return out;
}

/**
 * Draws lines of the given radius with soft edges into a square image; strokes that cross do not
 * get brighter.
 */
export function drawStrokes(
  image: Uint8Array,
  size: number,
  strokes: readonly Polyline[],
  radius: number,
  ink: number,
): void {
  for (const points of strokes) {
    for (let i = 0; i + 3 < points.length; i += 2) {
      drawSegment(image, size, points.subarray(i, i + 4), radius, ink);
    }
  }
}

function drawSegment(
  image: Uint8Array,
  size: number,
  segment: Polyline,
  radius: number,
  ink: number,
): void {
  const [x0, y0, x1, y1] = segment as unknown as [number, number, number, number];
  const reach = radius + 1;
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach));
  const right = Math.min(size - 1, Math.ceil(Math.max(x0, x1) + reach));
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach));
  const bottom = Math.min(size - 1, Math.ceil(Math.max(y0, y1) + reach));
  const dx = x1 - x0;
  const dy = y1 - y0;
  const lengthSquared = dx * dx + dy * dy;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const px = x + 0.5 - x0;
      const py = y + 0.5 - y0;
      const along = lengthSquared === 0 ? 0 : (px * dx + py * dy) / lengthSquared;
      const t = Math.min(1, Math.max(0, along));
      const ex = px - t * dx;
      const ey = py - t * dy;
      const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.sqrt(ex * ex + ey * ey)));
      const value = Math.round(cover * ink);
      const index = y * size + x;
      if (value > image[index]!) image[index] = value;
    }
  }
}
