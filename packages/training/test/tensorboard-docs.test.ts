import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';

const docs = readFileSync(new URL('../docs/tensorboard.md', import.meta.url), 'utf8');
// Within the package, so that its dependencies resolve.
const folder = fileURLToPath(new URL('../test-results/docs/', import.meta.url));
const sources = new URL('../src/tensorboard/', import.meta.url);

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const examples = [...docs.matchAll(/```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g)];

test.each(examples.map(([, code, printed], i) => ({ i, code: code!, printed: printed! })))(
  'example $i of docs/tensorboard.md runs and prints what stands below it',
  async ({ i, code, printed }) => {
    const lines: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
    const program = `${folder}tensorboard-${i}.ts`;
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      program,
      code.replace('@cnnkit/training/tensorboard', `${sources.pathname}index.ts`),
    );
    await import(/* @vite-ignore */ program);
    expect(`${lines.join('\n')}\n`).toBe(printed);
  },
);

test('docs/tensorboard.md has an example that runs', () => {
  expect(examples.length).toBeGreaterThan(0);
});
