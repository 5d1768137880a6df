import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Binary, COMMANDS, Fold, Op, Unary, Update } from '../src/cnnkit/opcodes.ts';

const read = (name: string) => readFileSync(new URL(`../kernels/${name}`, import.meta.url), 'utf8');
const snake = (name: string) => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
/** The members of a C enum, in order. */
const members = (file: string, name: string) =>
  new RegExp(`enum ${name} \\{([^}]*)\\}`)
    .exec(read(file))![1]!
    .split(',')
    .map((m) => m.trim())
    .filter((m) => m !== '' && !m.endsWith('_COUNT'));

test('JavaScript and C number the commands alike', () => {
  const c = [...read('opcodes.h').matchAll(/COMMAND\((\w+)\)/g)]
    .map((m) => m[1]!)
    .filter((n) => n !== 'COMMAND');
  expect(COMMANDS).toEqual(c);
  expect(Object.keys(Op).map(snake)).toEqual(c);
  expect(Object.values(Op)).toEqual(c.map((_, i) => i));
});

test.each([
  ['unary.c', 'UnaryOp', Unary, 'U_'],
  ['binary.c', 'BinaryOp', Binary, 'B_'],
  ['reduce.c', 'ReduceOp', Fold, 'R_'],
  ['update.c', 'UpdateOp', Update, 'S_'],
] as const)('JavaScript and %s number the operations alike', (file, name, numbers, prefix) => {
  const c = members(file, name).map((m) => m.slice(prefix.length));
  expect(
    Object.keys(numbers).map((n) => snake(n).toUpperCase().replace('IS_NA_N', 'IS_NAN')),
  ).toEqual(c);
  expect(Object.values(numbers)).toEqual(c.map((_, i) => i));
});
