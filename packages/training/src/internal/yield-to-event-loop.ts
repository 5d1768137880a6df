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
