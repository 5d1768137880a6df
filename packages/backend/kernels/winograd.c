// winograd-filter: U[f] = G w G' of 3 x 3 weights w[3][3][C][N], each frequency as panels of the
// columns that a register tile takes: U[f][panel][C][columns]. The gradient of the input takes the
// same of w transposed. Made once a set of weights. Chunks: 16 channels at a time.
// So many streams are written that no processor sees what comes: the next channel's lines are asked for, which takes a
// quarter off the time.
// winograd: out = act(conv(x, w) + bias) by F(m x m, 3 x 3) of winograd.h, plain or 2 x 2 pooled.
// Chunks: blocks of tiles, of whole images where tiles of m > 2 are pooled. A block is transformed into V[f][tile][C],
// multiplied by U frequency by frequency into M[f][tile][N] and transformed back; V and M stay in L2, a frequency's
// U in L1.
// Decisions of relu and pool can be checked: see decide.h. Where they are made only later, each tile's measure of
// what was added up is kept for winograd-settle.c.
// Cost: (m + 2)^2 C N multiply-adds a tile (4 C N an output for m = 2, 2.8 for m = 3, 2.25 for m = 4, 2 for m = 5, 2.6 by
// EIGHT, against 9), and about 3 (m + 2)^2 additions or moves a tile and channel or filter.
#include "decide.h"
#include "winograd.h"

INLINE void filter_channels(const int m, const float *w, int C, int N, int c0, int c1, float *u) {
  const size_t fs = filter_plane(C, N);
  for (int n0 = 0; n0 < N; n0 += COLS * VW)
    for (int c = c0; c < c1; c++)
      for (int n = n0; n < min_int(N, n0 + COLS * VW); n += VW) {
        const float *from = w + (size_t)c * N + n;
        float *to = u + filter_place(C, N, c, n);
#define IN(i, j) load(from + (size_t)((i) * 3 + (j)) * C * N)
#define OUT(i, j, value)                                                                          \
  do {                                                                                            \
    float *frequency_ = to + (size_t)((i) * points_of(m) + (j)) * fs;                             \
    PREFETCH_TO_WRITE(frequency_ + COLS * VW);                                                    \
    store(frequency_, value);                                                                     \
  } while (0)
        if (m == EIGHT) PASSES(column_g8, 8, 3, IN, OUT);
        else if (m == 5) PASSES(column_g5, 7, 3, IN, OUT);
        else PASSES(COLUMN_G, points_of(m), 3, IN, OUT);
#undef IN
#undef OUT
      }
}

#define CASE(m) \
  ALONE void filter_channels_##m(const float *w, int C, int N, int lo, int hi, float *u) { filter_channels(m, w, C, N, lo, hi, u); }
FORWARD_TILE_SIZES(CASE)
#undef CASE

// w U C N m
static void k_winograd_filter(const Task *task) {
  const int C = INT(2), N = INT(3);
  int lo, hi;
  share(task, ceil_div(C, 16), &lo, &hi);
  lo *= 16;
  hi = min_int(C, hi * 16);
  BY_FORWARD_TILE_SIZE(INT(4), filter_channels, FLOATS(0), C, N, lo, hi, FLOATS(1));
}

