import type { LayersModel } from '@tensorflow/tfjs-layers';

/**
 * The fixtures' models in double precision, in plain loops: what a float32 run is to be compared
 * with where float32 alone strays too far. Layers come from a tfjs model, the weights from outside.
 */
interface Shape {
  readonly h: number;
  readonly w: number;
  readonly c: number;
}

interface Layer {
  forward(x: Float64Array, n: number, weights: readonly Float64Array[]): Float64Array;
  /** @returns the gradient of the input; adds those of the weights to `gradients` */
  backward(
    dy: Float64Array,
    n: number,
    weights: readonly Float64Array[],
    gradients: Float64Array[],
  ): Float64Array;
}

export class Float64Net {
  readonly #layers: Layer[] = [];
  #size = 0;

  constructor(model: LayersModel) {
    let shape: Shape = { h: 28, w: 28, c: 1 };
    let v = 0;
    for (const layer of model.layers) {
      const config = layer.getConfig() as Record<string, unknown>;
      const kind = layer.getClassName();
      if (kind === 'InputLayer' || kind === 'Flatten' || kind === 'Dropout') {
        if (kind === 'Flatten') shape = { h: 1, w: 1, c: shape.h * shape.w * shape.c };
        continue;
      }
      const out = layer.outputShape as number[];
      const next: Shape =
        out.length === 4 ? { h: out[1]!, w: out[2]!, c: out[3]! } : { h: 1, w: 1, c: out[1]! };
      if (kind === 'Conv2D' || kind === 'Dense') {
        const [k = 1] = kind === 'Conv2D' ? (config.kernelSize as number[]) : [1];
        const before = config.padding === 'same' ? Math.floor((k - 1) / 2) : 0;
        const useBias = config.useBias !== false;
        this.#layers.push(convolution(shape, next, k, before, v, useBias));
        v += useBias ? 2 : 1;
        const activation = config.activation as string;
        if (activation === 'relu' || activation === 'sigmoid')
          this.#layers.push(elementwise(activation));
      } else if (kind === 'BatchNormalization') {
        this.#layers.push(normalization(shape.c, config.epsilon as number, v));
        v += 2;
      } else if (kind === 'ReLU') {
        this.#layers.push(elementwise('relu'));
      } else if (kind === 'GlobalAveragePooling2D') {
        this.#layers.push(globalAverage(shape));
      } else if (kind === 'MaxPooling2D' || kind === 'AveragePooling2D') {
        this.#layers.push(pool(shape, next, kind === 'MaxPooling2D'));
      } else {
        throw new Error(`float64: no layer is known for ${kind}`);
      }
      shape = next;
    }
    this.#size = shape.c;
  }

  /** Mean cross entropy over the batch. */
  loss(x: Float64Array, labels: Int32Array, weights: readonly Float64Array[]): number {
    return this.#forward(x, labels, weights).loss;
  }

