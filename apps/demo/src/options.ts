import { parseArgs } from 'node:util';

/** What one run of the demo does. */
export interface DemoOptions {
  readonly data: DataName;
  /** Whether `--data` was given: only an unasked-for default may be replaced by generated digits. */
  readonly dataNamed: boolean;
  readonly model: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: string;
  /** Undefined: the optimizer's own default. */
  readonly learningRate: number | undefined;
  readonly seed: number;
  /** Training images to use, taken from the front; undefined: all. */
  readonly samples: number | undefined;
  readonly validationSplit: number;
  /** Undefined: the fastest backend that works here. */
  readonly backend: string | undefined;
  /** Undefined: as many as the machine has cores. */
  readonly threads: number | undefined;
  /** Undefined: a new folder under `runs/`. */
  readonly out: string | undefined;
}

export type DataName = (typeof dataNames)[number];
const dataNames = ['mnist', 'fashion-mnist', 'generated'] as const;

/** The names that an option may take and that other packages decide. */
export interface KnownNames {
  readonly models: readonly string[];
  readonly optimizers: readonly string[];
  readonly backends: readonly string[];
}

/** A mistake on the command line: one clear line, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface OptionHelp {
  readonly value: string;
  readonly text: string;
}

function optionHelp(known: KnownNames): Record<string, OptionHelp> {
  return {
    data: { value: 'NAME', text: `${dataNames.join(', ')} (default mnist)` },
    model: { value: 'NAME', text: `${known.models.join(', ')} (default basic-cnn)` },
    epochs: { value: 'N', text: 'passes over the training images (default 5)' },
    'batch-size': { value: 'N', text: 'images in a training step (default 64)' },
    optimizer: { value: 'NAME', text: `${known.optimizers.join(', ')} (default adam)` },
    'learning-rate': {
      value: 'X',
      text: "first step size, which falls to 0 along a half cosine (default: the optimizer's own)",
    },
    seed: { value: 'N', text: 'decides weights, order of images and dropout (default 1)' },
    samples: { value: 'N', text: 'use only the first N training images (default all)' },
    'validation-split': {
      value: 'X',
      text: 'share of the training images kept for validation, 0 to below 1 (default 0.1)',
    },
    backend: {
      value: 'NAME',
      text: `${known.backends.join(', ')} (default: the fastest that works here)`,
    },
    threads: { value: 'N', text: 'threads of the backend (default: one a core)' },
    out: {
      value: 'DIR',
      text: 'where report, pictures, model and logs go (default: a new folder in runs/)',
    },
    help: { value: '', text: 'this text' },
  };
}

/**
 * Reads the command line.
 *
 * @returns The options, or `'help'` when it asks for help.
 * @throws UsageError for an unknown option or a value out of range; its message is one line.
 */
export function parseOptions(args: readonly string[], known: KnownNames): DemoOptions | 'help' {
  const values = readValues(args, known);
  if (values.help !== undefined) return 'help';
  const batchSize = integer(values, 'batch-size', 64, 1);
  return {
    data: oneOf(values, 'data', dataNames, 'mnist'),
    dataNamed: values.data !== undefined,
    model: oneOf(values, 'model', known.models, 'basic-cnn'),
    epochs: integer(values, 'epochs', 5, 1),
    batchSize,
    optimizer: oneOf(values, 'optimizer', known.optimizers, 'adam'),
    learningRate: optional(values, 'learning-rate', (v) => positive('learning-rate', v)),
    seed: integer(values, 'seed', 1, 0, 2 ** 32 - 1),
    samples: optional(values, 'samples', () => integer(values, 'samples', 0, 1)),
    validationSplit: share(values, 'validation-split', 0.1),
    backend: optional(values, 'backend', () => oneOf(values, 'backend', known.backends, '')),
    threads: optional(values, 'threads', () => integer(values, 'threads', 0, 1, 64)),
    out: values.out,
  };
}

/** The text of `--help`. */
export function helpText(known: KnownNames): string {
  const rows = Object.entries(optionHelp(known)).map(([name, help]) => {
    const left = `  --${name}${help.value ? ` ${help.value}` : ''}`;
    return left.padEnd(26) + wrap(help.text, 72, 26);
  });
  return [
    'Trains a convolutional network and reports what it learned.',
    '',
    'Usage: npm run demo -- [options]',
    '',
    ...rows,
    '',
    'Ctrl-C ends the training after the current step and keeps what is trained so far.',
  ].join('\n');
}

type Values = Record<string, string | undefined>;

function readValues(args: readonly string[], known: KnownNames): Values {
  const names = Object.keys(optionHelp(known));
  const options = Object.fromEntries(
    names.map((name) => [name, { type: name === 'help' ? 'boolean' : 'string' } as const]),
  );
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { ...options, h: { type: 'boolean', short: 'h' } },
    });
    const read: Values = {};
    for (const [name, value] of Object.entries(values))
      read[name === 'h' ? 'help' : name] = String(value);
    return read;
  } catch (cause) {
    const first = cause instanceof Error ? cause.message.split(/\.\s|\n/)[0] : String(cause);
    throw new UsageError(
      `${first}. The options are ${names.map((name) => `--${name}`).join(', ')}.`,
    );
  }
}

function optional<T>(values: Values, name: string, read: (value: string) => T): T | undefined {
  const value = values[name];
  return value === undefined ? undefined : read(value);
}

function oneOf<T extends string>(
  values: Values,
  name: string,
  allowed: readonly T[],
  fallback: T,
): T {
  const value = values[name] ?? fallback;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) {
    throw new UsageError(`--${name} must be one of ${allowed.join(', ')}; received '${value}'.`);
  }
  return found;
}

function integer(
  values: Values,
  name: string,
  fallback: number,
  least: number,
  most = 2 ** 31,
): number {
  const text = values[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most) {
    const range = most === 2 ** 31 ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new UsageError(`--${name} must be a whole number ${range}; received '${text}'.`);
  }
  return value;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw new UsageError(`--${name} must be a number above 0; received '${text}'.`);
  }
  return value;
}

function share(values: Values, name: string, fallback: number): number {
  const text = values[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value < 1)) {
    throw new UsageError(`--${name} must be a number from 0 to below 1; received '${text}'.`);
  }
  return value;
}

function wrap(text: string, width: number, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}
