import { type Bits, placeAtHalf, upperHalves } from './upper-halves.js';

/** Up to so many values are dealt to about twice as many places, more to few: so what is written is near. */
export const FEW = 0x8000;

/** Magnitudes, on which a minus (on a zero too) is a mark, and what each weighs. */
export interface Values {
  readonly values: Float64Array;
  readonly weights: Float64Array | undefined;
}

/** How values were dealt: by how far they are from the lowest, or by their upper bits. */
export interface Spots {
  readonly low: number;
  readonly scale: number;
  readonly places: number;
  readonly bits?: Bits | undefined;
}

/** To how many places so many values are dealt: about twice as many, or about 2048 times fewer. */
export function placesFor(count: number): number {
  const wanted = count <= FEW ? 2 * count : Math.min(count / 2048, 1024);
  return 2 ** Math.round(Math.log2(wanted));
}

/** The place of what lies so far from the least. */
export function placeOf(distance: number, scale: number): number {
  return (distance * scale) | 0;
}

/** Deals one stretch after the other. */
interface Dealer {
  /** How many have each place, and then where each begins, and when all are dealt where it ends. */
  readonly counts: Uint32Array;
  /** Finds where each place begins, from the start of the stretch on; gives the greatest count. */
  readonly count: (values: Float64Array, spots: Spots, start: number) => number;
  /** Moves each to its place; begins become ends. */
  readonly deal: (source: Values, spots: Spots, sorted: Values) => void;
}

/** One for all: nobody's code runs between a count and the deal that it is for. */
export const dealer: Dealer = makeDealer();

/**
 * The counts are a constant, since loops over an array that the engine knows take less time, and one of a
 * function, since bundlers make variables of a module's.
 */
function makeDealer(): Dealer {
  const counts = new Uint32Array(2 * FEW);

  return { counts, count, deal };

  function count(values: Float64Array, { low, scale, places, bits }: Spots, start: number): number {
    counts.fill(0, 0, places);
    if (bits) addBits(values, bits);
    else addPlaces(values, low, scale);
    return cumulate(places, start);
  }

  /** Adds up how many have each place; four at a time, since the engine checks the array once a round. */
  function addPlaces(values: Float64Array, low: number, scale: number): void {
    const odd = values.length & 3;
    for (let i = 0; i < odd; i++) counts[placeOf(Math.abs(values[i]!) - low, scale)]!++;
    for (let i = odd; i < values.length; i += 4) {
      counts[placeOf(Math.abs(values[i]!) - low, scale)]!++;
      counts[placeOf(Math.abs(values[i + 1]!) - low, scale)]!++;
      counts[placeOf(Math.abs(values[i + 2]!) - low, scale)]!++;
      counts[placeOf(Math.abs(values[i + 3]!) - low, scale)]!++;
    }
  }

  function addBits(values: Float64Array, bits: Bits): void {
    const halves = upperHalves(values);
    for (let i = 0; i < values.length; i++) counts[placeAtHalf(halves[2 * i]!, bits)]!++;
  }

  /** Turns the counts of places, a multiple of four, into where each begins; gives the greatest count. */
  function cumulate(places: number, start: number): number {
    let begin = start;
    let most = 0;
    for (let place = 0; place < places; place += 4) {
      const a = counts[place]!;
      const b = counts[place + 1]!;
      const c = counts[place + 2]!;
      const d = counts[place + 3]!;
      counts[place] = begin;
      counts[place + 1] = begin + a;
      counts[place + 2] = begin + a + b;
      counts[place + 3] = begin + a + b + c;
      begin += a + b + c + d;
      most = Math.max(most, a, b, c, d);
    }
    return most;
  }

  function deal(source: Values, { low, scale, bits }: Spots, sorted: Values): void {
    if (bits) dealBits(source, bits, sorted);
    else if (source.weights) dealWeighed(source, low, scale, sorted);
    else dealPlaces(source.values, low, scale, sorted.values);
  }

  function dealPlaces(values: Float64Array, low: number, scale: number, out: Float64Array): void {
    const odd = values.length & 3;
    for (let i = 0; i < odd; i++) {
      out[counts[placeOf(Math.abs(values[i]!) - low, scale)]!++] = values[i]!;
    }
    for (let i = odd; i < values.length; i += 4) {
      const a = values[i]!;
      const b = values[i + 1]!;
      const c = values[i + 2]!;
      const d = values[i + 3]!;
      out[counts[placeOf(Math.abs(a) - low, scale)]!++] = a;
      out[counts[placeOf(Math.abs(b) - low, scale)]!++] = b;
      out[counts[placeOf(Math.abs(c) - low, scale)]!++] = c;
      out[counts[placeOf(Math.abs(d) - low, scale)]!++] = d;
    }
  }

  /** The same with weights: one loop for both would be slower for either. */
  function dealWeighed(
    { values, weights }: Values,
    low: number,
    scale: number,
    { values: out, weights: moved }: Values,
  ): void {
    const odd = values.length & 1;
    for (let i = 0; i < odd; i++) {
      const to = counts[placeOf(Math.abs(values[i]!) - low, scale)]!++;
      out[to] = values[i]!;
      moved![to] = weights![i]!;
    }
    for (let i = odd; i < values.length; i += 2) {
      const a = values[i]!;
      const b = values[i + 1]!;
      const heavyA = weights![i]!;
      const heavyB = weights![i + 1]!;
      const toA = counts[placeOf(Math.abs(a) - low, scale)]!++;
      out[toA] = a;
      moved![toA] = heavyA;
      const toB = counts[placeOf(Math.abs(b) - low, scale)]!++;
      out[toB] = b;
      moved![toB] = heavyB;
    }
  }

  function dealBits(
    { values, weights }: Values,
    bits: Bits,
    { values: out, weights: moved }: Values,
  ): void {
    const halves = upperHalves(values);
    for (let i = 0; i < values.length; i++) {
      const at = counts[placeAtHalf(halves[2 * i]!, bits)]!++;
      out[at] = values[i]!;
      if (weights) moved![at] = weights[i]!;
    }
  }
}
