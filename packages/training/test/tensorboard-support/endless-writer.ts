// Writes events as fast as it can until it is killed, ten seconds at most; run by a test in a
// process of its own.
import { EventWriter } from '../../src/tensorboard/events/event-writer.js';
import { nodeLogs } from '../../src/tensorboard/node/node-logs.js';
import { textSummary } from '../../src/tensorboard/payloads/text.js';

const writer = await EventWriter.open(nodeLogs(process.argv[2]!), '', { maxQueue: 3 });
// Long records, so that the kill falls into one of them more often than not.
const text = [textSummary('long', 'x'.repeat(200_000))];
const end = Date.now() + 10_000;
for (let step = 0; Date.now() < end; step++) {
  await writer.write(step, text);
  if (step === 10) console.log('writing');
}
