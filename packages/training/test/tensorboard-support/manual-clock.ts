import type { Clock } from '../../src/tensorboard/index.js';

/** A clock that moves when it is told to. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
  /** How many timers wait. */
  readonly waiting: number;
}

export function manualClock(startMs = 1_700_000_000_500): ManualClock {
  let now = startMs;
  const timers = new Set<{ readonly at: number; readonly action: () => void }>();
  return {
    now: () => now,
    after: (delayMs, action) => {
      const timer = { at: now + delayMs, action };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance: (ms) => {
      now += ms;
      for (const timer of [...timers]) {
        if (timer.at > now) continue;
        timers.delete(timer);
        timer.action();
      }
    },
    get waiting() {
      return timers.size;
    },
  };
}
