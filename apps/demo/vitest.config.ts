import { packageTests } from '../../vitest.base.ts';

// Runs of the whole program: on a loaded machine each takes its time.
export default packageTests({ testTimeout: 240_000 });
