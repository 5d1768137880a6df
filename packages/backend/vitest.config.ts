import { packageTests } from '../../vitest.base.ts';
// Tests run the kernels that lie in wasm/; this builds them if their sources have changed.
import './scripts/build-wasm.mjs';

export default packageTests();
