import { join } from 'node:path';
import { useBackend } from '@cnnkit/backend';
import { describe } from '@cnnkit/datasets';
import { loadData } from './load-data.js';
import { knownNames } from './names.js';
import { type DemoOptions, helpText, parseOptions, UsageError } from './options.js';
import { defaultOutputFolder, openOutputFolder } from './output-folder.js';
import { writeResults } from './results.js';
import { buildModel, train } from './train.js';

/**
 * The demo as a command.
 *
 * @returns Exit code: 0 done, 1 failed, 2 wrong options, 130 ended by Ctrl-C with results written.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args, knownNames);
    if (options === 'help') {
      console.log(helpText(knownNames));
      return 0;
    }
    return await run(options);
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(error.message);
      return 2;
    }
    console.error(error instanceof Error ? error.message : error);
    if (process.env.CNNKIT_DEBUG) console.error(error);
    return 1;
  }
}

async function run(options: DemoOptions): Promise<number> {
  const interrupt = new AbortController();
  const onInterrupt = (): void => {
    // The second Ctrl-C does not wait for anything.
    if (interrupt.signal.aborted) process.exit(130);
    process.stdout.write('\nEnding after this step; Ctrl-C again ends at once, without results.\n');
    interrupt.abort();
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  try {
    return await trainAndReport(options, interrupt.signal);
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}

async function trainAndReport(options: DemoOptions, signal: AbortSignal): Promise<number> {
  const print = (text: string): void => console.log(text);
  const data = await loadData(options, { signal });
  if (data.notice) print(`${data.notice}\n`);
  print(`${describe(data.train)}\n`);

  const { backend: name, threads } = options;
  const backend = await useBackend({
    ...(name === undefined ? {} : { backend: name }),
    ...(threads === undefined ? {} : { threads }),
  });
  print(`Backend: ${backend.description}\n`);

  const model = buildModel(options, data.train);
  const home = process.env.INIT_CWD ?? process.cwd();
  const out = await openOutputFolder(
    options.out ?? defaultOutputFolder(home, new Date(), data.name, options.model),
  );
  if (out.earlier) print(`Moved the earlier run in ${out.path} to ${out.earlier}\n`);
  const result = await train(model, data, options, { folder: out.path, print, signal });
  const interrupted = signal.aborted;
  await writeResults({ options, data, backend, result, out, interrupted, print });
  print(`\nReport: ${join(out.path, 'report.html')}`);
  model.dispose();
  return interrupted ? 130 : 0;
}
