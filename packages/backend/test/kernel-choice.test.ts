import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { COMMANDS } from '../src/cnnkit/opcodes.ts';
import type { NativeKernels } from '../src/cnnkit/threads/native-library.ts';

// Which build of the kernels is taken, on machines that this one is not.

const { variables, addon } = vi.hoisted(() => ({
  variables: {} as Record<string, string>,
  addon: { value: undefined as NativeKernels | Error | undefined },
}));

vi.mock('#platform', async () => ({
  platform: {
    ...(await import('../src/platform/node.ts')).platform,
    arch: 'x64',
    variable: (name: string) => variables[name],
    readKernelsHash: async () => 'the same',
    loadNative: async () => {
      if (addon.value instanceof Error) throw addon.value;
      return addon.value;
    },
  },
}));

const { inspectKernels, openKernels } = await import('../src/cnnkit/open.ts');

/** An addon of a CPU with vectors of these widths. It is never opened here. */
function native(bits: number[], kernels = 'the same'): NativeKernels {
  const never = () => {
    throw new Error('the addon was called');
  };
  const commands = `${COMMANDS.join(' ')} `;
  return {
    bits,
    kernels,
    commands,
    open: never,
    drain: never,
    wake: never,
    close: never,
    peak: never,
  };
}

beforeEach(() => {
  addon.value = native([512, 256, 128]);
});
afterEach(() => {
  for (const name of Object.keys(variables)) delete variables[name];
});

const openedBy = async (options = {}) => {
  const library = await openKernels({ threads: 1, ...options });
  library.close();
  return library.name;
};

describe('native', () => {
  test('is taken at the widest vectors of the CPU, or the narrower ones asked for', async () => {
    await expect(openKernels()).rejects.toThrow('the addon was called');
    expect((await inspectKernels())[0]).toMatchObject({ name: 'native-avx512', available: true });
    variables.CNNKIT_NATIVE_WIDTH = '256';
    expect((await inspectKernels())[0]).toMatchObject({ name: 'native-avx2', available: true });
  });

  test('a CPU without AVX2 takes WebAssembly, which is faster there, unless native is forced', async () => {
    addon.value = native([128]);
    expect(await openedBy()).toMatch(/^wasm-/);
    expect((await inspectKernels())[0]).toEqual({
      name: 'native',
      available: false,
      reason: 'this CPU has no AVX2, and without it WebAssembly is faster',
    });
    await expect(openKernels({ kernels: 'native' })).rejects.toThrow('the addon was called');
  });

  test.each([
    ['no binary for this platform', () => new Error('@cnnkit/native has no binary for sunos-x64')],
    ['one built from other kernels', () => native([256], 'another hash')],
    ['one with other commands', () => ({ ...native([256]), commands: 'matmul ' })],
  ])('%s: WebAssembly runs, inspectBackends says why, and forcing it fails', async (_, make) => {
    addon.value = make();
    expect(await openedBy()).toMatch(/^wasm-/);
    const [report] = await inspectKernels();
    expect(report).toMatchObject({ name: 'native', available: false });
    expect(report!.reason).toMatch(/no binary for sunos|of different versions/);
    await expect(openKernels({ kernels: 'native' })).rejects.toMatchObject({
      code: 'KERNELS_UNAVAILABLE',
    });
    variables.CNNKIT_KERNELS = 'native';
    await expect(openKernels()).rejects.toThrow(report!.reason!);
  });
});

test('CNNKIT_KERNELS=wasm passes native over, and says so', async () => {
  variables.CNNKIT_KERNELS = 'wasm';
  expect(await openedBy()).toMatch(/^wasm-/);
  expect((await inspectKernels()).map(({ reason }) => reason)).toEqual([
    'CNNKIT_KERNELS asks for wasm',
    undefined,
  ]);
});

test('a variable that says nothing known is refused', async () => {
  variables.CNNKIT_KERNELS = 'fast';
  await expect(openKernels()).rejects.toThrow(
    'CNNKIT_KERNELS must be native, wasm or not set; received "fast".',
  );
  delete variables.CNNKIT_KERNELS;
  variables.CNNKIT_NATIVE_WIDTH = '64';
  await expect(openKernels()).rejects.toThrow(
    'CNNKIT_NATIVE_WIDTH must be 128, 256 or 512; received "64".',
  );
});
