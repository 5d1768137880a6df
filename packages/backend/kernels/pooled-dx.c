// pooled-dx: dx = the gradient of a convolution's input from a pooled dy and its mask, by its winners (winners.h), any
// stride and padding, rows not dilated. Weights come transposed to [N][KH][KW * C].
// Chunks: shares of the images. Windows overlap, so dx starts as zeros, or a padded copy of it does, which is cut
// to size then. Rows of windows are taken in strips: for each window and place the filters are marked that won there,
// and for each kernel row a block of vectors of dx is summed over the set, in registers; the same block of all
// filters' weights stays in L1 for the whole strip.
// Where x is what relu gave, relu's gradient and the sums of its columns can be taken along.
// Cost: KH KW C multiply-adds a filter and window that relu left on, each with a load: about half the peak rate.
#include "gate.h"
#include "winners.h"

// For each window and place the set of filters that won there, `words` of 64 filters.
// Of windows of which all is told by gradients and bytes: whether it is (winners.h).
ALONE int mark_filters(const float *dy, const int8_t *mask, int windows, int N, int words, uint64_t *sets) {
  V zeros = zero();
  VI bytes = {};
  for (int w = 0; w < windows; w++, dy += N, mask += N, sets += 4 * words)
    for (int k = 0; k < words; k++) {
      uint64_t alive = 0, right = 0, down = 0;
      for (int n = k * SET; n < min_int(N, (k + 1) * SET); n += VW) {
        const VI there = lanes() < N - n, byte = load_bytes(mask + n) & there;
        const V v = keep(there, load(dy + n));
        zeros += v * 0;
        bytes |= byte;
        alive |= (uint64_t)signs_of((v != 0) & (byte < RELU_OFF)) << n % SET;
        right |= (uint64_t)signs_of((VI)((VU)byte << 31)) << n % SET;
        down |= (uint64_t)signs_of((VI)((VU)byte << 30)) << n % SET;
      }
      sets[k] = alive & ~right & ~down;
      sets[k + words] = alive & right & ~down;
      sets[k + 2 * words] = alive & ~right & down;
      sets[k + 3 * words] = alive & right & down;
    }
  return can_tell(zeros, bytes);
}
// The same of any windows, whose gradients go to `values`, [window][4][N].
SMALL void mark_odd(const float *dy, const int8_t *mask, int windows, int N, int words, int all, uint64_t *sets, float *values) {
  clear_bytes(sets, (size_t)windows * 4 * words * 8);
  for (int w = 0; w < windows; w++, dy += N, mask += N, sets += 4 * words, values += 4 * N)
    for (int n = 0; n < N; n += VW) {
      V e[4];
      unpool(dy + n, mask + n, 1, e);
      for (int k = 0; k < 4; k++) {
        store_part(values + k * N + n, e[k], N - n);
        for (int i = n; i < min_int(N, n + VW); i++)
          if (all || values[k * N + i] != 0) sets[k * words + i / SET] |= (uint64_t)1 << i % SET;
      }
    }
}

// A block of vectors of a row of windows; `right` and `down` lead to the next output's. Gradients are `next` from window to
// window and `apart` from place to place.
static void sum_places(int cols, Marked marked, const float *dy, int next, int apart, int windows, const float *w, float *to,
                       int right, int down, int left) {
  for (int i = 0; i < windows; i++, dy += next, to += 2 * right)
    for (int k = 0; k < 4; k++, marked.set += marked.words)
      if (any_of(marked.set, marked.words))
        BY_BLOCK(cols, add_marked, &marked, dy + k * apart, w, to + (k & 1) * right + (k >> 1) * down, left);
}

// What is the same for all images, and room for what is not: a strip's sets and gradients, and an image with its padding.
typedef struct PooledInput {
  const Geometry *g;
  const float *wt;
  Reach reach;
  int at_once, words, all;
  uint64_t *sets;
  float *values, *spare;
} PooledInput;
ALONE PooledInput pooled_input(const Geometry *g, const float *wt, int at_once, float *scratch) {
  const int words = words_for(g->filters), places = at_once * (g->out_width / 2) * 4;
  uint64_t *sets = (uint64_t *)scratch;
  float *values = (float *)(sets + ceil_div(places * words, 8) * 8);
  const int all = !all_finite(wt, (size_t)g->filters * g->kernel_height * g->kernel_width * g->channels);
  return (PooledInput){g, wt, reach_of(g), at_once, words, all, sets, values, values + (size_t)ceil_div(places * g->filters, 16) * 16};
}
// One image's, from its own dy and mask.
ALONE void pooled_input_image(const PooledInput *p, const float *dy, const int8_t *mask, float *dx) {
  const Geometry *g = p->g;
  const int C = g->channels, N = g->filters, KH = g->kernel_height, L = g->kernel_width * C, words = p->words;
  const int down = g->out_height / 2, across = g->out_width / 2, row_floats = p->reach.across * C;
  const int right = g->stride_width * C, below = g->stride_height * row_floats, in_place = p->reach.in_place;
  float *image = in_place ? dx : p->spare;
  clear_bytes(image, (size_t)(in_place ? g->height * g->width : p->reach.height * p->reach.width) * C * 4);
  for (int r = 0; r < down; r += p->at_once) {
    const int rows = min_int(p->at_once, down - r);
    const size_t at = (size_t)r * across * N;
    const int odd = p->all || !mark_filters(dy + at, mask + at, rows * across, N, words, p->sets);
    if (odd) mark_odd(dy + at, mask + at, rows * across, N, words, p->all, p->sets, p->values);
    const float *from = odd ? p->values : dy + at;
    const int next = odd ? 4 * N : N;
    for (int kh = 0; kh < KH; kh++)
      for (int v = 0, cols; v < L; v += cols * VW) {
        cols = block_columns(L - v);
        for (int i = 0; i < rows; i++) {
          float *to = image + (size_t)2 * (r + i) * below + (size_t)kh * g->dilation_height * row_floats + v;
          const Marked row = {p->sets + (size_t)i * across * 4 * words, words, (size_t)KH * L};
          sum_places(cols, row, from + (size_t)i * across * next, next, odd ? N : 0, across, p->wt + kh * L + v, to, right, below,
                     L - v);
        }
      }
  }
  if (!in_place) cut_image(g, image, &p->reach, dx);
}

// dy mask wt dx rows-at-once geometry y part. With y, what relu was applied to give x, dx is relu's gradient too
// (gate.h), and with part, [chunk][C], its columns' sums.
static void k_pooled_dx(const Task *task) {
  const Geometry *g = &GEOMETRY(5);
  const float *y = FLOATS_OR_NULL(5 + GEOMETRY_INTS);
  float *part = FLOATS_OR_NULL(6 + GEOMETRY_INTS), *sums = (float *)task->scratch;
  const int C = g->channels;
  const size_t pixels = (size_t)g->height * g->width, pooled = (size_t)(g->out_height / 2) * (g->out_width / 2) * g->filters;
  const PooledInput input = pooled_input(g, FLOATS(2), INT(4), sums + ceil_div(C, 16) * 16);
  clear_sums_row(sums, C);
  int lo, hi;
  share(task, g->batch, &lo, &hi);
  for (int b = lo; b < hi; b++) {
    float *dx = FLOATS(3) + b * pixels * C;
    pooled_input_image(&input, FLOATS(0) + b * pooled, BYTES(1) + b * pooled, dx);
    if (y) gate_rows(dx, y + b * pixels * C, dx, sums, pixels, C, C);
  }
  if (part) store_row(part + (size_t)task->chunk * C, sums, C);
}