// A' M A of one tile, plus bias and activation, to where its outputs lie. Checked, act is relu, and each output close
// to zero is summed directly. `scales`, if any, takes the measure of what was added up, a value a filter.
INLINE void transform_output(const int m, const Patch *p, const float *in, size_t fs, const Exact *e, int act, float *scales,
                             int b, int oh, int ow) {
  const int N = e->g->filters;
  const VI gate = splat_int(act == RELU ? -1 : 0);
#define IN(i, j) load(in + n + (size_t)((i) * (m + 2) + (j)) * fs)
#define OUT(i, j, value) store(y + ((i) * m + (j)) * VW, (value) + add)
  for (int n = 0; n < N; n += VW) {
    const V add = e->bias ? load(e->bias + n) : zero();
    float y[16 * VW];
    if (m == 4) PASSES(column_at4, 4, 6, IN, OUT);
    else if (m == 3) PASSES(column_at3, 3, 5, IN, OUT);
    else SANDWICH(2, 4, M_AT, IN, OUT)
    V scale;
    if (e->w || scales) {
      scale = v_abs(IN(1, 1)) + v_abs(IN(1, 2)) + v_abs(IN(2, 1)) + v_abs(IN(2, 2));
      UNROLL for (int k = 0; k < m * m; k++) scale += v_abs(load(y + k * VW));
    }
    if (scales) store_part(scales + n, scale, N - n);
    else if (e->w) {
      const V margin = doubt(scale);
      VI unsure = {};
      const VI there = lanes() < N - n; // what lies beyond is rubbish
      UNROLL for (int k = 0; k < m * m; k++) unsure |= ~(v_abs(load(y + k * VW)) >= margin);
      if (some(unsure & there)) {
        ROLLED for (int k = 0; k < m * m; k++) {
          const int i = k / m, j = k % m, exists = i >= p->y0 && i < p->y1 && j >= p->x0 && j < p->x1;
          if (exists && some(~(v_abs(load(y + k * VW)) >= margin) & there)) sum_directly(e, b, oh + i, ow + j, n, y + k * VW);
        }
      }
    }
    UNROLL for (int k = 0; k < m * m; k++) {
      const V v = load(y + k * VW);
      store_part(PIXEL(p, k / m, k % m) + n, keep(~((v < 0) & gate), v), N - n);
    }
  }
#undef IN
#undef OUT
}
#define CASE(m)                                                                                       \
  ALONE void transform_output_##m(const Patch *p, const float *in, size_t fs, const Exact *e, int act, float *scales, int b, \
                                  int oh, int ow) {                                                   \
    transform_output(m, p, in, fs, e, act, scales, b, oh, ow);                                        \
  }
TILE_SIZES(CASE)
#undef CASE
// Activations dearer than relu, off the common path.
static __attribute__((noinline)) void activate_patch(const Patch *p, int act, int N) {
  for (int i = 0; i < p->size; i++)
    for (int j = 0; j < p->size; j++)
      for (int n = 0; n < N; n += VW)
        store_part(PIXEL(p, i, j) + n, activate(act, load(PIXEL(p, i, j) + n)), N - n);
}
static void output_tiles(const Tiles *tiles, const float *in, size_t fs, const Exact *e, int act, float *out, float *scales,
                         float *spare, int t0, int count) {
  const Geometry *g = e->g;
  const int N = g->filters, m = tiles->m;
  for (int t = 0; t < count; t++, in += tile_stride(N)) {
    const Patch p = find_patch(out, g->out_height, g->out_width, N, tiles, t0 + t, 0, 0, m, N, spare);
    const int b = (t0 + t) / tiles->per_image, r = (t0 + t) % tiles->per_image;
    const int oh = r / tiles->across * m, ow = r % tiles->across * m;
    float *to = scales ? scales + (size_t)(t0 + t) * N : 0;
    BY_TILE_SIZE(m, transform_output, &p, in, fs, e, act, to, b, oh, ow);
    if (act > RELU) activate_patch(&p, act, N);
    if (!p.whole) put_patch(&p, N);
  }
}

// The four outputs y of a window whose winner is not clear at first sight, a vector of filters from n on: as they are, or
// summed directly. What rounding made differ of windows alike is made equal first: in an image's background no winner would
// ever be clear.
ALONE void decide_window(const Exact *e, V margin, int n, int b, int oh, int ow, float *y, int *alike) {
  const VI there = lanes() < e->g->filters - n; // what lies beyond is rubbish
  if (*alike < 0) *alike = alike_pairs(e, b, oh, ow);
  ROLLED for (int l = 1; l < 4; l++)
    ROLLED for (int k = l - 1; k >= 0; k--)
      if (*alike >> (k + 4 * l) & 1) store(y + l * VW, load(y + k * VW));
  if (*alike == ALL_PAIRS && !some(~((load(y) <= -margin) | (load(y) > margin)) & there)) return;
  const V all[4] = {load(y), load(y + VW), load(y + 2 * VW), load(y + 3 * VW)};
  const Contest contest = contest_of_outputs(all, margin);
  if (!winner_open(&contest, margin, there, alike, e, b, oh, ow)) return;
  ROLLED for (int k = 0; k < 4; k++) sum_directly(e, b, oh + (k >> 1), ow + (k & 1), n, y + k * VW);
}

