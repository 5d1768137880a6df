import { expect, test } from 'vitest';
import { historyCsv } from './history-csv.js';

test('epoch comes first, the other keys are sorted, and a missing value is NA', () => {
  expect(historyCsv([0, 1], { loss: [0.5, 0.25], accuracy: [0.8, 0.9], val_loss: [0.6] })).toBe(
    'epoch,accuracy,loss,val_loss\n0,0.8,0.5,0.6\n1,0.9,0.25,NA\n',
  );
});
