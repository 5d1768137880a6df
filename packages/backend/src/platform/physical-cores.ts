import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

/**
 * Physical cores this process may use. Two threads on one core share its multiply-add units: they gain
 * nothing and wait for each other. Linux tells which logical CPUs share a core. Intel Macs pair them;
 * elsewhere logical CPUs are taken for cores.
 */
export function physicalCores(): number {
  const logical = availableParallelism();
  if (process.platform === 'darwin' && process.arch === 'x64') return Math.max(1, logical >> 1);
  if (process.platform !== 'linux') return logical;
  const cores = new Set<string>();
  try {
    for (let cpu = 0; cpu < cpus().length; cpu++) {
      const file = `/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`;
      cores.add(readFileSync(file, 'utf8'));
    }
  } catch {
    return logical; // some containers hide the topology
  }
  return Math.min(logical, cores.size);
}
