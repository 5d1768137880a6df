import { parseArgs } from 'node:util';
import { DatasetError } from '../dataset-error.js';
import type { LoadOptions } from '../load/load-options.js';
import { clean, download, type Io, info, list, path, verify } from './commands.js';

const HELP = `cnnkit-datasets: image data sets in the cache of this machine

  cnnkit-datasets list                  the sets there are, and which are in the cache
  cnnkit-datasets info <set>            classes, licence, citation, files and hashes of a set
  cnnkit-datasets download <set>...     bring sets into the cache, verified
  cnnkit-datasets verify [<set>...]     compare the files with their hashes: those of --cache-dir,
                                        else CNNKIT_DATA_DIR, then the cache
  cnnkit-datasets path [<set>]          the folder that the cache is in
  cnnkit-datasets clean <set>... | --all   remove sets, or all of them, from the cache

  --cache-dir <folder>   another cache (default: CNNKIT_CACHE_DIR, else that of the platform)
  --mirror <address>     download from here; may be repeated
  --quiet                no progress
  --help                 this text
`;

/** Runs the command line; returns the exit code: 0, 1 for a failure, 2 for wrong usage. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return usage(io, (error as Error).message);
  }
  const { values, positionals } = parsed;
  const [command, ...names] = positionals;
  if (values.help || command === undefined) {
    io.out(HELP);
    return values.help ? 0 : 2;
  }
  const options: LoadOptions = {
    ...(values['cache-dir'] === undefined ? {} : { cacheDir: values['cache-dir'] }),
    ...(values.mirror === undefined ? {} : { mirrors: values.mirror }),
    ...(io.signal === undefined ? {} : { signal: io.signal }),
  };
  try {
    switch (command) {
      case 'list':
        return await list(io, options);
      case 'info':
        return names.length === 1 ? info(io, names[0]!) : usage(io, 'info needs one set');
      case 'download':
        if (names.length === 0) return usage(io, 'download needs a set');
        return await download(io, names, options, values.quiet === true);
      case 'verify':
        return await verify(io, names, options);
      case 'path':
        return path(io, names[0], options);
      case 'clean':
        if (names.length === 0 && !values.all) return usage(io, 'clean needs a set or --all');
        return await clean(io, values.all ? undefined : names, options);
      default:
        return usage(io, `there is no command ${JSON.stringify(command)}`);
    }
  } catch (error) {
    if (io.signal?.aborted) {
      io.err('\ninterrupted; what was downloaded so far is kept, and the next call goes on\n');
      return 130;
    }
    if (error instanceof RangeError) return usage(io, error.message);
    if (!(error instanceof DatasetError)) throw error;
    io.err(`${error.message}\n`);
    return 1;
  }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'cache-dir': { type: 'string' },
      mirror: { type: 'string', multiple: true },
      quiet: { type: 'boolean' },
      all: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function usage(io: Io, message: string): number {
  io.err(`cnnkit-datasets: ${message} (--help explains)\n`);
  return 2;
}
