// winograd-settle: what a batch normalisation, relu and perhaps a valid 2 x 2 pool decide behind a convolution by
// winograd.c, checked before they do. The convolution kept, a tile and filter, the measure of what it added up
// (`scales`); by now mean and variance are known. Wherever an output lies so close to a turn that rounding could
// carry it there, y, the convolution, is overwritten by direct sums (see SLACK in decide.h), so that normalising
// and pooling it, and relu's gradient, decide as they would of direct sums. Before relu another tensor may be added,
// as behind a residual block, and the normalisation may be missing there.
// Chunks: shares of the tiles. Each makes the N factors once, in scratch. Memory-bound: y is read once, and less than
// one in a thousand of its vectors written.
#include "decide.h"
#include "norm.h"
#include "winograd.h"

typedef struct Decision {
  Exact exact;
  const float *mean, *factor, *offset, *addend;
  float *y;
  int pooled;
} Decision;

// Filters from n on, and how an output y of theirs is normalised; those past the last are not `there`.
typedef struct Column { int n, left; V mean, factor, offset, margin; VI there; } Column;
INLINE Column column_of(const Decision *d, const float *scales, int n) {
  const int left = d->exact.g->filters - n;
  const V factor = load(d->factor + n);
  return (Column){.n = n, .left = left, .there = lanes() < left, .factor = factor, .mean = load(d->mean + n),
                  .offset = d->offset ? load(d->offset + n) : zero(), .margin = doubt(load(scales + n)) * v_abs(factor)};
}
#define VALUE(y) NORMED(load(y), c->mean, c->factor, c->offset)
// y by direct sums.
INLINE void settle(const Decision *d, const Column *c, int b, int oh, int ow, float *y) {
  float direct[VW];
  sum_directly(&d->exact, b, oh, ow, c->n, direct);
  store_part(y, load(direct), c->left);
}
INLINE VI near_zero(const Decision *d, const Column *c, const float *y) {
  V value = VALUE(y), margin = c->margin;
  if (d->addend) { // close to zero the two are of one size, and the first was rounded to it
    const V other = load(d->addend + (y - d->y));
    value += other;
    margin = FMA(v_abs(other), splat(0x1p-22f), margin);
  }
  return ~(v_abs(value) >= margin) & c->there;
}

INLINE Contest contest_of(const Column *c, float *const *y) {
  Contest contest = {.best = splat(-__builtin_inff())};
  V winner = zero();
  ROLLED for (int k = 0; k < 4; k++) {
    const VI better = VALUE(y[k]) > contest.best;
    winner = pick(better, load(y[k]), winner);
    contest.best = pick(better, VALUE(y[k]), contest.best);
  }
  // Alike is what was so before it was normalised; what is so only afterwards is near.
  ROLLED for (int k = 0; k < 4; k++) {
    contest.is[k] = load(y[k]) == winner;
    contest.near |= ~(VALUE(y[k]) <= contest.best - c->margin) & ~contest.is[k];
  }
  return contest;
}
// The pool's window from output (oh, ow) on. Outputs of alike windows, which are alike directly, are made so first:
// with m = 4 they differ by a rounding, and in an image's background no winner would ever be clear.
ALONE void settle_window(const Decision *d, const Column *c, int m, int b, int oh, int ow, float *const *y,
                         int *alike) {
  Contest contest = contest_of(c, y);
  if (!winner_open(&contest, c->margin, c->there, alike, &d->exact, b, oh, ow)) return;
  if (m > 2) {
    if (*alike < 0) *alike = alike_pairs(&d->exact, b, oh, ow);
    ROLLED for (int l = 1; l < 4; l++)
      ROLLED for (int k = l - 1; k >= 0; k--)
        if (*alike >> (k + 4 * l) & 1) store_part(y[l], load(y[k]), c->left);
    if (*alike) contest = contest_of(c, y);
    if (*alike && !winner_open(&contest, c->margin, c->there, alike, &d->exact, b, oh, ow)) return;
  }
  ROLLED for (int k = 0; k < 4; k++) settle(d, c, b, oh + (k >> 1), ow + (k & 1), y[k]);
}
#undef VALUE

// y scales mean variance offset scale x w bias m pooled geometry addend epsilon; without normalisation mean is 0.
static void k_winograd_settle(const Task *task) {
  const float *scales = FLOATS(1), *mean = FLOATS_OR_NULL(2), *variance = FLOATS(3), *scale = FLOATS_OR_NULL(5);
  const Geometry *g = &GEOMETRY(11);
  const int N = g->filters;
  const V epsilon = splat(FLOAT(12 + GEOMETRY_INTS));
  float *factor = (float *)task->scratch, *nothing = factor + ceil_div(N, VW) * VW;
  for (int n = 0; n < N; n += VW) {
    store(factor + n, mean ? norm_factor(load(variance + n), scale ? load(scale + n) : splat(1), epsilon) : splat(1));
    store(nothing + n, zero());
  }
  const Exact exact = {g, FLOATS(6), FLOATS(7), FLOATS_OR_NULL(8)};
  const Decision d = {exact, mean ? mean : nothing, factor, FLOATS_OR_NULL(4), FLOATS_OR_NULL(11 + GEOMETRY_INTS), FLOATS(0), INT(10)};
  const Tiles tiles = tiles_of(g, INT(9), 0);
  int lo, hi;
  share(task, tiles.total, &lo, &hi);
  for (int t = lo; t < hi; t++) {
    const Patch p = find_patch(d.y, g->out_height, g->out_width, N, &tiles, t, 0, 0, tiles.m, N, 0);
    const int b = t / tiles.per_image, r = t % tiles.per_image;
    const int oh = r / tiles.across * tiles.m, ow = r % tiles.across * tiles.m;
    int alike[4] = {-1, -1, -1, -1};
    for (int n = 0; n < N; n += VW) {
      const Column c = column_of(&d, scales + (size_t)t * N, n);
#define AT(i, j) (p.first + (i) * p.image_row + (j) * p.image_pixel + n)
      if (d.pooled) { // of a window that hangs over the edge the pool takes nothing
        ROLLED for (int i = 0; i + 1 < p.y1; i += 2)
          ROLLED for (int j = 0; j + 1 < p.x1; j += 2) {
            float *const y[4] = {AT(i, j), AT(i, j + 1), AT(i + 1, j), AT(i + 1, j + 1)};
            settle_window(&d, &c, tiles.m, b, oh + i, ow + j, y, alike + i + j / 2);
          }
        continue;
      }
      VI unsure = {};
      ROLLED for (int i = 0; i < p.y1; i++)
        ROLLED for (int j = 0; j < p.x1; j++) unsure |= near_zero(&d, &c, AT(i, j));
      if (!some(unsure)) continue;
      ROLLED for (int i = 0; i < p.y1; i++)
        ROLLED for (int j = 0; j < p.x1; j++)
          if (some(near_zero(&d, &c, AT(i, j)))) settle(&d, &c, b, oh + i, ow + j, AT(i, j));
#undef AT
    }
  }
}
