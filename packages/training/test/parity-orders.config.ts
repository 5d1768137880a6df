import { packageTests } from '../../../vitest.base.ts';

export default packageTests({ include: ['test/parity-orders.ts'], reporters: ['default'] });
