// An engine for the driver's tests: it claims the times its environment says, later images taking longer if it says
// so, and computes nothing.
import { readTask, serve } from '../engines/serve.mjs';

const {
  MS_PER_STEP = '1',
  MS_PER_IMAGE = '0',
  LOSS = '2.3',
  PARAMETERS = '93322',
  FAILURE,
} = process.env;
if (FAILURE) throw new Error(FAILURE);
Object.assign(process, { resourceUsage: () => ({ maxRSS: 1 }) });
console.log('a line that is not of the protocol');
await serve({
  description: 'fake',
  parameters: Number(PARAMETERS),
  async train(steps, from) {
    const { batch, images } = readTask();
    if (from + steps * batch > images)
      throw new RangeError(`there is no image ${from} and so many`);
    return { ms: steps * (Number(MS_PER_STEP) + from * Number(MS_PER_IMAGE)), loss: Number(LOSS) };
  },
  async predict(count) {
    return { ms: count };
  },
});
