import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, platform, totalmem } from 'node:os';

/** What a number depends on and must be quoted with. */
export function describeMachine() {
  return {
    cpu: cpuName(),
    vectors: vectorWidth(),
    threadsPerCore: threadsPerCore(),
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${platform()} ${arch()}`,
    node: process.version,
    v8: process.versions.v8,
    date: new Date().toISOString().slice(0, 10),
    loadBefore: loadavg()[0],
  };
}

/** One line for people. @param {ReturnType<typeof describeMachine>} machine */
export function machineLine(machine) {
  const smt = machine.threadsPerCore > 1 ? `, ${machine.threadsPerCore} threads a core` : '';
  const vectors = machine.vectors ? `, ${machine.vectors}` : '';
  const cpu = `${machine.cpu}${vectors}, ${machine.cores} logical CPUs${smt}`;
  return `${cpu}; ${machine.platform}, Node ${machine.node}; ${machine.date}`;
}

/** Virtual machines shorten the model's name ("AMD EPYC"), so family and model go with it. */
function cpuName() {
  const name = cpus()[0]?.model.trim() ?? 'unknown CPU';
  const [family, model] = [cpuInfo('cpu family'), cpuInfo('model')];
  return family && model ? `${name} (family ${family}, model ${model})` : name;
}

function vectorWidth() {
  const flags = ` ${cpuInfo('flags') ?? ''} `;
  if (flags.includes(' avx512f ')) return 'AVX-512';
  if (flags.includes(' avx2 ')) return 'AVX2';
  return arch() === 'arm64' ? 'NEON' : undefined;
}

function threadsPerCore() {
  const [siblings, cores] = [Number(cpuInfo('siblings')), Number(cpuInfo('cpu cores'))];
  return siblings > 0 && cores > 0 ? siblings / cores : 1;
}

/** A field of the first CPU in /proc/cpuinfo (Linux only). @param {string} field */
function cpuInfo(field) {
  try {
    const text = readFileSync('/proc/cpuinfo', 'utf8');
    return new RegExp(`^${field}\\s*: (.*)$`, 'm').exec(text)?.[1];
  } catch {
    return undefined;
  }
}
