import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';

// Each block of code in the README runs and prints the block that follows it.
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/```ts\n(.*?)```\s+prints\s+```\n(.*?)```/gs)];
const here = fileURLToPath(new URL('.', import.meta.url));
let folder: string | undefined;
afterEach(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

test('every block of code says what it prints', () => {
  expect(examples).toHaveLength([...readme.matchAll(/```ts\n/g)].length);
});

test.each(examples.map(([, code, output], i) => [i + 1, code!, output!] as const))(
  'example %i prints what the README says',
  async (_, code, output) => {
    folder = mkdtempSync(join(here, 'readme-'));
    const file = join(folder, 'example.ts');
    writeFileSync(file, code);
    const lines: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((...args) => void lines.push(args.join(' ')));
    await import(file);
    expect(`${lines.join('\n')}\n`).toBe(output);
  },
);
