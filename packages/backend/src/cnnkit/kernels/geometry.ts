import type { backend_util } from '@tensorflow/tfjs-core';

type Conv2DInfo = backend_util.Conv2DInfo;

/** What of a shape the kernels know. */
export type Geometry = Pick<
  Conv2DInfo,
  | ('batchSize' | 'inHeight' | 'inWidth' | 'inChannels' | 'filterHeight' | 'filterWidth')
  | ('outHeight' | 'outWidth' | 'outChannels' | 'strideHeight' | 'strideWidth')
  | ('dilationHeight' | 'dilationWidth')
> & { readonly padInfo: Pick<Conv2DInfo['padInfo'], 'top' | 'left'> };

/** How many integers of a command {@link geometryOf} gives. */
export const GEOMETRY_INTS = 15;

/** A convolution's or pool's shape as `kernels/geometry.h` has it. */
export function geometryOf(info: Geometry): number[] {
  return [
    ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels],
    ...[info.filterHeight, info.filterWidth],
    ...[info.outHeight, info.outWidth, info.outChannels],
    ...[info.strideHeight, info.strideWidth, info.padInfo.top, info.padInfo.left],
    ...[info.dilationHeight, info.dilationWidth],
  ];
}

/** Multiply-adds of the convolution done directly. */
export function multiplyAdds(info: Conv2DInfo): number {
  const { batchSize, outHeight, outWidth, outChannels, filterHeight, filterWidth, inChannels } =
    info;
  return batchSize * outHeight * outWidth * outChannels * filterHeight * filterWidth * inChannels;
}
