import type { TensorProto } from '../events/gen/tensorboard/compat/proto/tensor_pb.js';
import { DataType } from '../events/gen/tensorboard/compat/proto/types_pb.js';

/** A tensor out of an event file; values in row-major order. */
export interface TensorValues {
  /** TensorFlow's name of the type, as `DT_FLOAT`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes for `DT_STRING`, numbers for the rest (64-bit integers lose what a double cannot hold). */
  readonly values: readonly number[] | readonly Uint8Array[];
}

/** How to read one number of `tensor_content`, and the field that holds the numbers otherwise. */
interface NumberType {
  readonly bytes: number;
  read(view: DataView, at: number): number;
  list(tensor: TensorProto): readonly (number | bigint | boolean)[];
}

const NUMBER_TYPES: ReadonlyMap<DataType, NumberType> = new Map<DataType, NumberType>([
  [DataType.DT_FLOAT, { bytes: 4, read: (v, i) => v.getFloat32(i, true), list: (t) => t.floatVal }],
  [
    DataType.DT_DOUBLE,
    { bytes: 8, read: (v, i) => v.getFloat64(i, true), list: (t) => t.doubleVal },
  ],
  [DataType.DT_INT32, { bytes: 4, read: (v, i) => v.getInt32(i, true), list: (t) => t.intVal }],
  [
    DataType.DT_INT64,
    { bytes: 8, read: (v, i) => Number(v.getBigInt64(i, true)), list: (t) => t.int64Val },
  ],
  [DataType.DT_UINT8, { bytes: 1, read: (v, i) => v.getUint8(i), list: (t) => t.intVal }],
  [DataType.DT_BOOL, { bytes: 1, read: (v, i) => v.getUint8(i), list: (t) => t.boolVal }],
]);

/**
 * The values of a tensor, whichever way the writer stored them.
 *
 * @throws RangeError if the tensor is of a type that no summary uses, or holds fewer values than
 * its shape says
 */
export function readTensor(tensor: TensorProto): TensorValues {
  const dtype = nameOf(tensor.dtype);
  const shape = (tensor.tensorShape?.dim ?? []).map(({ size }) => Number(size));
  const size = shape.reduce((product, n) => product * n, 1);
  if (tensor.dtype === DataType.DT_STRING) {
    return { dtype, shape, values: filled(tensor.stringVal, size) };
  }
  const type = NUMBER_TYPES.get(tensor.dtype);
  if (!type) {
    throw new RangeError(
      `readTensor: tensor.dtype must be one a summary uses; received ${dtype}. Read the fields of the message.`,
    );
  }
  const content = tensor.tensorContent;
  if (content.length === 0) {
    return { dtype, shape, values: filled(type.list(tensor).map(Number), size) };
  }
  if (content.length !== size * type.bytes) {
    throw new RangeError(
      `readTensor: tensor must hold ${size * type.bytes} bytes for its shape; received ${content.length}. The writer is at fault.`,
    );
  }
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const values = Array.from({ length: size }, (_, i) => type.read(view, i * type.bytes));
  return { dtype, shape, values };
}

/** TensorFlow leaves out what repeats the last value. */
function filled<T>(values: readonly T[], size: number): T[] {
  if (values.length > size || (values.length === 0 && size > 0)) {
    throw new RangeError(
      `readTensor: tensor must hold ${size} values for its shape; received ${values.length}. The writer is at fault.`,
    );
  }
  return Array.from({ length: size }, (_, i) => values[Math.min(i, values.length - 1)]!);
}

function nameOf(dtype: DataType): string {
  return Object.entries(DataType).find(([, value]) => value === dtype)?.[0] ?? `type ${dtype}`;
}
