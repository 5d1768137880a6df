// What the single-process benches have in common on the command line.
import { parseArgs } from 'node:util';
import { buildPackages } from './build.mjs';

/**
 * Reads a bench's options; --help prints `help` and ends, and the packages are built unless --no-build
 * says otherwise.
 * @template {Record<string, string | false>} T
 * @param {string} help
 * @param {T} defaults what each option is if it is not given; false for one without a value
 * @returns {{ [K in keyof T]: T[K] extends string ? string : boolean }}
 */
export function readCommand(help, defaults) {
  /** @type {Record<string, { type: 'string' | 'boolean', default: string | boolean }>} */
  const options = {};
  for (const [name, value] of Object.entries({ ...defaults, 'no-build': false, help: false }))
    options[name] = { type: value === false ? 'boolean' : 'string', default: value };
  const { values } = parseArgs({ options });
  if (values.help) {
    console.log(help);
    process.exit(0);
  }
  if (!values['no-build']) buildPackages();
  return /** @type {any} */ (values);
}