// The same of a tile that is a pool's window, with relu: its largest output and which one it was.
INLINE void pooled_tiles(const int checked, const Tiles *tiles, const float *in, size_t fs, const Exact *e, float *out,
                         int8_t *mask, int t0, int count) {
  const int m = 2, N = e->g->filters;
  for (int t = 0; t < count; t++, in += tile_stride(N)) {
    const size_t at = (size_t)(t0 + t) * N;
    int alike = -1;
    for (int n = 0; n < N; n += VW) {
      const V add = e->bias ? load(e->bias + n) : zero();
      V y[4];
#define IN(i, j) load(in + n + (size_t)((i) * (m + 2) + (j)) * fs)
#define OUT(i, j, value) y[(i) * 2 + (j)] = (value) + add
      SANDWICH(m, m + 2, M_AT, IN, OUT)
      if (checked) {
        V scale = v_abs(IN(1, 1)) + v_abs(IN(1, 2)) + v_abs(IN(2, 1)) + v_abs(IN(2, 2));
        UNROLL for (int k = 0; k < 4; k++) scale += v_abs(y[k]);
        const V margin = doubt(scale);
        if (some(~clear_winner(y, margin) & (lanes() < N - n))) { // what lies beyond N is rubbish
          float values[4 * VW];
          UNROLL for (int k = 0; k < 4; k++) store(values + k * VW, y[k]);
          const int b = (t0 + t) / tiles->per_image, r = (t0 + t) % tiles->per_image;
          decide_window(e, margin, n, b, r / tiles->across * 2, r % tiles->across * 2, values, &alike);
          UNROLL for (int k = 0; k < 4; k++) y[k] = load(values + k * VW);
        }
      }
#undef IN
#undef OUT
      pool_relu(y[0], y[1], y[2], y[3], out + at + n, mask + at + n, N - n);
    }
  }
}

ALONE void pooled_tiles_checked(const Tiles *tiles, const float *in, size_t fs, const Exact *e, float *out, int8_t *mask, int t0,
                                int count) {
  pooled_tiles(1, tiles, in, fs, e, out, mask, t0, count);
}
ALONE void pooled_tiles_unchecked(const Tiles *tiles, const float *in, size_t fs, const Exact *e, float *out, int8_t *mask, int t0,
                                  int count) {
  pooled_tiles(0, tiles, in, fs, e, out, mask, t0, count);
}

// The same by larger tiles, which do not keep to the pool's windows: an image's outputs, in whole tiles, are made in
// `image`, each tile's measure of what was added up in `scales`, and pooled from there. Both have room for whole vectors.
INLINE void output_tile(const int m, const float *in, size_t fs, const float *bias, int N, float *to, size_t row, size_t pixel,
                        float *scales) {
#define IN(i, j) load(in + n + (size_t)((i) * points_of(m) + (j)) * fs)
#define OUT(i, j, value)                                                                              \
  do {                                                                                                \
    const V y_ = (value) + add;                                                                       \
    store(to + (i) * row + (j) * pixel + n, y_);                                                      \
    scale += v_abs(y_);                                                                               \
  } while (0)
  for (int n = 0; n < N; n += VW) {
    const V add = bias ? load(bias + n) : zero();
    const int p = m == EIGHT ? 0 : 1, q = m == EIGHT ? 7 : 2;
    V scale = v_abs(IN(p, p)) + v_abs(IN(p, q)) + v_abs(IN(q, p)) + v_abs(IN(q, q));
    if (m == EIGHT) PASSES(column_at8, 5, 8, IN, OUT);
    else if (m == 5) PASSES(column_at5, 5, 7, IN, OUT);
    else PASSES(column_at4, 4, 6, IN, OUT);
    // EIGHT errs by less than a quarter of what tiles of 2 do in this measure, which has 25 outputs in it.
    store(scales + n, scale * splat(m == EIGHT ? .25f : 1));
  }
#undef IN
#undef OUT
}
#define CASE(m)                                                                                       \
  ALONE void output_tile_##m(const float *in, size_t fs, const float *bias, int N, float *to, size_t row, size_t pixel, \
                             float *scales) {                                                         \
    output_tile(m, in, fs, bias, N, to, row, pixel, scales);                                          \
  }
