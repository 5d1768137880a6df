import { BATCH_NORM_KERNELS } from './batch-norm.js';
import { BINARY_KERNELS } from './binary.js';
import { CHOOSE_KERNELS } from './choose.js';
import { CONVOLUTION_KERNELS } from './convolution.js';
import { DEPTHWISE_KERNELS } from './depthwise.js';
import { EINSUM_KERNELS } from './einsum.js';
import { GATHER_ND_KERNELS } from './gather-nd.js';
import { KEEP_MASK_KERNELS } from './keep-mask.js';
import type { Kernel } from './kernel.js';
import { LRN_KERNELS } from './lrn.js';
import { MATMUL_KERNELS } from './matmul.js';
import { MOVE_KERNELS } from './move.js';
import { POOL_KERNELS } from './pool.js';
import { REARRANGE_KERNELS } from './rearrange.js';
import { REDUCE_KERNELS } from './reduce.js';
import { RESIZE_KERNELS } from './resize.js';
import { SCAN_KERNELS } from './scan.js';
import { SEEDED_MASK_KERNELS } from './seeded-mask.js';
import { UNARY_KERNELS } from './unary.js';
import { UPDATE_KERNELS } from './update.js';
import { VOLUME_KERNELS } from './volume.js';
import { VOLUME_POOL_KERNELS } from './volume-pool.js';

/** The tfjs kernels that run as commands, by name. */
export const KERNELS: readonly (readonly [string, Kernel])[] = [
  ...UNARY_KERNELS,
  ...BINARY_KERNELS,
  ...REDUCE_KERNELS,
  ...MATMUL_KERNELS,
  ...CONVOLUTION_KERNELS,
  ...DEPTHWISE_KERNELS,
  ...POOL_KERNELS,
  ...MOVE_KERNELS,
  ...CHOOSE_KERNELS,
  ...GATHER_ND_KERNELS,
  ...UPDATE_KERNELS,
  ...REARRANGE_KERNELS,
  ...RESIZE_KERNELS,
  ...VOLUME_KERNELS,
  ...VOLUME_POOL_KERNELS,
  ...SCAN_KERNELS,
  ...LRN_KERNELS,
  ...KEEP_MASK_KERNELS,
  ...SEEDED_MASK_KERNELS,
  ...EINSUM_KERNELS,
  ...BATCH_NORM_KERNELS,
];
