/** tfjs says `acc`, Keras `accuracy`; other names turn from camelCase to Keras's snake_case. */
export function kerasName(name: string): string {
  const known: Record<string, string> = { acc: 'accuracy', ce: 'crossentropy' };
  return (
    known[name] ??
    (name.toUpperCase() === name
      ? name.toLowerCase()
      : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
  );
}
