/** The time, and a way to be called later; a test hands in its own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `action` once after `delayMs`; what it returns takes that back. */
  after(delayMs: number, action: () => void): () => void;
}

/** The platform's clock. Its timers keep no Node process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs);
    // In a browser a timer is a number.
    if (typeof timer === 'object') timer.unref();
    return () => clearTimeout(timer);
  },
};
