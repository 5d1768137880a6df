import type { backend_util } from '@tensorflow/tfjs-core';

export type Info = backend_util.Conv2DInfo;

/** A result in float64, with the sum of magnitudes that its rounding errors grow with. */
export interface Reference {
  readonly sum: Float64Array;
  readonly magnitude: Float64Array;
}
type Values = ArrayLike<number>;

/** Every product of a convolution: (pixel of x, tap, pixel of y), channels aside. */
function eachTap(info: Info, visit: (from: number, tap: number, to: number) => void): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, padInfo } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const { dilationHeight, dilationWidth } = info;
  for (let b = 0; b < batchSize; b++)
    for (let oh = 0; oh < outHeight; oh++)
      for (let ow = 0; ow < outWidth; ow++)
        for (let tap = 0; tap < filterHeight * filterWidth; tap++) {
          const ih =
            oh * strideHeight + Math.floor(tap / filterWidth) * dilationHeight - padInfo.top;
          const iw = ow * strideWidth + (tap % filterWidth) * dilationWidth - padInfo.left;
          if (ih < 0 || ih >= inHeight || iw < 0 || iw >= inWidth) continue;
          visit((b * inHeight + ih) * inWidth + iw, tap, (b * outHeight + oh) * outWidth + ow);
        }
}

function empty(size: number): Reference {
  return { sum: new Float64Array(size), magnitude: new Float64Array(size) };
}

export function convolve(info: Info, x: Values, w: Values, bias: Values): Reference {
  const { inChannels: C, outChannels: N, batchSize, outHeight, outWidth } = info;
  const out = empty(batchSize * outHeight * outWidth * N);
  for (let i = 0; i < out.sum.length; i++) {
    out.sum[i] = bias[i % N]!;
    out.magnitude[i] = Math.abs(bias[i % N]!);
  }
  eachTap(info, (from, tap, to) => {
    for (let c = 0; c < C; c++) {
      const v = x[from * C + c]!;
      const row = (tap * C + c) * N;
      for (let n = 0; n < N; n++) {
        const product = v * w[row + n]!;
        out.sum[to * N + n]! += product;
        out.magnitude[to * N + n]! += Math.abs(product);
      }
    }
  });
  return out;
}

export function inputGradient(info: Info, dy: Values, w: Values): Reference {
  const { inChannels: C, outChannels: N, batchSize, inHeight, inWidth } = info;
  const out = empty(batchSize * inHeight * inWidth * C);
  eachTap(info, (from, tap, to) => {
    for (let c = 0; c < C; c++) {
      const row = (tap * C + c) * N;
      let [sum, magnitude] = [0, 0];
      for (let n = 0; n < N; n++) {
        const product = dy[to * N + n]! * w[row + n]!;
        sum += product;
        magnitude += Math.abs(product);
      }
      out.sum[from * C + c]! += sum;
      out.magnitude[from * C + c]! += magnitude;
    }
  });
  return out;
}

export function filterGradient(info: Info, x: Values, dy: Values): Reference {
  const { inChannels: C, outChannels: N } = info;
  const out = empty(info.filterHeight * info.filterWidth * C * N);
  eachTap(info, (from, tap, to) => {
    for (let c = 0; c < C; c++) {
      const v = x[from * C + c]!;
      const row = (tap * C + c) * N;
      for (let n = 0; n < N; n++) {
        const product = v * dy[to * N + n]!;
        out.sum[row + n]! += product;
        out.magnitude[row + n]! += Math.abs(product);
      }
    }
  });
  return out;
}

/** Relu and a valid 2 x 2 pool: values, winners as the kernels have them, and how clearly each won. */
export function pool(info: Info, y: Values) {
  const { batchSize, outHeight, outWidth, outChannels: N } = info;
  const [down, across] = [outHeight >> 1, outWidth >> 1];
  const size = batchSize * down * across * N;
  const pooled = new Float64Array(size);
  const winners = new Int8Array(size).fill(4);
  const margin = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const cells = windowCells(info, i).map((cell) => y[cell]!);
    const order = [0, ...cells].sort((a, b) => b - a);
    margin[i] = order[0]! - order[1]!;
    cells.forEach((v, k) => {
      if (v <= pooled[i]!) return;
      pooled[i] = v;
      winners[i] = k;
    });
  }
  return { pooled, winners, margin };
}

/** The gradient before relu and pool. */
export function unpool(info: Info, dy: Values, winners: Int8Array): Float64Array {
  const { batchSize, outHeight, outWidth, outChannels } = info;
  const out = new Float64Array(batchSize * outHeight * outWidth * outChannels);
  winners.forEach((winner, i) => {
    if (winner < 4) out[windowCells(info, i)[winner]!] = dy[i]!;
  });
  return out;
}

/** Indices of the four values that pooled value `i` is the largest of, row by row. */
function windowCells({ outHeight, outWidth, outChannels: N }: Info, i: number): number[] {
  const [down, across] = [outHeight >> 1, outWidth >> 1];
  const n = i % N;
  const p = (i - n) / N;
  const [ow, rest] = [(p % across) * 2, Math.floor(p / across)];
  const [oh, b] = [(rest % down) * 2, Math.floor(rest / down)];
  return [0, 1, 2, 3].map(
    (k) => ((b * outHeight + oh + (k >> 1)) * outWidth + ow + (k & 1)) * N + n,
  );
}
