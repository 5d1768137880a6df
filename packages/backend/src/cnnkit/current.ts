import { getBackend } from '@tensorflow/tfjs-core';

/** Name under which the backend registers with tfjs. */
export const BACKEND_NAME = 'cnnkit';

/** Whether it is the backend that tfjs computes on now. */
export function isCurrent(): boolean {
  return getBackend() === BACKEND_NAME;
}