CASE(4) CASE(5) CASE(8)
#undef CASE
ALONE void pool_image(const Tiles *tiles, const float *image, const float *scales, size_t pixel, const Exact *e, float *out,
                      int8_t *mask, int b) {
  const Geometry *g = e->g;
  const int N = g->filters, m = tiles->side, down = g->out_height / 2, across = g->out_width / 2;
  const size_t row = (size_t)tiles->across * m * pixel;
  for (int r = 0; r < down; r++) {
    const float *first = scales + (size_t)(2 * r / m) * tiles->across * pixel;
    const size_t below = 2 * r % m == m - 1 ? tiles->across * pixel : 0;
    for (int c = 0, at_column = 0; c < across; c++, at_column += 2) {
      if (at_column >= m) {
        at_column -= m;
        first += pixel;
      }
      const float *from = image + 2 * r * row + 2 * c * pixel;
      const size_t right = at_column == m - 1 ? pixel : 0;
      const size_t at = (((size_t)b * down + r) * across + c) * N;
      int alike = -1;
      for (int n = 0; n < N; n += VW) {
        V y[4] = {load(from + n), load(from + pixel + n), load(from + row + n), load(from + row + pixel + n)};
        if (e->w) {
          V scale = load(first + n);
          if (right | below) // of up to four tiles
            scale = v_max(v_max(scale, load(first + right + n)), v_max(load(first + below + n), load(first + below + right + n)));
          const V margin = doubt(scale);
          if (some(~clear_winner(y, margin) & (lanes() < N - n))) {
            float values[4 * VW];
            UNROLL for (int k = 0; k < 4; k++) store(values + k * VW, y[k]);
            decide_window(e, margin, n, b, 2 * r, 2 * c, values, &alike);
            UNROLL for (int k = 0; k < 4; k++) y[k] = load(values + k * VW);
          }
        }
        pool_relu(y[0], y[1], y[2], y[3], out + at + n, mask + at + n, N - n);
      }
    }
  }
}
// Whole images, the first of which is b.
static void pooled_images(const Tiles *tiles, const float *in, size_t fs, const Exact *e, float *out, int8_t *mask, int b,
                          int count, float *image) {
  const int N = e->g->filters, m = tiles->side, down = tiles->per_image / tiles->across;
  const size_t pixel = (size_t)ceil_div(N, 16) * 16, row = (size_t)tiles->across * m * pixel;
  float *scales = image + (size_t)down * m * row;
  for (const int end = b + count / tiles->per_image; b < end; b++) {
    for (int t = 0; t < tiles->per_image; t++, in += tile_stride(N)) {
      float *to = image + (size_t)(t / tiles->across * m) * row + (size_t)(t % tiles->across * m) * pixel;
      if (tiles->m == EIGHT) output_tile_8(in, fs, e->bias, N, to, row, pixel, scales + t * pixel);
      else if (m == 5) output_tile_5(in, fs, e->bias, N, to, row, pixel, scales + t * pixel);
      else output_tile_4(in, fs, e->bias, N, to, row, pixel, scales + t * pixel);
    }
    pool_image(tiles, image, scales, pixel, e, out, mask, b);
  }
}

// x U bias out mask act m tiles-at-once w geometry scales: with a mask, out is pooled and act is relu; with the
// weights, act is relu and its decisions are checked; with scales, act is linear.
static void k_winograd(const Task *task) {
  float *x = FLOATS(0), *out = FLOATS(3);
  const float *u = FLOATS(1), *bias = FLOATS_OR_NULL(2);
  int8_t *mask = INT(4) ? BYTES(4) : 0;
  const int act = INT(5), m = INT(6), at_once = INT(7), frequencies = points_of(m) * points_of(m);
  const Geometry *g = &GEOMETRY(9);
  const Exact exact = {g, x, FLOATS_OR_NULL(8), bias};
  const int C = g->channels, N = g->filters;
  const Tiles tiles = tiles_of(g, m, mask != 0);
  const size_t vs = plane_stride(at_once, C), ms = plane_stride(at_once, N), plane = filter_plane(C, N);
  float *v = (float *)task->scratch, *product = v + frequencies * vs, *spare = product + frequencies * ms;
  int lo, hi;
  share(task, ceil_div(tiles.total, at_once), &lo, &hi);
  for (int block = lo; block < hi; block++) {
    const int t0 = block * at_once, count = min_int(at_once, tiles.total - t0);
    input_tiles(g, &tiles, x, spare, 0, C, v, vs, t0, count);
    for (int f = 0; f < frequencies; f++)
      frequency_matmul(v + f * vs, tile_stride(C), C, u + f * plane, plane, product + f * ms, tile_stride(N), N, count);
    if (!mask) output_tiles(&tiles, product, ms, &exact, act, out, FLOATS_OR_NULL(9 + GEOMETRY_INTS), spare, t0, count);
    else if (m > 2) pooled_images(&tiles, product, ms, &exact, out, mask, t0 / tiles.per_image, count, spare);
    else if (exact.w) pooled_tiles_checked(&tiles, product, ms, &exact, out, mask, t0, count);
    else pooled_tiles_unchecked(&tiles, product, ms, &exact, out, mask, t0, count);
  }
}
