import { describe, expect, test } from 'vitest';
import { helpText, parseOptions, UsageError } from './options.js';

const known = {
  models: ['basic-cnn', 'lenet'],
  optimizers: ['adam', 'sgd'],
  backends: ['cnnkit', 'cpu'],
};

describe('parseOptions', () => {
  test('has a default for everything', () => {
    expect(parseOptions([], known)).toEqual({
      data: 'mnist',
      dataNamed: false,
      model: 'basic-cnn',
      epochs: 5,
      batchSize: 64,
      optimizer: 'adam',
      learningRate: undefined,
      seed: 1,
      samples: undefined,
      validationSplit: 0.1,
      backend: undefined,
      threads: undefined,
      out: undefined,
    });
  });

  test('reads every option, with = and without', () => {
    const args =
      '--data fashion-mnist --model=lenet --epochs 3 --batch-size=32 --optimizer sgd --learning-rate 1e-2 --seed 7 --samples 500 --validation-split 0 --backend cpu --threads 2 --out here';
    expect(parseOptions(args.split(' '), known)).toEqual({
      data: 'fashion-mnist',
      dataNamed: true,
      model: 'lenet',
      epochs: 3,
      batchSize: 32,
      optimizer: 'sgd',
      learningRate: 0.01,
      seed: 7,
      samples: 500,
      validationSplit: 0,
      backend: 'cpu',
      threads: 2,
      out: 'here',
    });
  });

  test.each(['--help', '-h'])('%s asks for help', (flag) => {
    expect(parseOptions([flag], known)).toBe('help');
  });

  test.each([
    ['--epochs 0', "--epochs must be a whole number of at least 1; received '0'."],
    ['--epochs 2.5', "--epochs must be a whole number of at least 1; received '2.5'."],
    ['--batch-size many', "--batch-size must be a whole number of at least 1; received 'many'."],
    ['--threads 100', "--threads must be a whole number from 1 to 64; received '100'."],
    ['--learning-rate=-1', "--learning-rate must be a number above 0; received '-1'."],
    ['--learning-rate NaN', "--learning-rate must be a number above 0; received 'NaN'."],
    [
      '--validation-split 1',
      "--validation-split must be a number from 0 to below 1; received '1'.",
    ],
    ['--model vgg', "--model must be one of basic-cnn, lenet; received 'vgg'."],
    ['--data cats', "--data must be one of mnist, fashion-mnist, generated; received 'cats'."],
    ['--backend gpu', "--backend must be one of cnnkit, cpu; received 'gpu'."],
    ['--optimizer lbfgs', "--optimizer must be one of adam, sgd; received 'lbfgs'."],
  ])('%s is refused in one line that names option, rule and value', (line, message) => {
    expect(() => parseOptions(line.split(' '), known)).toThrow(new UsageError(message));
  });

  test.each(['--epoch 3', '--epochs', 'mnist'])(
    '%s is refused and the options are listed',
    (line) => {
      expect(() => parseOptions(line.split(' '), known)).toThrow(/The options are --data, --model/);
      try {
        parseOptions(line.split(' '), known);
      } catch (error) {
        expect((error as Error).message).not.toContain('\n');
      }
    },
  );
});

test('the help explains each option and lists the names it takes', () => {
  const text = helpText(known);
  for (const name of 'data model epochs batch-size optimizer learning-rate seed samples validation-split backend threads out help'.split(
    ' ',
  )) {
    expect(text).toContain(`--${name}`);
  }
  expect(text).toContain('basic-cnn, lenet');
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
});
