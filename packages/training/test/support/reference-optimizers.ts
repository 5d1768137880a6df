/**
 * Keras 3's update rules in double precision on plain arrays, written from its sources and apart
 * from the code under test. `ops.cast(python float, …)` goes through float32 in Keras even in a
 * double run, so some constants are rounded and some are not; each rule says which.
 */
export type Config = Record<string, unknown>;

interface State {
  [slot: string]: Float64Array;
}

type Rule = (
  w: Float64Array,
  g: Float64Array,
  state: State,
  lr: number,
  t: number,
  c: Record<string, number>,
  flags: { amsgrad: boolean; centered: boolean; nesterov: boolean },
) => void;

const f = Math.fround;

const RULES: Record<string, { rule: Rule; defaults: Record<string, number>; slots: string[] }> = {
  adam: {
    defaults: { lr: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    slots: ['m', 'v', 'hat'],
    rule: (w, g, { m, v, hat }, lr, t, { beta1, beta2, epsilon }, { amsgrad }) => {
      const alpha = (lr * Math.sqrt(1 - f(beta2!) ** t)) / (1 - f(beta1!) ** t);
      for (let i = 0; i < w.length; i++) {
        m![i]! += (g[i]! - m![i]!) * (1 - beta1!);
        v![i]! += (g[i]! ** 2 - v![i]!) * (1 - beta2!);
        hat![i] = Math.max(hat![i]!, v![i]!);
        w[i]! -= (m![i]! * alpha) / (Math.sqrt(amsgrad ? hat![i]! : v![i]!) + epsilon!);
      }
    },
  },
  nadam: {
    defaults: { lr: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    slots: ['m', 'v', 'product'],
    rule: (w, g, { m, v, product }, lr, t, { beta1, beta2, epsilon }) => {
      const b1 = f(beta1!);
      const b2 = f(beta2!);
      const u = b1 * (1 - 0.5 * f(0.96) ** t);
      const uNext = b1 * (1 - 0.5 * f(0.96) ** (t + 1));
      // The running product uses the constants as they are, and there is one for all variables.
      product![0] = (product![0] || 1) * beta1! * (1 - 0.5 * 0.96 ** t);
      const p = product![0]!;
      for (let i = 0; i < w.length; i++) {
        m![i]! += (g[i]! - m![i]!) * (1 - b1);
        v![i]! += (g[i]! ** 2 - v![i]!) * (1 - b2);
        const mHat = (uNext * m![i]!) / (1 - p * uNext) + ((1 - u) * g[i]!) / (1 - p);
        w[i]! -= (mHat * lr) / (Math.sqrt(v![i]! / (1 - b2 ** t)) + epsilon!);
      }
    },
  },
  adamax: {
    defaults: { lr: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    slots: ['m', 'u'],
    rule: (w, g, { m, u }, lr, t, { beta1, beta2, epsilon }) => {
      for (let i = 0; i < w.length; i++) {
        m![i]! += (g[i]! - m![i]!) * (1 - beta1!);
        u![i] = Math.max(beta2! * u![i]!, Math.abs(g[i]!));
        w[i]! -= (lr * m![i]!) / ((1 - f(beta1!) ** t) * (u![i]! + epsilon!));
      }
    },
  },
  rmsprop: {
    defaults: { lr: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7 },
    slots: ['v', 'm', 'mean'],
    rule: (w, g, { v, m, mean }, lr, _t, { rho, momentum, epsilon }, { centered }) => {
      for (let i = 0; i < w.length; i++) {
        v![i] = rho! * v![i]! + (1 - rho!) * g[i]! ** 2;
        mean![i] = rho! * mean![i]! + (1 - rho!) * g[i]!;
        const variance = v![i]! - (centered ? mean![i]! ** 2 : 0) + epsilon!;
        m![i] = momentum! * m![i]! + (lr * g[i]!) / Math.sqrt(variance);
        w[i]! -= m![i]!;
      }
    },
  },
  sgd: {
    defaults: { lr: 0.01, momentum: 0 },
    slots: ['m'],
    rule: (w, g, { m }, lr, _t, { momentum }, { nesterov }) => {
      const mu = f(momentum!);
      for (let i = 0; i < w.length; i++) {
        m![i] = m![i]! * mu - g[i]! * lr;
        w[i]! += nesterov && mu !== 0 ? m![i]! * mu - g[i]! * lr : m![i]!;
      }
    },
  },
  adagrad: {
    defaults: { lr: 0.001, initialAccumulatorValue: 0.1, epsilon: 1e-7 },
    slots: ['a'],
    rule: (w, g, { a }, lr, t, { initialAccumulatorValue, epsilon }) => {
      if (t === 1) a!.fill(initialAccumulatorValue!);
      for (let i = 0; i < w.length; i++) {
        a![i]! += g[i]! ** 2;
        w[i]! -= (lr * g[i]!) / Math.sqrt(a![i]! + epsilon!);
      }
    },
  },
  adadelta: {
    defaults: { lr: 0.001, rho: 0.95, epsilon: 1e-7 },
    slots: ['a', 'd'],
    rule: (w, g, { a, d }, lr, _t, { rho, epsilon }) => {
      for (let i = 0; i < w.length; i++) {
        a![i] = rho! * a![i]! + (1 - rho!) * g[i]! ** 2;
        const delta = (-Math.sqrt(d![i]! + epsilon!) * g[i]!) / Math.sqrt(a![i]! + epsilon!);
        d![i] = rho! * d![i]! + (1 - rho!) * delta ** 2;
        w[i]! += lr * delta;
      }
    },
  },
  lion: {
    defaults: { lr: 0.001, beta1: 0.9, beta2: 0.99 },
    slots: ['m'],
    rule: (w, g, { m }, lr, _t, { beta1, beta2 }) => {
      const b1 = f(beta1!);
      const b2 = f(beta2!);
      for (let i = 0; i < w.length; i++) {
        w[i]! -= lr * Math.sign(m![i]! * b1 + g[i]! * (1 - b1));
        m![i] = m![i]! * b2 + g[i]! * (1 - b2);
      }
    },
  },
};

/** Steps `weights` (one array a variable) in place; `config` is Keras's `get_config()`. */
export class ReferenceOptimizer {
  readonly #entry: (typeof RULES)[string];
  readonly #config: Config;
  readonly #states: State[] = [];
  #step = 0;

  constructor(name: string, config: Config) {
    const aliases: Record<string, string> = { adamw: 'adam', momentum: 'sgd', nesterov: 'sgd' };
    const entry = RULES[aliases[name] ?? name];
    if (entry === undefined) throw new Error(`no reference for optimizer ${name}`);
    this.#entry = entry;
    this.#config = config;
  }

  #number(key: string, fallback: number): number {
    const value = this.#config[key];
    return typeof value === 'number' ? value : fallback;
  }

  apply(weights: Float64Array[], raw: readonly Float64Array[], learningRate?: number): void {
    this.#step++;
    const { rule, defaults, slots } = this.#entry;
    const lr = learningRate ?? this.#number('learning_rate', defaults.lr!);
    const c = Object.fromEntries(
      Object.entries(defaults).map(([key, value]) => [
        key,
        this.#number(
          key.replace(/[A-Z]/g, (l) => `_${l.toLowerCase()}`).replace(/(\d)/, '_$1'),
          value,
        ),
      ]),
    );
    const gradients = this.#clip(raw);
    weights.forEach((w, i) => {
      this.#states[i] ??= Object.fromEntries(slots.map((s) => [s, new Float64Array(w.length)]));
      const decay = this.#config.weight_decay;
      if (typeof decay === 'number') w.set(w.map((x) => x - x * f(decay) * lr));
      rule(w, gradients[i]!, this.#states[i], lr, this.#step, c, {
        amsgrad: this.#config.amsgrad === true,
        centered: this.#config.centered === true,
        nesterov: this.#config.nesterov === true,
      });
    });
  }

  #clip(gradients: readonly Float64Array[]): readonly Float64Array[] {
    const squares = (g: Float64Array) => g.reduce((total, x) => total + x * x, 0);
    const { clipnorm, global_clipnorm: globalClipnorm, clipvalue } = this.#config;
    if (typeof clipnorm === 'number') {
      return gradients.map((g) => {
        const scale = clipnorm / Math.max(Math.sqrt(squares(g)), clipnorm);
        return g.map((x) => x * scale);
      });
    }
    if (typeof globalClipnorm === 'number') {
      const norm = Math.sqrt(gradients.reduce((total, g) => total + squares(g), 0));
      const scale = globalClipnorm * Math.min(1 / norm, 1 / globalClipnorm);
      return gradients.map((g) => g.map((x) => x * scale));
    }
    if (typeof clipvalue === 'number') {
      return gradients.map((g) => g.map((x) => Math.min(Math.max(x, -clipvalue), clipvalue)));
    }
    return gradients;
  }
}
