import { util } from '@tensorflow/tfjs-core';
import { Op } from '../opcodes.js';
import { chunksFor, type Kernel, sizeOf } from './kernel.js';

/** Running sums or products along an axis. */
function scan(product: boolean): Kernel {
  return ({ inputs, attrs, backend }) => {
    const x = inputs.x!;
    if ((x.dtype !== 'float32' && x.dtype !== 'int32') || x.shape.length === 0) return undefined;
    const axis = util.parseAxisParam(attrs.axis as number, x.shape)[0]!;
    const [outer, inner] = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis + 1))];
    const from = backend.blockOf(x);
    const out = backend.output(x.shape, x.dtype);
    const n = sizeOf(x.shape);
    if (n === 0) return out;
    const flags = [product, x.dtype === 'int32', attrs.reverse === true, attrs.exclusive === true];
    backend.commands.send(Op.scan, chunksFor(outer * Math.ceil(inner / 64), n), [
      ...[from, backend.blockOf(out), outer, x.shape[axis]!, inner],
      ...flags.map(Number),
    ]);
    return out;
  };
}

export const SCAN_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['Cumsum', scan(false)],
  ['Cumprod', scan(true)],
];
