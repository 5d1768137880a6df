// `npm run test:orders`: trains the parity runs in other orders of their images (test/parity-orders.ts).
//
//   node scripts/test-orders.mjs [orders]      (24; CNNKIT_DATA_DIR names the data)
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const orders = process.argv[2] ?? '24';
if (!(Number(orders) > 0)) {
  console.error(`test:orders: orders must be a number above 0; received ${orders}.`);
  process.exit(2);
}
const { status } = spawnSync('vitest', ['run', '--config', 'test/parity-orders.config.ts'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  env: { ...process.env, CNNKIT_ORDERS: orders },
  stdio: 'inherit',
});
process.exit(status ?? 1);
