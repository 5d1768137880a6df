// An engine for the driver's tests: it claims the times its environment says and computes nothing.
import { serve } from '../engines/serve.mjs';

const { MS_PER_STEP = '1', LOSS = '2.3', PARAMETERS = '93322', FAILURE } = process.env;
if (FAILURE) throw new Error(FAILURE);
Object.assign(process, { resourceUsage: () => ({ maxRSS: 1 }) });
console.log('a line that is not of the protocol');
await serve({
  description: 'fake',
  parameters: Number(PARAMETERS),
  async train(steps) {
    return { ms: steps * Number(MS_PER_STEP), loss: Number(LOSS) };
  },
  async predict(count) {
    return { ms: count };
  },
});
