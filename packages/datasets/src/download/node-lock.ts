import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DatasetError } from '../dataset-error.js';

/** How a lock behaves; the defaults suit downloads. */
export interface LockOptions {
  readonly signal: AbortSignal | undefined;
  /** Called once, when another process holds the lock. */
  readonly onWait: () => void;
  /** How often the holder shows that it is alive. */
  readonly heartbeatMs?: number;
  /** A lock without a sign of life for so long is broken. */
  readonly staleMs?: number;
  readonly pollMs?: number;
}

/**
 * Runs `work` while holding a lock file, so that two processes do not do the same.
 *
 * The lock of a dead process is broken: at once if it ran on this machine, else when it is stale.
 * In a rare race two processes may both take a broken lock. That costs a second download and
 * nothing else, because nobody writes to another's partial file.
 */
export async function withLock<T>(
  path: string,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const { heartbeatMs = 2000, staleMs = 20_000, pollMs = 100, signal, onWait } = options;
  const token = `${process.pid} ${hostname()} ${randomUUID()}`;
  let waited = false;
  while (!(await tryCreate(path, token))) {
    signal?.throwIfAborted();
    if (await breakIfDead(path, staleMs)) continue;
    if (!waited) onWait();
    waited = true;
    await pause(pollMs, undefined, signal === undefined ? {} : { signal }).catch(() => {});
    signal?.throwIfAborted();
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    // A lock that was taken away shows at the release.
    utimes(path, now, now).catch(() => {});
  }, heartbeatMs);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await removeGraves(path);
    if ((await readLock(path)) === token) await rm(path, { force: true });
  }
}

async function tryCreate(path: string, token: string): Promise<boolean> {
  try {
    const handle = await open(path, 'wx');
    try {
      await handle.writeFile(token);
    } finally {
      await handle.close();
    }
    return true;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // Windows says EPERM while a removed lock is still open somewhere.
    if (code === 'EEXIST' || (code === 'EPERM' && process.platform === 'win32')) return false;
    throw new DatasetError(
      'cache',
      `load: the cache folder must be writable; ${path} cannot be made ` +
        `(${(cause as Error).message}). Set CNNKIT_CACHE_DIR or the option cacheDir.`,
      { file: path, cause },
    );
  }
}

/** True if the lock is gone, because its holder is. */
async function breakIfDead(path: string, staleMs: number): Promise<boolean> {
  const token = await readLock(path);
  const stats = await stat(path).catch(() => undefined);
  if (token === undefined || stats === undefined) return true;
  const [pid, host] = token.split(' ');
  const stale = Date.now() - stats.mtimeMs > staleMs;
  if (!stale && !(host === hostname() && isDead(Number(pid)))) return false;
  // Renaming succeeds for one process only, removing would for all that saw the dead lock.
  const grave = `${path}.${randomUUID()}.dead`;
  try {
    await rename(path, grave);
  } catch {
    return true;
  }
  await rm(grave, { force: true });
  return true;
}

/** Removes broken locks that somebody was killed over before they were gone. */
async function removeGraves(path: string): Promise<void> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  const graves = names.filter((n) => n.startsWith(`${basename(path)}.`) && n.endsWith('.dead'));
  await Promise.all(graves.map((name) => rm(join(folder, name), { force: true })));
}

function isDead(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

async function readLock(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
