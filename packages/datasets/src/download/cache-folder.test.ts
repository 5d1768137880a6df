import { expect, test } from 'vitest';
import { cacheFolder } from './cache-folder.js';

test.each([
  ['linux', {}, '/home/u', '/home/u/.cache/cnnkit'],
  ['linux', { XDG_CACHE_HOME: '/var/x' }, '/home/u', '/var/x/cnnkit'],
  ['linux', { XDG_CACHE_HOME: 'relative' }, '/home/u', '/home/u/.cache/cnnkit'],
  ['darwin', {}, '/Users/u', '/Users/u/Library/Caches/cnnkit'],
  ['win32', { LOCALAPPDATA: 'C:\\L' }, 'C:\\u', 'C:\\L\\cnnkit\\Cache'],
  ['win32', {}, 'C:\\u', 'C:\\u\\AppData\\Local\\cnnkit\\Cache'],
  ['darwin', { CNNKIT_CACHE_DIR: '/somewhere' }, '/Users/u', '/somewhere'],
])('on %s with %o it is the folder of the platform', (platform, env, home, expected) => {
  expect(cacheFolder({ platform, env, home })).toBe(expected);
});
