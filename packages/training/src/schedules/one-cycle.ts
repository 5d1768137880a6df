import { makeSchedule, requirePositive } from './make-schedule.js';
import type { LearningRateSchedule } from './schedule.js';

/** Options of {@link oneCycle}, with PyTorch's defaults. */
export interface OneCycleOptions {
  maxLearningRate: number;
  totalSteps: number;
  /** Share of the steps that rise. Default: 0.3. */
  pctStart?: number;
  /** Default: 'cos'. */
  annealStrategy?: 'cos' | 'linear';
  /** The first rate is the largest divided by this. Default: 25. */
  divFactor?: number;
  /** The last rate is the first divided by this. Default: 1e4. */
  finalDivFactor?: number;
  /** Fall symmetrically first, then to the last rate. Default: false. */
  threePhase?: boolean;
  /** Momentum at the largest rate. Default: 0.85. */
  baseMomentum?: number;
  /** Momentum at both ends. Default: 0.95. */
  maxMomentum?: number;
}

/** A one-cycle schedule, with the momentum that goes with each step. */
export interface OneCycleSchedule extends LearningRateSchedule {
  momentum(step: number): number;
}

interface Phase {
  readonly end: number;
  readonly rates: readonly [from: number, to: number];
  readonly momenta: readonly [from: number, to: number];
}

/**
 * The one-cycle policy (Smith): up to the largest rate, then down far below the first; momentum
 * moves the other way. As PyTorch's OneCycleLR; steps beyond the last keep the last rate.
 */
export function oneCycle(options: OneCycleOptions): OneCycleSchedule {
  const {
    maxLearningRate,
    totalSteps,
    pctStart = 0.3,
    annealStrategy = 'cos',
    divFactor = 25,
    finalDivFactor = 1e4,
    threePhase = false,
    baseMomentum = 0.85,
    maxMomentum = 0.95,
  } = options;
  requirePositive('oneCycle', 'totalSteps', totalSteps);
  if (!(pctStart >= 0 && pctStart <= 1)) {
    throw new RangeError(`oneCycle: pctStart must lie in [0, 1]; received ${pctStart}.`);
  }
  const config = {
    maxLearningRate,
    totalSteps,
    pctStart,
    annealStrategy,
    divFactor,
    finalDivFactor,
    threePhase,
    baseMomentum,
    maxMomentum,
  };
  const first = maxLearningRate / divFactor;
  const last = first / finalDivFactor;
  const top = pctStart * totalSteps - 1;
  const up: Phase = {
    end: top,
    rates: [first, maxLearningRate],
    momenta: [maxMomentum, baseMomentum],
  };
  const down: readonly Phase[] = threePhase
    ? [
        { end: 2 * top, rates: [maxLearningRate, first], momenta: [baseMomentum, maxMomentum] },
        { end: totalSteps - 1, rates: [first, last], momenta: [maxMomentum, maxMomentum] },
      ]
    : [
        {
          end: totalSteps - 1,
          rates: [maxLearningRate, last],
          momenta: [baseMomentum, maxMomentum],
        },
      ];
  const phases = [up, ...down];
  const anneal = annealStrategy === 'cos' ? annealCosine : annealLinear;
  const at = (step: number, pick: (phase: Phase) => readonly [number, number]): number => {
    let start = 0;
    for (const [i, phase] of phases.entries()) {
      if (step <= phase.end || i === phases.length - 1) {
        const share = Math.min((step - start) / (phase.end - start), 1);
        return anneal(...pick(phase), share);
      }
      start = phase.end;
    }
    return last;
  };
  const schedule = makeSchedule('OneCycle', config, (step) => at(step, ({ rates }) => rates));
  return Object.assign(schedule, {
    momentum: (step: number) => at(step, ({ momenta }) => momenta),
  });
}

function annealCosine(from: number, to: number, share: number): number {
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
}

function annealLinear(from: number, to: number, share: number): number {
  return (to - from) * share + from;
}
