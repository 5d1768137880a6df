import { packageTests } from '../../vitest.base.ts';
// Tests load the addon of this machine; this builds it if its sources have changed.
import './scripts/build.mjs';

export default packageTests();
