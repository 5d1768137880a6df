import { describe, expect, it } from 'vitest';
import type { Logs, TrainingContext } from '../callback.js';
import { duration, type ProgressBarOptions, progressBar } from './progress-bar.js';

/** Drives a bar with a clock of its own: every batch takes 50 ms, validation 1 s. */
function run(options: Partial<ProgressBarOptions> = {}, epochs = 2, stopAfter = Infinity): string {
  let text = '';
  let time = 0;
  const write = (part: string) => {
    text += part;
  };
  const bar = progressBar({ write, now: () => time, ...options });
  const params = { epochs, steps: 10, batchSize: 8, samples: 75 };
  bar.setContext!({ params } as TrainingContext);
  for (let epoch = 0; epoch < epochs; epoch++) {
    bar.onEpochBegin!(epoch);
    for (let batch = 0; batch < 10; batch++) {
      if (batch >= stopAfter) {
        bar.onTrainEnd!({});
        return text;
      }
      time += 50;
      const logs: Logs = bar.needsBatchLogs!(batch) ? { accuracy: 0.5, loss: 1 / (batch + 1) } : {};
      bar.onTrainBatchEnd!(batch, logs);
    }
    time += 1000;
    bar.onEpochEnd!(epoch, { accuracy: 0.75, loss: 0.00025, val_loss: 0.5 });
  }
  bar.onTrainEnd!({});
  return text;
}

describe('progressBar', () => {
  it('writes one plain line an epoch where lines cannot be rewritten', () => {
    const line =
      '10/10 ━━━━━━━━━━━━━━━━━━━━ 2s 50ms/step 150 samples/s - accuracy: 0.7500 - loss: 2.5000e-4 - val_loss: 0.5000\n';
    expect(run()).toBe(`Epoch 1/2\n${line}Epoch 2/2\n${line}`);
  });

  it('leaves out the heading of an only epoch, as Keras does', () => {
    expect(run({ rate: false }, 1)).toMatch(/^10\/10 ━+ 2s 50ms\/step - accuracy/);
  });

  it('rewrites its line at most once an interval, with the time left', () => {
    const text = run({ dynamic: true, intervalMs: 200, rate: false }, 1);
    const lines = text.split('\r').slice(1);
    expect(lines.map((line) => line.split(' ')[1] && line.trim().slice(0, 5))).toEqual([
      '1/10 ',
      '5/10 ',
      '9/10 ',
      '10/10',
    ]);
    expect(lines[1]).toContain(
      '5/10 ━━━━━━━━━━────────── 0s 50ms/step - accuracy: 0.5000 - loss: 0.2000',
    );
    expect(text.endsWith('val_loss: 0.5000\n')).toBe(true);
  });

  it('covers what a longer line left behind', () => {
    const text = run({ dynamic: true, intervalMs: 0 }, 1);
    const shown: string[] = [];
    for (const line of text.replace(/\n$/, '').split('\r').slice(1)) {
      shown.push(line + (shown.at(-1) ?? '').slice(line.length));
      expect(shown.at(-1)!.trimEnd()).toBe(line.trimEnd());
    }
  });

  it('cuts a line that would wrap', () => {
    const text = run({ dynamic: true, columns: 40 }, 1);
    for (const line of text.split(/[\r\n]/)) expect(line.length).toBeLessThan(40);
  });

  it('ends the line that an interrupted run leaves open', () => {
    expect(run({ dynamic: true }, 1, 3).endsWith('\n')).toBe(true);
  });

  it('says durations as Keras does', () => {
    expect([0, 59.9, 61, 3599, 3661].map(duration)).toEqual([
      '0s',
      '59s',
      '1:01',
      '59:59',
      '1:01:01',
    ]);
  });
});
