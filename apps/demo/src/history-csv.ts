/**
 * The history as Keras's CSVLogger writes it: `epoch` first, the other keys sorted, epochs from 0.
 */
export function historyCsv(
  epochs: readonly number[],
  history: Record<string, readonly number[]>,
): string {
  const keys = Object.keys(history).sort();
  const rows = epochs.map((epoch, i) =>
    [epoch, ...keys.map((key) => history[key]?.[i] ?? 'NA')].join(','),
  );
  return `${[['epoch', ...keys].join(','), ...rows].join('\n')}\n`;
}
