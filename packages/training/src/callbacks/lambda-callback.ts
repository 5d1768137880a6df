import type { Callback } from '../callback.js';

/**
 * A callback of the hooks given, as Keras's LambdaCallback. A plain object with the hooks does the
 * same here; this is for those who come with the name.
 */
export class LambdaCallback implements Callback {
  constructor(hooks: Callback) {
    Object.assign(this, hooks);
  }
}
