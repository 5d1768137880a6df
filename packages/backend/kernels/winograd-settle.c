// winograd-settle: what a batch normalisation, relu and perhaps a valid 2 x 2 pool decide behind a convolution by
// winograd.c, checked before they do. The convolution kept, a tile and filter, the measure of what it added up
// (`scales`); by now mean and variance are known. Wherever an output lies so close to a turn that rounding could
// carry it there, y, the convolution, is overwritten by direct sums (see SLACK in decide.h), so that normalising
// and pooling it, and relu's gradient, decide as they would of direct sums.
// Chunks: shares of the tiles. Each makes the N factors once, in scratch. Memory-bound: y is read once, and less than
// one in a thousand of its vectors written.
#include "decide.h"
#include "norm.h"
#include "winograd.h"

typedef struct Decision {
  Exact exact;
  const float *mean, *factor, *offset;
  float *y;
  int pooled;
} Decision;

// The vectors of one tile, filters from n on: pixel (i, j) lies at `at + i * row + j * pixel`.
INLINE void settle_tile(const Decision *d, const Patch *p, const float *scales, int b, int oh, int ow, int n,
                        int *alike) {
  const int N = d->exact.g->filters;
  const V mean = load(d->mean + n), factor = load(d->factor + n), offset = d->offset ? load(d->offset + n) : zero();
  const V margin = doubt(load(scales + n)) * v_abs(factor);
  const VI there = lanes() < N - n; // what lies beyond is rubbish
#define AT(i, j) (p->first + (i) * p->image_row + (j) * p->image_pixel + n)
#define VALUE(i, j) NORMED(load(AT(i, j)), mean, factor, offset)
  if (d->pooled) {
    // A tile is a window; of one that hangs over the edge the pool takes nothing.
    if (p->y1 < 2 || p->x1 < 2) return;
    V best = splat(-__builtin_inff()), winner = zero();
    for (int k = 0; k < 4; k++) {
      const VI better = VALUE(k >> 1, k & 1) > best;
      winner = pick(better, load(AT(k >> 1, k & 1)), winner);
      best = pick(better, VALUE(k >> 1, k & 1), best);
    }
    // Alike is what was so before it was normalised; what is so only afterwards is near.
    Contest contest = {.best = best};
    for (int k = 0; k < 4; k++) {
      contest.is[k] = load(AT(k >> 1, k & 1)) == winner;
      contest.near |= ~(VALUE(k >> 1, k & 1) <= best - margin) & ~contest.is[k];
    }
    if (!winner_open(&contest, margin, there, alike, &d->exact, b, oh, ow)) return;
  } else {
    VI unsure = {};
    for (int i = 0; i < p->y1; i++)
      for (int j = 0; j < p->x1; j++) unsure |= ~(v_abs(VALUE(i, j)) >= margin);
    if (!some(unsure & there)) return;
  }
  for (int i = 0; i < p->y1; i++)
    for (int j = 0; j < p->x1; j++) {
      if (!d->pooled && !some(~(v_abs(VALUE(i, j)) >= margin) & there)) continue;
      float direct[VW];
      sum_directly(&d->exact, b, oh + i, ow + j, n, direct);
      store_part(AT(i, j), load(direct), N - n);
    }
#undef VALUE
#undef AT
}

// y scales mean variance offset scale x w bias m pooled geometry epsilon
static void k_winograd_settle(const Task *task) {
  const float *scales = FLOATS(1), *variance = FLOATS(3), *scale = FLOATS_OR_NULL(5);
  const Geometry *g = &GEOMETRY(11);
  const int N = g->filters;
  float *factor = (float *)task->scratch;
  for (int n = 0; n < N; n += VW)
    store(factor + n, norm_factor(load(variance + n), scale ? load(scale + n) : splat(1), splat(FLOAT(11 + GEOMETRY_INTS))));
  const Decision d = {{g, FLOATS(6), FLOATS(7), FLOATS_OR_NULL(8)}, FLOATS(2), factor, FLOATS_OR_NULL(4), FLOATS(0), INT(10)};
  const Tiles tiles = tiles_of(g, INT(9), 0);
  int lo, hi;
  share(task, tiles.total, &lo, &hi);
  for (int t = lo; t < hi; t++) {
    const Patch p = find_patch(d.y, g->out_height, g->out_width, N, &tiles, t, 0, 0, tiles.m, N, 0);
    const int b = t / tiles.per_image, r = t % tiles.per_image;
    int alike = -1;
    for (int n = 0; n < N; n += VW)
      settle_tile(&d, &p, scales + (size_t)t * N, b, r / tiles.across * tiles.m, r % tiles.across * tiles.m, n, &alike);
  }
}
