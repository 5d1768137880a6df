/** Keras's name for the first layer of a class: `Conv2D` gives `conv2d`, `ReLU` gives `re_lu`. */
function kerasBaseName(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** A function that names layers as Keras does in a fresh session: `dense`, `dense_1`, `dense_2` … */
export function layerNamer(): (className: string) => string {
  const counts = new Map<string, number>();
  return (className) => {
    const base = kerasBaseName(className);
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    return count === 0 ? base : `${base}_${count}`;
  };
}
