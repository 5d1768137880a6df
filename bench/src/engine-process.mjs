// The driver's side of the protocol that engines/serve.mjs describes.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** @typedef {import('../engines/serve.mjs').Task} Task */

const MARK = '@bench ';
/** As much of what an engine prints as an error message may need. */
const KEPT_LINES = 20;

/** One engine in a process of its own, alive and warm between its turns. */
export class EngineProcess {
  /** @type {import('node:child_process').ChildProcessWithoutNullStreams} */ #child;
  /** @type {AsyncIterator<string>} */ #lines;
  /** @type {string[]} */ #noise = [];
  #name;

  /** @param {string} name @param {import('./engines.mjs').Launch} launch @param {Task} task */
  constructor(name, { command, args, env }, task) {
    this.#name = name;
    this.#child = spawn(command, [...args, JSON.stringify(task)], { env });
    // A process that cannot start, or dies, ends its output: #answer tells what happened.
    this.#child.on('error', (error) => this.#keep(error.message));
    this.#child.stdin.on('error', () => {});
    createInterface({ input: this.#child.stderr }).on('line', (line) => this.#keep(line));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /**
   * Waits until the engine has loaded, built its model and made its data.
   * @returns {Promise<{ description: string, parameters: number }>}
   */
  ready() {
    return this.#answer('ready');
  }

  /**
   * Trains an epoch of `steps` steps.
   * @param {number} steps @param {number} from its first image
   * @returns {Promise<number>} milliseconds a step
   */
  async train(steps, from) {
    const { ms, loss } = await this.#ask(`train ${steps} ${from}`);
    if (!Number.isFinite(loss)) throw new Error(`${this.#name}: its loss became ${loss}.`);
    return ms / steps;
  }

  /** @param {number} count @returns {Promise<number>} images a second */
  async predict(count) {
    return (count / (await this.#ask(`predict ${count}`)).ms) * 1000;
  }

  /** @returns {Promise<number | null>} the most memory it held, in bytes */
  async quit() {
    this.#child.stdin.write('quit\n');
    return (await this.#answer('bye')).peakBytes ?? null;
  }

  kill() {
    this.#child.kill('SIGKILL');
  }

  /** @param {string} request */
  #ask(request) {
    this.#child.stdin.write(`${request}\n`);
    return this.#answer('ok');
  }

  /** @param {string} word @returns {Promise<any>} */
  async #answer(word) {
    for (;;) {
      const { value: line, done } = await this.#lines.next();
      if (done)
        throw new Error(`${this.#name} ended without an answer:\n${this.#noise.join('\n')}`);
      if (line.startsWith(`${MARK}${word} `)) {
        return JSON.parse(line.slice(MARK.length + word.length + 1));
      }
      this.#keep(line);
    }
  }

  /** @param {string} line */
  #keep(line) {
    this.#noise.push(line);
    if (this.#noise.length > KEPT_LINES) this.#noise.shift();
  }
}
