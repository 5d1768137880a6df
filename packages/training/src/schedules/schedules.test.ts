import { describe, expect, it } from 'vitest';
import { readFixture } from '../../test/support/fixtures.js';
import { cosineDecay } from './cosine.js';
import { createSchedule } from './create-schedule.js';
import { exponentialDecay, piecewiseConstantDecay } from './decay.js';
import { oneCycle } from './one-cycle.js';

interface ScheduleCase {
  schedule: string;
  options: Record<string, unknown>;
  values: number[];
  momentum?: number[];
}

const keras = readFixture<ScheduleCase[]>('schedules.json');
const cycles = readFixture<ScheduleCase[]>('schedules_one_cycle.json');

describe('schedules', () => {
  it.each(keras)(
    '$schedule $options equals Keras’s at every step',
    ({ schedule, options, values }) => {
      const rate = createSchedule({ class_name: schedule, config: options });
      values.forEach((expected, step) => {
        // A unit in the last place of the largest rate: log, cos and pow differ by libraries.
        expect(Math.abs(rate(step) - expected), `step ${step}`).toBeLessThanOrEqual(2e-8);
      });
    },
  );

  it.each(cycles)(
    '$schedule $options equals PyTorch’s at every step',
    ({ options, values, momentum }) => {
      const { max_lr: maxLearningRate, ...rest } = options;
      const camel = Object.fromEntries(
        Object.entries(rest).map(([key, value]) => [
          key.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase()),
          value,
        ]),
      );
      const schedule = oneCycle({ maxLearningRate, ...camel } as never);
      values.forEach((expected, step) => {
        expect(schedule(step)).toBeCloseTo(expected, 12);
        if (momentum) expect(schedule.momentum(step)).toBeCloseTo(momentum[step]!, 12);
      });
    },
  );

  it('gives what it was made with, so that it can be written down and read back', () => {
    const made = cosineDecay({ initialLearningRate: 0.1, decaySteps: 100, alpha: 0.1 });
    const { className, config } = made;
    const again = createSchedule({ className, config });
    expect([0, 50, 100, 101].map(again)).toEqual([0, 50, 100, 101].map(made));
  });

  it('rejects what makes no sense', () => {
    expect(() =>
      exponentialDecay({ initialLearningRate: 1, decaySteps: 0, decayRate: 0.5 }),
    ).toThrow(/decaySteps must be above 0; received 0/);
    expect(() => piecewiseConstantDecay({ boundaries: [1], values: [1] })).toThrow(/one more/);
    expect(() => createSchedule({ className: 'Sawtooth' })).toThrow(/CosineDecay.*"?Sawtooth/);
  });
});
