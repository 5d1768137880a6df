import { type Bits, placeAtHalf, upperHalves } from './upper-halves.js';

/**
 * Up to so many values are dealt to about twice as many places, so that hardly two share one; more to few,
 * so that what is written is near.
 */
const FEW = 0x20000;

/** So many in one place, a power of 2, are not put in order by insertion. */
export const CROWD = 32;

/** Magnitudes, on which a minus (on a zero too) is a mark, and what each weighs. */
export interface Values {
  readonly values: Float64Array;
  readonly weights: Float64Array | undefined;
}

/** How values are dealt: by how far they are from the lowest, or by their upper bits. */
export interface Spots {
  readonly low: number;
  readonly scale: number;
  readonly places: number;
  readonly bits?: Bits | undefined;
}

/** Many that share a place, and where they lie when all are dealt. */
export interface Crowd {
  readonly place: number;
  readonly begin: number;
  readonly end: number;
}

/** To how many places so many values are dealt: about twice as many, or about 2048 times fewer. */
export function placesFor(count: number): number {
  const wanted = count <= FEW ? 2 * count : Math.min(count / 2048, 1024);
  // The power of 2 that is next to it by ratio; four places are counted at a time.
  return Math.max(4, 1 << (32 - Math.clz32(wanted * Math.SQRT1_2)));
}

/** Deals one stretch after the other. */
interface Dealer {
  /** Finds where each place of so many values at the front begins, from the start of the stretch on. */
  readonly count: (values: Float64Array, size: number, spots: Spots, start: number) => Crowd[];
  /** Moves each of so many values at the front to its place. */
  readonly deal: (source: Values, size: number, spots: Spots, sorted: Values) => void;
}

/** One for all: nobody's code runs between a count and the deal that it is for. */
export const dealer: Dealer = makeDealer();

/**
 * The counts are a constant, since loops over an array that the engine knows take less time, and one of a
 * function, since bundlers make variables of a module's.
 */
function makeDealer(): Dealer {
  // How many have each place, then where it begins, and when all are dealt where it ends.
  const counts = new Uint32Array(2 * FEW);

  return { count, deal };

  function count(
    values: Float64Array,
    size: number,
    { low, scale, places, bits }: Spots,
    start: number,
  ): Crowd[] {
    counts.fill(0, 0, places);
    if (bits) addBits(upperHalves(values), size, bits);
    else addPlaces(values, size, low, scale);
    return cumulate(places, start, size > places ? 2 : CROWD);
  }

  function addBits(halves: Int32Array, size: number, bits: Bits): void {
    for (let i = 0; i < size; i++) counts[placeAtHalf(halves[2 * i]!, bits)]!++;
  }

  /** Adds up how many have each place; four at a time, since the engine checks the array once a round. */
  function addPlaces(values: Float64Array, size: number, low: number, scale: number): void {
    const odd = size & 3;
    for (let i = 0; i < odd; i++) counts[placeOf(values[i]!, low, scale)]!++;
    for (let i = odd; i < size; i += 4) {
      counts[placeOf(values[i]!, low, scale)]!++;
      counts[placeOf(values[i + 1]!, low, scale)]!++;
      counts[placeOf(values[i + 2]!, low, scale)]!++;
      counts[placeOf(values[i + 3]!, low, scale)]!++;
    }
  }

  /** Turns the counts of places, a multiple of four, into where each begins. */
  function cumulate(places: number, start: number, least: number): Crowd[] {
    const crowds: Crowd[] = [];
    let begin = start;
    for (let place = 0; place < places; place += 4) {
      const a = counts[place]!;
      const b = counts[place + 1]!;
      const c = counts[place + 2]!;
      const d = counts[place + 3]!;
      // One check for four: the least is a power of 2.
      if ((a | b | c | d) >= least) addCrowds(crowds, place, begin, least);
      counts[place] = begin;
      counts[place + 1] = begin + a;
      counts[place + 2] = begin + a + b;
      counts[place + 3] = begin + a + b + c;
      begin += a + b + c + d;
    }
    return crowds;
  }

  /** Adds those of four places that so many share. */
  function addCrowds(crowds: Crowd[], first: number, start: number, least: number): void {
    let begin = start;
    for (let place = first; place < first + 4; place++) {
      const end = begin + counts[place]!;
      if (end - begin >= least) crowds.push({ place, begin, end });
      begin = end;
    }
  }

  /** Those that make no full round of the loops first, or all if bits say the place. */
  function deal(source: Values, size: number, spots: Spots, sorted: Values): void {
    const { values, weights } = source;
    const { low, scale, bits } = spots;
    const halves = bits && upperHalves(values);
    const alone = bits ? size : size & (weights ? 1 : 3);
    for (let i = 0; i < alone; i++) {
      const place = bits ? placeAtHalf(halves![2 * i]!, bits) : placeOf(values[i]!, low, scale);
      const to = counts[place]!++;
      sorted.values[to] = values[i]!;
      if (weights) sorted.weights![to] = weights[i]!;
    }
    if (weights) dealWeighed(source, low, scale, sorted, alone, size);
    else dealPlaces(values, low, scale, sorted.values, alone, size);
  }

  function dealPlaces(
    values: Float64Array,
    low: number,
    scale: number,
    out: Float64Array,
    from: number,
    to: number,
  ): void {
    for (let i = from; i < to; i += 4) {
      const a = values[i]!;
      const b = values[i + 1]!;
      const c = values[i + 2]!;
      const d = values[i + 3]!;
      out[counts[placeOf(a, low, scale)]!++] = a;
      out[counts[placeOf(b, low, scale)]!++] = b;
      out[counts[placeOf(c, low, scale)]!++] = c;
      out[counts[placeOf(d, low, scale)]!++] = d;
    }
  }

  /** The same with weights: one loop for both would be slower for either. */
  function dealWeighed(
    { values, weights }: Values,
    low: number,
    scale: number,
    { values: out, weights: moved }: Values,
    from: number,
    to: number,
  ): void {
    for (let i = from; i < to; i += 2) {
      const a = values[i]!;
      const b = values[i + 1]!;
      const heavyA = weights![i]!;
      const heavyB = weights![i + 1]!;
      const toA = counts[placeOf(a, low, scale)]!++;
      out[toA] = a;
      moved![toA] = heavyA;
      const toB = counts[placeOf(b, low, scale)]!++;
      out[toB] = b;
      moved![toB] = heavyB;
    }
  }
}

/** The place of a value by how far from the lowest its magnitude is. */
function placeOf(value: number, low: number, scale: number): number {
  return ((Math.abs(value) - low) * scale) | 0;
}
