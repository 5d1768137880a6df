import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
/** Each program with what it says it prints. */
const programs = [...readme.matchAll(/```ts\n([\s\S]*?)```\s*```text\n([\s\S]*?)```/g)].map(
  ([, program, printed], at) => ({ program: program!, printed: printed!, nth: at + 1 }),
);

beforeAll(async () => {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  await run(process.execPath, [tsc, '-b', 'tsconfig.build.json'], { cwd: root });
});

test.each(programs)('program $nth of the README prints what it says', async (one) => {
  const program = one.program.replace("'@cnnkit/backend'", "'./dist/index.js'");
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], {
    cwd: root,
    timeout: 60_000,
  });
  expect(stdout).toBe(one.printed);
});

test('every program of the README says what it prints', () => {
  expect(programs).toHaveLength(readme.match(/^```ts$/gm)!.length);
});