  /** The same, and its gradient with respect to every weight. */
  step(
    x: Float64Array,
    labels: Int32Array,
    weights: readonly Float64Array[],
  ): { loss: number; gradients: Float64Array[] } {
    const gradients = weights.map((w) => new Float64Array(w.length));
    let { loss, dy } = this.#forward(x, labels, weights);
    for (const layer of [...this.#layers].reverse()) {
      dy = layer.backward(dy, labels.length, weights, gradients);
    }
    return { loss, gradients };
  }

  #forward(
    x: Float64Array,
    labels: Int32Array,
    weights: readonly Float64Array[],
  ): { loss: number; dy: Float64Array } {
    const n = labels.length;
    let y = x;
    for (const layer of this.#layers) y = layer.forward(y, n, weights);
    let loss = 0;
    const dy = new Float64Array(y.length);
    for (let i = 0; i < n; i++) {
      const row = y.subarray(i * this.#size, (i + 1) * this.#size);
      const top = Math.max(...row);
      const total = row.reduce((sum, z) => sum + Math.exp(z - top), 0);
      loss += Math.log(total) + top - row[labels[i]!]!;
      row.forEach((z, j) => {
        dy[i * this.#size + j] = (Math.exp(z - top) / total - (j === labels[i] ? 1 : 0)) / n;
      });
    }
    return { loss: loss / n, dy };
  }
}

/**
 * Stride 1; a dense layer is one of 1x1 on one pixel. Weights v (k, k, in, out) and, with a bias, v + 1 (out).
 */
function convolution(
  from: Shape,
  to: Shape,
  k: number,
  before: number,
  v: number,
  useBias: boolean,
): Layer {
  let x = new Float64Array();
  // Calls `visit` with the offsets of every input pixel, output pixel and kernel tap that meet.
  const taps = (n: number, visit: (xAt: number, yAt: number, kAt: number) => void): void => {
    for (let i = 0; i < n; i++)
      for (let oy = 0; oy < to.h; oy++)
        for (let ox = 0; ox < to.w; ox++)
          for (let ky = 0; ky < k; ky++)
            for (let kx = 0; kx < k; kx++) {
              const [iy, ix] = [oy + ky - before, ox + kx - before];
              if (iy < 0 || ix < 0 || iy >= from.h || ix >= from.w) continue;
              const xAt = ((i * from.h + iy) * from.w + ix) * from.c;
              const yAt = ((i * to.h + oy) * to.w + ox) * to.c;
              visit(xAt, yAt, (ky * k + kx) * from.c * to.c);
            }
  };
  return {
    forward(input, n, weights) {
      x = input as typeof x;
      const kernel = weights[v]!;
      const y = new Float64Array(n * to.h * to.w * to.c);
      if (useBias) for (let at = 0; at < y.length; at += to.c) y.set(weights[v + 1]!, at);
      taps(n, (xAt, yAt, kAt) => {
        for (let ci = 0; ci < from.c; ci++) {
          const value = x[xAt + ci]!;
          if (value === 0) continue;
          const row = kAt + ci * to.c;
          for (let co = 0; co < to.c; co++) y[yAt + co]! += value * kernel[row + co]!;
        }
      });
      return y;
    },
    backward(dy, n, weights, gradients) {
      const kernel = weights[v]!;
      const dKernel = gradients[v]!;
      const dx = new Float64Array(x.length);
      if (useBias)
        dy.forEach((g, at) => {
          gradients[v + 1]![at % to.c]! += g;
        });
      taps(n, (xAt, yAt, kAt) => {
        for (let ci = 0; ci < from.c; ci++) {
          const row = kAt + ci * to.c;
          const value = x[xAt + ci]!;
          let sum = 0;
          for (let co = 0; co < to.c; co++) {
            const g = dy[yAt + co]!;
            sum += g * kernel[row + co]!;
            dKernel[row + co]! += value * g;
          }
          dx[xAt + ci]! += sum;
        }
      });
      return dx;
    },
  };
}

function elementwise(activation: 'relu' | 'sigmoid'): Layer {
  let y = new Float64Array();
  return {
    forward: (x) => {
      y = x.map((z) =>
        activation === 'relu' ? Math.max(z, 0) : 1 / (1 + Math.exp(-z)),
      ) as typeof y;
      return y;
    },
    backward: (dy) =>
      dy.map((g, i) => (activation === 'relu' ? (y[i]! > 0 ? g : 0) : g * y[i]! * (1 - y[i]!))),
  };
}

/** By each batch's own mean and (population) variance. Weights v (scale) and v + 1 (offset). */
function normalization(c: number, epsilon: number, v: number): Layer {
  let normed = new Float64Array();
  let factors = new Float64Array();
  const sums = (values: Float64Array, of: (value: number, at: number) => number) => {
    const totals = new Float64Array(c);
    values.forEach((value, at) => {
      totals[at % c]! += of(value, at);
    });
    return totals;
  };
  return {
    forward(x, _n, weights) {
      const count = x.length / c;
      const mean = sums(x, (value) => value / count);
      const variance = sums(x, (value, at) => (value - mean[at % c]!) ** 2 / count);
      factors = variance.map((value) => 1 / Math.sqrt(value + epsilon)) as typeof factors;
      normed = x.map((value, at) => (value - mean[at % c]!) * factors[at % c]!) as typeof normed;
      return normed.map((value, at) => value * weights[v]![at % c]! + weights[v + 1]![at % c]!);
    },
    backward(dy, _n, weights, gradients) {
      const count = dy.length / c;
      const dOffset = sums(dy, (g) => g);
      const dScale = sums(dy, (g, at) => g * normed[at]!);
      gradients[v]!.set(dScale);
      gradients[v + 1]!.set(dOffset);
      return dy.map((g, at) => {
        const i = at % c;
        const centred = g - (dOffset[i]! + normed[at]! * dScale[i]!) / count;
        return weights[v]![i]! * factors[i]! * centred;
      });
    },
  };
}

function globalAverage({ h, w, c }: Shape): Layer {
  const pixels = h * w;
  return {
    forward(x, n) {
      const y = new Float64Array(n * c);
      x.forEach((value, at) => {
        y[Math.floor(at / (pixels * c)) * c + (at % c)]! += value / pixels;
      });
      return y;
    },
    backward: (dy, n) =>
      new Float64Array(n * pixels * c).map(
        (_, at) => dy[Math.floor(at / (pixels * c)) * c + (at % c)]! / pixels,
      ),
  };
}

/** 2x2, stride 2; a maximum that is tied goes to the first, as in TensorFlow. */
function pool(from: Shape, to: Shape, max: boolean): Layer {
  let winners = new Int32Array();
  let size = 0;
  const corners = [0, from.c, from.w * from.c, (from.w + 1) * from.c];
  // Calls `visit` with each output element and the first of its four input elements.
  const each = (n: number, visit: (yAt: number, xAt: number) => void): void => {
    let yAt = 0;
    for (let i = 0; i < n; i++)
      for (let oy = 0; oy < to.h; oy++)
        for (let ox = 0; ox < to.w; ox++)
          for (let c = 0; c < to.c; c++)
            visit(yAt++, ((i * from.h + 2 * oy) * from.w + 2 * ox) * from.c + c);
  };
  return {
    forward(x, n) {
      size = x.length;
      const y = new Float64Array(n * to.h * to.w * to.c);
      winners = new Int32Array(y.length);
      each(n, (yAt, xAt) => {
        let best = xAt;
        let sum = 0;
        for (const corner of corners) {
          sum += x[xAt + corner]!;
          if (x[xAt + corner]! > x[best]!) best = xAt + corner;
        }
        winners[yAt] = best;
        y[yAt] = max ? x[best]! : sum / 4;
      });
      return y;
    },
    backward(dy, n) {
      const dx = new Float64Array(size);
      each(n, (yAt, xAt) => {
        if (max) dx[winners[yAt]!]! += dy[yAt]!;
        else for (const corner of corners) dx[xAt + corner]! += dy[yAt]! / 4;
      });
      return dx;
    },
  };
}
