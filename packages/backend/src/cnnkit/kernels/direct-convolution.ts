import type { backend_util } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import { SCRATCH_BYTES } from '../layout.js';
import { Op } from '../opcodes.js';
import type { Storage } from '../storage.js';
import { geometryOf, multiplyAdds } from './geometry.js';
import { chunksFor } from './kernel.js';

type Conv2DInfo = backend_util.Conv2DInfo;

/** Sends a convolution with bias (0 for none) and activation, by direct sums. */
export function sendDirect(
  backend: CnnkitBackend,
  info: Conv2DInfo,
  [x, filter]: readonly [Storage, Storage],
  bias: number,
  out: number,
  activation: number,
): void {
  if (isFew(info)) {
    const ints = [x.block(), filter.block(), bias, out, activation, ...geometryOf(info)];
    backend.commands.send(Op.conv2dFew, chunksFor(info.batchSize, multiplyAdds(info)), ints);
    return;
  }
  const pixels = info.batchSize * info.outHeight * info.outWidth;
  const chunks = chunksFor(Math.ceil(pixels / 48), multiplyAdds(info));
  const ints = [x.block(), filter.block(), bias, out, activation, ...geometryOf(info)];
  backend.commands.send(Op.conv2d, chunks, ints);
}

/** Height and width of an image with all the padding its windows reach. */
export function paddedSides(info: Conv2DInfo): [height: number, width: number] {
  const { outHeight, outWidth, strideHeight, strideWidth } = info;
  const height = (outHeight - 1) * strideHeight + info.effectiveFilterHeight;
  return [height, (outWidth - 1) * strideWidth + info.effectiveFilterWidth];
}

/** Its floats. */
export function paddedSize(info: Conv2DInfo): number {
  const [height, width] = paddedSides(info);
  return height * width * info.inChannels;
}

/** Whether vectors had better run along pixels than along filters: see `kernels/conv2d-few.c`. */
function isFew(info: Conv2DInfo): boolean {
  const { inChannels, outChannels, outWidth, strideWidth } = info;
  const fits = paddedSize(info) * 4 + 256 <= SCRATCH_BYTES;
  return inChannels === 1 && outChannels <= 8 && outWidth >= 12 && strideWidth === 1 && fits;
}
