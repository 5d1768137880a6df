import { readFileSync } from 'node:fs';

/** A block of code in a docstring or a README, and where it stands. */
export interface Example {
  readonly where: string;
  readonly code: string;
}

/** The ts blocks of a source file's `@example`s, without the stars. */
export function docExamples(path: string, name: string): Example[] {
  const comments = readFileSync(path, 'utf8').match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  const plain = comments.map((comment) => comment.replace(/^\s*\* ?/gm, '')).join('\n');
  return blocks(plain, name);
}

/** The ts blocks of a Markdown file. */
export function readmeExamples(path: string): Example[] {
  return blocks(readFileSync(path, 'utf8'), 'README.md');
}

function blocks(text: string, name: string): Example[] {
  return Array.from(text.matchAll(/^```ts\n([\s\S]*?)^```$/gm), ([, code], i) => {
    return { where: `${name}, example ${i + 1}`, code: code ?? '' };
  });
}

/**
 * Runs an example with the names in scope and imports out of `modules`. Each `expression; // → value`
 * is compared by `check`, and `console.log` collects lines.
 *
 * @returns how many values were compared, and what was printed
 */
export async function runExample(
  { code }: Example,
  scope: Readonly<Record<string, unknown>>,
  check: (actual: unknown, expected: unknown, line: string) => void,
  modules: Readonly<Record<string, object>> = {},
): Promise<{ compared: number; printed: string }> {
  const printed: string[] = [];
  const console = { log: (...values: unknown[]) => printed.push(values.join(' ')) };
  let compared = 0;
  const compare = (actual: unknown, expected: unknown, line: string) => {
    compared++;
    check(actual, expected, line);
  };
  const body = code
    .replace(/^import (\{[^}]*\}) from ('[^']*');$/gm, 'const $1 = modules[$2];')
    .replace(/^(?!const )(.*); \/\/ → (.*)$/gm, (_, actual, expected) => {
      return `compare(${actual}, ${expected}, ${JSON.stringify(actual)});`;
    });
  const names = { ...scope, console, compare, modules };
  const Async = Object.getPrototypeOf(async () => {}).constructor as FunctionConstructor;
  await new Async(...Object.keys(names), body)(...Object.values(names));
  return { compared, printed: printed.join('\n') };
}

/** Matches a source in which the function or class has a docstring with an example. */
export function documentedWithExample(name: string): RegExp {
  return new RegExp(
    `/\\*\\*(?:(?!\\*/)[\\s\\S])*@example(?:(?!\\*/)[\\s\\S])*\\*/\\s*export (?:async function|function|class) ${name}\\b`,
  );
}
