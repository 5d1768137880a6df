import { requireNumber } from './options.js';

/** The default of a constant, or default and range if that is not [0, 1]. */
type Rule = number | readonly [value: number, min: number, max: number];

/** What an optimizer's own `options` say, or else its defaults, each checked against its range. */
export function constants<K extends string>(
  name: string,
  options: { readonly [key in NoInfer<K>]?: number },
  rules: Readonly<Record<K, Rule>>,
): Readonly<Record<K, number>> {
  const chosen = {} as Record<K, number>;
  for (const key of Object.keys(rules) as K[]) {
    const rule = rules[key];
    const [value, min, max] = typeof rule === 'number' ? [rule, 0, 1] : rule;
    chosen[key] = options[key] ?? value;
    requireNumber(name, key, chosen[key], min, max);
  }
  return chosen;
}
