import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, platform, release } from 'node:os';

const packages = [
  '@cnnkit/backend',
  '@cnnkit/datasets',
  '@cnnkit/metrics',
  '@cnnkit/models',
  '@cnnkit/random',
  '@cnnkit/training',
  '@cnnkit/visualization',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
];

/** Versions of everything that a run's result depends on, by package name. */
export function versions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  const read = (name: string): string =>
    JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')).version;
  return {
    node: process.version.slice(1),
    ...Object.fromEntries(packages.map((name) => [name, read(name)])),
  };
}

/** The machine that a run ran on. */
export function machine(): { os: string; cpu: string; cores: number } {
  const cores = cpus();
  return {
    os: `${platform()} ${release()} ${arch()}`,
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
  };
}
