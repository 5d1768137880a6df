import type { MetricWarning, MetricWarningCode, WarningListener } from '../warning.js';

/** How an internal helper says that something is doubtful. */
export type Warn = (
  code: MetricWarningCode,
  category: MetricWarning['category'],
  message: string,
) => void;

/** Binds a listener to the name of the public function, and lets each message through once. */
export function warner(metric: string, listener: WarningListener | undefined): Warn {
  if (listener === undefined) return () => {};
  const said = new Set<string>();
  return (code, category, message) => {
    if (said.has(message)) return;
    said.add(message);
    listener({ code, category, metric, message: `${metric}: ${message}` });
  };
}
