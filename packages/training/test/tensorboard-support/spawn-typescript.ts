import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs a program of this package in a Node process of its own. Node 20 cannot run TypeScript, and
 * tests run without a build, so the TensorBoard sources are transpiled into an ignored folder of
 * the package (dependencies resolve from there).
 *
 * @param program path relative to the package
 */
export function spawnTypeScript(
  program: string,
  args: readonly string[],
): ChildProcessByStdio<null, Readable, null> {
  const out = join(PACKAGE, 'test-results/transpiled', String(process.pid));
  for (const file of [program, ...sourcesIn('src/tensorboard')]) {
    const { outputText } = ts.transpileModule(readFileSync(join(PACKAGE, file), 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    const written = join(out, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(written), { recursive: true });
    writeFileSync(written, outputText);
  }
  const entry = join(out, program.replace(/\.ts$/, '.js'));
  const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.once('exit', () => rmSync(out, { recursive: true, force: true }));
  return child;
}

function sourcesIn(folder: string): string[] {
  return readdirSync(join(PACKAGE, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(join(PACKAGE, path)).isDirectory()) return sourcesIn(path);
    return /(?<!\.test|\.d)\.ts$/.test(name) ? [path] : [];
  });
}
