import { backendNames } from '@cnnkit/backend';
import { modelNames } from '@cnnkit/models';
import { optimizerNames } from '@cnnkit/training';
import type { KnownNames } from './options.js';

/** The names that the packages know, for the options that take one. */
export const knownNames: KnownNames = {
  // The CIFAR networks pool five times or want colour: they do not fit 28 x 28 x 1.
  models: modelNames.filter((name) => !name.startsWith('cifar')),
  optimizers: optimizerNames(),
  backends: backendNames,
};
