import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

const ours = [
  'report.html',
  'pictures',
  'history.csv',
  'history.json',
  'model',
  'logs',
  'manifest.json',
];

export interface OutputFolder {
  readonly path: string;
  /** Where the results of an earlier run in this folder went; undefined if there were none. */
  readonly earlier: string | undefined;
  /** Writes a file whole or not at all: under a temporary name first, then renamed. */
  write(name: string, content: string | Uint8Array): Promise<void>;
}

/**
 * Makes the folder a run writes to. Results of an earlier run in it are moved to
 * `previous-1`, `previous-2` … inside it, so that nothing is lost and no two runs mix.
 */
export async function openOutputFolder(path: string): Promise<OutputFolder> {
  const folder = resolve(path);
  await mkdir(folder, { recursive: true });
  const earlier = await moveEarlierRun(folder);
  return {
    path: folder,
    earlier,
    write: (name, content) => writeWhole(join(folder, name), content),
  };
}

/** The folder of a run that names none: `runs/<time>-<data>-<model>`. */
export function defaultOutputFolder(base: string, now: Date, data: string, model: string): string {
  const time = now.toISOString().slice(0, 19).replaceAll(':', '-');
  return join(base, 'runs', `${time}-${data}-${model}`);
}

async function moveEarlierRun(folder: string): Promise<string | undefined> {
  const names = await readdir(folder);
  const found = names.filter((name) => ours.includes(name));
  if (found.length === 0) return undefined;
  let n = 1;
  while (names.includes(`previous-${n}`)) n++;
  const target = join(folder, `previous-${n}`);
  await mkdir(target);
  for (const name of found) await rename(join(folder, name), join(target, name));
  return target;
}

async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
