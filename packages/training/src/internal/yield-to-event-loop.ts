/** Lets timers, signals and input have their turn, without a timer's minimal delay. */
export function yieldToEventLoop(): Promise<void> {
  if (typeof setImmediate === 'function') {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    // Node's types describe Node's ports; this branch runs in browsers.
    const receiver = port1 as unknown as { onmessage: () => void; close(): void };
    receiver.onmessage = () => {
      receiver.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/**
 * A pause for others that may be asked for often and is taken at most once in `intervalMs`.
 *
 * @returns a promise to await when it is time, else undefined
 */
export function yieldEvery(intervalMs: number): () => Promise<void> | undefined {
  let last = Date.now();
  return () => {
    if (Date.now() - last <= intervalMs) return undefined;
    return yieldToEventLoop().then(() => {
      last = Date.now();
    });
  };
}
