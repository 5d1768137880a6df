import { homedir } from 'node:os';
import { posix, resolve, win32 } from 'node:path';

/** What {@link cacheFolder} looks at. */
export interface CacheFolderOptions {
  /** Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: `process.platform`. */
  readonly platform?: string;
  /** Default: the home folder of the user. */
  readonly home?: string;
}

/**
 * The folder that downloads are kept in: `CNNKIT_CACHE_DIR`, else where the platform puts caches.
 *
 * Linux: `$XDG_CACHE_HOME/cnnkit` or `~/.cache/cnnkit`; macOS: `~/Library/Caches/cnnkit`; Windows:
 * `%LOCALAPPDATA%\cnnkit\Cache`.
 *
 * @returns an absolute path; the folder may not exist yet
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 * @example
 * ```ts
 * console.log(cacheFolder());
 * ```
 */
export function cacheFolder(options: CacheFolderOptions = {}): string {
  const { env = process.env, platform = process.platform, home = homedir() } = options;
  if (env.CNNKIT_CACHE_DIR) return resolve(env.CNNKIT_CACHE_DIR);
  if (platform === 'win32') {
    return win32.join(env.LOCALAPPDATA || win32.join(home, 'AppData', 'Local'), 'cnnkit', 'Cache');
  }
  if (platform === 'darwin') return posix.join(home, 'Library', 'Caches', 'cnnkit');
  // The specification has relative paths ignored.
  const xdg = env.XDG_CACHE_HOME;
  return posix.join(xdg?.startsWith('/') ? xdg : posix.join(home, '.cache'), 'cnnkit');
}
