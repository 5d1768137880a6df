import { create } from '@bufbuild/protobuf';
import {
  type TensorProto,
  TensorProtoSchema,
} from '../events/gen/tensorboard/compat/proto/tensor_pb.js';
import { DataType } from '../events/gen/tensorboard/compat/proto/types_pb.js';

/** A tensor of 32-bit floats, stored as TensorFlow stores numbers: their little-endian bytes. */
export function floatTensor(values: ArrayLike<number>, shape: readonly number[]): TensorProto {
  const content = new DataView(new ArrayBuffer(values.length * 4));
  for (let i = 0; i < values.length; i++) content.setFloat32(i * 4, values[i]!, true);
  return numberTensor(DataType.DT_FLOAT, content, shape);
}

/** A tensor of 64-bit floats. */
export function doubleTensor(values: ArrayLike<number>, shape: readonly number[]): TensorProto {
  const content = new DataView(new ArrayBuffer(values.length * 8));
  for (let i = 0; i < values.length; i++) content.setFloat64(i * 8, values[i]!, true);
  return numberTensor(DataType.DT_DOUBLE, content, shape);
}

/** A tensor of strings: text (as UTF-8) or any bytes. */
export function stringTensor(
  values: readonly (string | Uint8Array)[],
  shape: readonly number[],
): TensorProto {
  const encoder = new TextEncoder();
  return create(TensorProtoSchema, {
    dtype: DataType.DT_STRING,
    tensorShape: shapeProto(shape),
    stringVal: values.map((value) => (typeof value === 'string' ? encoder.encode(value) : value)),
  });
}

function numberTensor(dtype: DataType, content: DataView<ArrayBuffer>, shape: readonly number[]) {
  return create(TensorProtoSchema, {
    dtype,
    tensorShape: shapeProto(shape),
    tensorContent: new Uint8Array(content.buffer),
  });
}

function shapeProto(shape: readonly number[]) {
  return { dim: shape.map((size) => ({ size: BigInt(size) })) };
}
