// The backend's tests with every test file in a process of the emulated Node, which vitest starts as it
// starts any: by process.execPath.
import '../../../backend/scripts/build-wasm.mjs';
import { packageTests } from '../../../../vitest.base.ts';

process.execPath = process.env.CNNKIT_EMULATED_NODE;

export default packageTests({
  pool: 'forks',
  maxWorkers: 2,
  testTimeout: 1_800_000,
  hookTimeout: 1_800_000,
  reporters: ['default'],
});
