import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { formatWithOptions } from 'node:util';
import { vi } from 'vitest';

/** What one ```ts block of a README printed, and the ```text block that says what it prints. */
export interface ReadmeBlock {
  readonly code: string;
  readonly printed: string;
  readonly expected: string | undefined;
}

/**
 * Runs the ```ts blocks of a package's README one after another, as files inside the package so
 * that they import it by its name, and returns what each printed by console.log. A ```text block
 * that comes before the next ```ts block belongs to it.
 *
 * @param packageFolder - URL of the folder that holds README.md, ending in a slash.
 */
export async function runReadme(packageFolder: URL): Promise<ReadmeBlock[]> {
  const readme = await readFile(new URL('README.md', packageFolder), 'utf8');
  const folder = new URL('.cache/readme/', packageFolder);
  await mkdir(folder, { recursive: true });
  const fences = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  const blocks: ReadmeBlock[] = [];
  for (const [at, [, language, code]] of fences.entries()) {
    if (language !== 'ts') continue;
    const file = new URL(`block-${at}.ts`, folder);
    await writeFile(file, code!);
    const lines: string[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((...args) => {
      lines.push(formatWithOptions({ colors: false }, ...args));
    });
    try {
      await import(/* @vite-ignore */ `${fileURLToPath(file)}?run=${Date.now()}`);
    } finally {
      log.mockRestore();
    }
    const next = fences[at + 1];
    blocks.push({
      code: code!,
      printed: lines.join('\n').trimEnd(),
      expected: next?.[1] === 'text' ? next[2]!.trimEnd() : undefined,
    });
  }
  return blocks;
}
