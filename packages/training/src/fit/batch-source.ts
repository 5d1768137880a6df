import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { PredictionData, ScaleOptions } from './data.js';
import { requireFinite } from './require-finite.js';

/** Samples that are gathered batch by batch into one buffer, which each batch overwrites. */
export interface BatchSource {
  readonly count: number;
  /** Shape of one sample. */
  readonly sampleShape: readonly number[];
  /** @returns the samples named by `order[start…end)`, valid until the next call. */
  xs(order: Int32Array, start: number, end: number): Float32Array;
  /** The same as a tensor, `[end - start, ...sampleShape]`. */
  tensor(order: Int32Array, start: number, end: number): tf.Tensor;
}

/** A backend that makes floats of bytes itself, as @cnnkit/backend does. */
interface ByteBackend {
  tensorOfBytes?(
    shape: readonly number[],
    table: Float32Array,
    write: (into: Uint8Array) => void,
  ): tf.TensorInfo | undefined;
}

/** Checks `data` against itself and the model, and makes it a source of batches of at most `batchSize`. */
export function batchSource(
  name: string,
  model: LayersModel,
  data: PredictionData,
  batchSize: number,
  { scale }: ScaleOptions,
): BatchSource {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(
      `${name}: batchSize must be a whole number of at least 1; received ${batchSize}.`,
    );
  }
  requireData(name, data);
  const [count = 0, ...sampleShape] = data.shape;
  const size = sampleShape.reduce((a, b) => a * b, 1);
  const values = 'images' in data ? data.images : data.xs;
  if (count < 1)
    throw new RangeError(`${name}: data must hold at least one sample; received none.`);
  if (values.length !== count * size) {
    throw new RangeError(
      `${name}: data of shape [${data.shape.join(', ')}] must hold ${count * size} values; received ${values.length}.`,
    );
  }
  requireOneInput(name, model);
  requireModelShape(name, model, sampleShape);
  if (values instanceof Float32Array) requireFinite(name, values, size, 'xs');
  const table = values instanceof Float32Array ? undefined : byteTable(name, scale);
  const words = values instanceof Float32Array ? NO_WORDS : wordsOf(values);
  const buffer = new Float32Array(Math.min(batchSize, count) * size);
  const gather: BatchSource['xs'] = (order, start, end) => {
    for (let i = start; i < end; i++) {
      const from = (order[i] as number) * size;
      const to = (i - start) * size;
      if (table === undefined) {
        buffer.set((values as Float32Array).subarray(from, from + size), to);
      } else {
        const done = lookUpWords(table, words, from, buffer, to, size);
        lookUp(table, values as Uint8Array, from + done, buffer, to + done, size - done);
      }
    }
    return buffer.subarray(0, (end - start) * size);
  };
  return {
    count,
    sampleShape,
    xs: gather,
    tensor(order, start, end) {
      const shape = [end - start, ...sampleShape];
      const backend = tf.backend() as ByteBackend;
      const info =
        table &&
        backend.tensorOfBytes?.(shape, table, (into) =>
          copySamples(values as Uint8Array, order.subarray(start, end), size, into),
        );
      if (info !== undefined) return tf.engine().makeTensorFromTensorInfo(info);
      return tf.tensor(gather(order, start, end), shape);
    },
  };
}

function copySamples(bytes: Uint8Array, samples: Int32Array, size: number, into: Uint8Array): void {
  samples.forEach((sample, i) => {
    into.set(bytes.subarray(sample * size, (sample + 1) * size), i * size);
  });
}

const NO_WORDS = new Uint32Array();
const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** The bytes four to a word, the first lowest; none where they do not lie so. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const { buffer, byteOffset, length } = bytes;
  if (!IS_LITTLE_ENDIAN || byteOffset % 4 !== 0) return NO_WORDS;
  return new Uint32Array(buffer, byteOffset, Math.floor(length / 4));
}

/**
 * What {@link lookUp} does, in a third of its time, as far as whole pairs of words reach.
 *
 * @returns how many values were looked up.
 */
function lookUpWords(
  table: Float32Array,
  words: Uint32Array,
  from: number,
  into: Float32Array,
  to: number,
  count: number,
): number {
  if (from % 4 !== 0 || words.length === 0) return 0;
  const done = count - (count % 8);
  for (let word = from / 4, at = to; at < to + done; word += 2, at += 8) {
    const low = words[word] as number;
    const high = words[word + 1] as number;
    into[at] = table[low & 255] as number;
    into[at + 1] = table[(low >>> 8) & 255] as number;
    into[at + 2] = table[(low >>> 16) & 255] as number;
    into[at + 3] = table[low >>> 24] as number;
    into[at + 4] = table[high & 255] as number;
    into[at + 5] = table[(high >>> 8) & 255] as number;
    into[at + 6] = table[(high >>> 16) & 255] as number;
    into[at + 7] = table[high >>> 24] as number;
  }
  return done;
}

/** A loop of its own: V8 keeps a caller's variables out of registers. */
function lookUp(
  table: Float32Array,
  values: Uint8Array,
  from: number,
  into: Float32Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) into[to + i] = table[values[from + i] as number] as number;
}

/** What JavaScript may bring along in place of data: an iterable, a tensor, nothing. */
function requireData(name: string, data: unknown): void {
  const given = Object(data) as Record<string, unknown>;
  const hasValues = ['images', 'xs'].some((key) => ArrayBuffer.isView(given[key]));
  if (hasValues && Array.isArray(given.shape)) return;
  const received = Object(data) === data ? `keys [${Object.keys(given).join(', ')}]` : String(data);
  throw new TypeError(
    `${name}: data must be { images, labels, shape } or { xs, ys, shape }, typed arrays and a list; received ${received}. ` +
      'Batches of your own go into { samples, batches }, or into the option batches.',
  );
}

/** Refuses a model with several inputs or outputs. */
export function requireOneInput(name: string, model: LayersModel): void {
  if (model.inputs.length !== 1 || model.outputs.length !== 1) {
    throw new RangeError(
      `${name}: model must have one input and one output; received ${model.inputs.length} and ${model.outputs.length}. ` +
        'Train others with tfjs’s own fit.',
    );
  }
}

/** Refuses samples of another shape than the model's only input. */
export function requireModelShape(
  name: string,
  model: LayersModel,
  sampleShape: readonly number[],
): void {
  const expected = (model.inputs[0]?.shape ?? []).slice(1);
  const fits =
    expected.length === sampleShape.length &&
    expected.every((size, i) => size === null || size === sampleShape[i]);
  if (!fits) {
    throw new RangeError(
      `${name}: samples must have the model's input shape [${expected.join(', ')}]; received [${sampleShape.join(', ')}].`,
    );
  }
}

function byteTable(name: string, scale: number | undefined): Float32Array {
  if (scale !== undefined && !Number.isFinite(scale)) {
    throw new RangeError(`${name}: scale must be a finite number; received ${scale}.`);
  }
  // Divided, not multiplied, by default: float32(b / 255) is what NumPy and Keras users get.
  return Float32Array.from({ length: 256 }, (_, byte) =>
    scale === undefined ? byte / 255 : byte * scale,
  );
}
