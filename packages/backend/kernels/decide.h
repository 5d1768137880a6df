// What winograd.c and winograd-settle.c share: which decisions are in doubt, and the sums that decide them.
#ifndef CNNKIT_DECIDE_H
#define CNNKIT_DECIDE_H
#include "geometry.h"

// Where gradients follow, a relu's side and a pool's winner must be those of direct sums: a turned one changes
// a loss by more than all rounding. So what is closer to a turn than rounding may carry it is summed
// directly. The margin is SLACK times the magnitude of what was added up, of which the outputs and four of
// the products are measure enough; winograd-decisions.test.ts has how far that is from the worst seen.
// Winners exactly alike are no doubt where they are so directly too: if m = 2, of windows that are alike. NaN and
// infinity always are one.
#define SLACK 0x1p-18f
INLINE V doubt(V scale) { return FMA(scale, splat(SLACK), scale - scale); }

// Convolution and bias of one output, a vector of filters, in conv2d's order.
typedef struct Exact { const Geometry *g; const float *x, *w, *bias; } Exact;
static __attribute__((noinline)) void sum_directly(const Exact *e, int b, int oh, int ow, int n, float *to) {
  const Geometry *g = e->g;
  const int C = g->channels, N = g->filters;
  const float *w = e->w + n;
  V sum = zero();
  for (int k = 0; k < 9; k++, w += (size_t)C * N) {
    const int ih = oh - g->pad_top + k / 3, iw = ow - g->pad_left + k % 3;
    if (ih < 0 || ih >= g->height || iw < 0 || iw >= g->width) continue;
    const float *x = e->x + (((size_t)b * g->height + ih) * g->width + iw) * C;
    for (int c = 0; c < C; c++) sum = FMA(splat(x[c]), load(w + (size_t)c * N), sum);
  }
  if (e->bias) sum += load(e->bias + n);
  store(to, sum);
}

// The pixel of x that tap (i, j) of output (oh, ow) sees, channels from c on; zero outside the image.
INLINE V seen(const Exact *e, int b, int oh, int ow, int i, int j, int c) {
  const Geometry *g = e->g;
  const int ih = oh - g->pad_top + i, iw = ow - g->pad_left + j;
  if (ih < 0 || ih >= g->height || iw < 0 || iw >= g->width) return zero();
  return load(e->x + (((size_t)b * g->height + ih) * g->width + iw) * g->channels + c);
}
// Whether outputs k and l of the 2 x 2 from (oh, ow) on see the same.
ALONE int windows_alike(const Exact *e, int b, int oh, int ow, int k, int l) {
  const int C = e->g->channels;
  for (int c = 0; c < C; c += VW)
    for (int tap = 0; tap < 9; tap++) {
      const V one = seen(e, b, oh + (k >> 1), ow + (k & 1), tap / 3, tap % 3, c);
      const V other = seen(e, b, oh + (l >> 1), ow + (l & 1), tap / 3, tap % 3, c);
      if (some((one != other) & (lanes() < C - c))) return 0;
    }
  return 1;
}
// Whether the 4 x 4 pixels that they see are all alike, as in an image's background; only where all of them exist.
ALONE int patch_alike(const Exact *e, int b, int oh, int ow) {
  const Geometry *g = e->g;
  const int C = g->channels, ih = oh - g->pad_top, iw = ow - g->pad_left;
  if (ih < 0 || iw < 0 || ih + 4 > g->height || iw + 4 > g->width) return 0;
  const float *x = e->x + (((size_t)b * g->height + ih) * g->width + iw) * C;
  const size_t row = (size_t)g->width * C;
  for (int c = 0; c < C; c += VW) {
    VI differ = {};
    const V first = load(x + c);
    for (int i = 0; i < 4; i++)
      UNROLL for (int j = 0; j < 4; j++) differ |= load(x + i * row + j * C + c) != first;
    if (some(differ & (lanes() < C - c))) return 0;
  }
  return 1;
}
// The pairs (k, l) of them that see the same, as bits k + 4 l.
enum { ALL_PAIRS = 1 << 4 | 3 << 8 | 7 << 12 };
ALONE int alike_pairs(const Exact *e, int b, int oh, int ow) {
  if (patch_alike(e, b, oh, ow)) return ALL_PAIRS;
  int pairs = 0;
  for (int l = 1; l < 4; l++)
    for (int k = 0; k < l; k++)
      if (windows_alike(e, b, oh, ow, k, l)) pairs |= 1 << (k + 4 * l);
  return pairs;
}

// Lanes whose winner of four is clear without a look at what they see: relu is off, or one is on and no other comes close.
INLINE VI clear_winner(const V *y, V margin) {
  const V best = v_larger(v_larger(y[0], y[1]), v_larger(y[2], y[3])), least = best - margin;
  const VI close = (y[0] > least) + (y[1] > least) + (y[2] > least) + (y[3] > least);
  return (best <= -margin) | ((best > margin) & (close == -1));
}
// Of a 2 x 2 pool's windows, a lane each: the largest value, whether others come close, and which are that value.
typedef struct Contest { V best; VI near, is[4]; } Contest;
INLINE Contest contest_of_outputs(const V *y, V margin) {
  Contest contest = {.best = y[0]};
  UNROLL for (int k = 1; k < 4; k++) contest.best = pick(y[k] > contest.best, y[k], contest.best);
  const V least = contest.best - margin;
  UNROLL for (int k = 0; k < 4; k++) {
    contest.is[k] = y[k] == contest.best;
    contest.near |= (y[k] > least) & (y[k] < contest.best);
  }
  return contest;
}
// Whether its winner is in doubt, in lanes that are `there`. `alike` is what is known of the tile: -1 if nothing.
INLINE int winner_open(const Contest *c, V margin, VI there, int *alike, const Exact *e, int b, int oh, int ow) {
  const VI on = (c->best > margin) & there, tied = c->is[0] + c->is[1] + c->is[2] + c->is[3] < -1;
  if (some(~((c->best <= -margin) | ((c->best > margin) & ~c->near)) & there)) return 1;
  if (!some(tied & on)) return 0;
  if (*alike < 0) *alike = alike_pairs(e, b, oh, ow);
  for (int l = 1; l < 4; l++)
    for (int k = 0; k < l; k++)
      if (!(*alike >> (k + 4 * l) & 1) && some(c->is[k] & c->is[l] & on)) return 1;
  return 0;
}
#endif
