// conv2d-dw-narrow: the gradient of a convolution's weights where channels are few (1, 3, 6): part
// [chunk][KH * KW * C][N], summed afterwards by `reduce`. dy is full-sized, or (mask given) pooled.
// Chunks: shares of the images, with a partial sum each; their count comes from the shape alone, so
// any number of threads gives the same bits.
// Tile: OUTER places of the window (not channels, of which there are too few) x COLS vectors of
// filters, outer products along rows of pixels; what is left of the places in tiles that are wider instead.
// Bands of rows stay in L1 for all places, and the sums rest in part from band to band. An image that is
// padded is copied once with its zeros, and a band of a pooled dy is spread out, so that the loop knows neither.
// A pooled first layer of 3 x 3 goes another way: dw_pool_3x3x1.
// Cost: B OH OW N KH KW C multiply-adds; dy is read KH KW C / OUTER times from L1.
#include "tile.h"
#include "unpool.h"

// A band of rows of an image: its dy [rows][out_width][N], and x from its first window on.
typedef struct Band { const float *dy, *x; int rows, across, first; } Band;
enum { BAND_FLOATS = 8192, WIDE = COLS > 4 ? COLS : 4 };

INLINE void narrow_tile(const int rows, const int cols, const Geometry *g, const int *place, const Band *band, float *part,
                        int n) {
  const int N = g->filters, step = g->stride_width * g->channels;
  V sums[OUTER][WIDE];
  UNROLL for (int i = 0; i < rows; i++)
    UNROLL for (int j = 0; j < cols; j++)
      sums[i][j] = resume_sum(part + (size_t)i * N + n + j * VW, N - n - j * VW, band->first);
  for (int oh = 0; oh < band->rows; oh++) {
    const float *a[OUTER], *d = band->dy + (size_t)oh * g->out_width * N + n, *const end = d + (size_t)g->out_width * N;
    UNROLL for (int i = 0; i < rows; i++)
      a[i] = band->x + place[i] + (size_t)oh * g->stride_height * band->across * g->channels;
    ROLLED do {
      V v[WIDE];
      UNROLL for (int j = 0; j < cols; j++) v[j] = load(d + j * VW);
      UNROLL for (int i = 0; i < rows; i++) {
        V s = splat(*a[i]);
        a[i] += step;
        STEPS(a[i]);
        UNROLL for (int j = 0; j < cols; j++) sums[i][j] = FMA(s, v[j], sums[i][j]);
      }
      d += N;
      STEPS(d);
    } while (d != end);
  }
  UNROLL for (int i = 0; i < rows; i++)
    UNROLL for (int j = 0; j < cols; j++)
      rest_sum(part + (size_t)i * N + n + j * VW, sums[i][j], N - n - j * VW, band->first);
}
// `rows` places, fewer than OUTER: enough sums at a time that they do not wait for one another.
INLINE void narrow_rest(const int rows, const Geometry *g, const int *place, const Band *band, float *part) {
  const int N = g->filters;
  int n = 0;
  if (rows < 3) for (; n + WIDE * VW <= N; n += WIDE * VW) narrow_tile(rows, WIDE, g, place, band, part, n);
  for (; n + 2 * VW <= N; n += 2 * VW) narrow_tile(rows, 2, g, place, band, part, n);
  for (; n < N; n += VW) narrow_tile(rows, 1, g, place, band, part, n);
}
ALONE void narrow_band(const Geometry *g, const int *place, int K, const Band *band, float *part) {
  const int N = g->filters;
  int k = 0;
  for (; k + OUTER <= K; k += OUTER)
    EACH_COLUMN_BLOCK(n, N, narrow_tile(OUTER, cols, g, place + k, band, part + (size_t)k * N, n));
  if (K - k == 1) narrow_rest(1, g, place + k, band, part + (size_t)k * N);
  if (K - k == 2) narrow_rest(2, g, place + k, band, part + (size_t)k * N);
  if (K - k == 3) narrow_rest(3, g, place + k, band, part + (size_t)k * N);
}

// The commonest first layer behind a pool, 3 x 3 over one unpadded channel: of a window's four outputs the winner alone
// has a gradient, and what each tap sees of them is 2 x 2 pixels, of which each lane takes its filter's. These lie
// ready for every place in the image, (H - 1) x (W - 1) x 4 floats in scratch. The nine sums, and that of dy itself,
// the bias's gradient, where it is asked for, stay in registers. They rest from image to image, whose dy stays in L1.
// Of a black background, where a window sees nothing but zeros, dy is summed alone.
INLINE int add_winners(const float *patches, int next, VI which, V dy, V *sums) {
  const VI numbers = numbered(which);
  UNROLL for (int k = 0; k < 9; k++) {
    if (k && k % 3 == 0 && APART(patches, k)) return 0;
    sums[k] = FMA(one_of_four(load_four(patches + (size_t)(k / 3) * next + k % 3 * 4), numbers), dy, sums[k]);
  }
  return 1;
}
// All four outputs, zeros and NaN included.
SMALL void add_all_places(const float *patches, int next, const float *dy, const int8_t *mask, V *sums) {
  V e[4];
  unpool(dy, mask, 1, e);
  ROLLED for (int k = 0; k < 4; k++) add_winners(patches, next, splat_int(k), e[k], sums);
  sums[9] += (e[0] + e[1]) + (e[2] + e[3]);
}
// The same window of the next image: no processor sees it coming, as black windows are taken last.
INLINE void prefetch_next(const float *dy, const int8_t *mask) {
  PREFETCH(dy);
  PREFETCH(mask);
}
static void fill_patches(const Geometry *g, const float *image, float *to) {
  const int W = g->width;
  for (int h = 0; h + 1 < g->height; h++, image += W)
    for (int w = 0; w + 1 < W; w++, to += 4) {
      copy_bytes(to, image + w, 8);
      copy_bytes(to + 2, image + W + w, 8);
    }
}
// One image's; `ahead` floats further lies the next one's dy. The first image of a share, `begun` being 0, starts the sums.
ALONE void dw_pool_3x3x1(const Geometry *g, const float *image, const float *dy, const int8_t *mask, size_t ahead, int begun,
                         float *part, float *columns, float *scratch) {
  const int N = g->filters, W = g->width, down = g->out_height / 2, across = g->out_width / 2, next = (W - 1) * 4;
  const int pooled = down * across;
  Seeing *const windows = (Seeing *)scratch; // those that see something, and from the end on those that do not
  float *const patches = scratch + ceil_div(pooled, 8) * 16;
  fill_patches(g, image, patches);
  const int odd = !all_finite(image, (size_t)g->height * W);
  int seeing = 0, blank = pooled;
  for (int r = 0; r < down; r++)
    for (int c = 0; c < across; c++) {
      const Seeing window = {(uint32_t)(2 * r * next + c * 8), (uint32_t)(r * across + c) * N};
      if (all_zero(image + 2 * r * W + 2 * c, (size_t)W, 4, 4)) windows[--blank] = window;
      else windows[seeing++] = window;
    }
  for (int n = 0; n < N; n += VW) {
    V sums[10], zeros = zero();
    UNROLL for (int k = 0; k < 9; k++) sums[k] = resume_sum(part + (size_t)k * N + n, N - n, !begun);
    sums[9] = columns ? resume_sum(columns + n, N - n, !begun) : zero();
    for (int i = 0; i < seeing; i++) {
      const float *q = patches + windows[i].from;
      const size_t at = (size_t)windows[i].to + n;
      prefetch_next(dy + at + ahead, mask + at + (size_t)pooled * N);
      if (odd || some_nan(mask + at)) {
        V seldom[10]; // not `sums`, which would have to lie in memory then
        UNROLL for (int k = 0; k < 10; k++) seldom[k] = sums[k];
        add_all_places(q, next, dy + at, mask + at, seldom);
        UNROLL for (int k = 0; k < 10; k++) sums[k] = seldom[k];
        continue;
      }
      const VI byte = load_bytes(mask + at);
      V v = load(dy + at);
      v = pick(byte == RELU_OFF, v * 0, v);
      sums[9] += v;
      if (!add_winners(q, next, byte & 3, v, sums)) break; // never
    }
    for (int i = pooled - 1; i >= blank; i--) {
      const size_t at = (size_t)windows[i].to + n;
      prefetch_next(dy + at + ahead, mask + at + (size_t)pooled * N);
      const V v = gated_sum(dy + at, mask + at);
      sums[9] += v;
      zeros += v * 0; // NaN where v is not finite
    }
    UNROLL for (int k = 0; k < 9; k++) rest_sum(part + (size_t)k * N + n, sums[k] + zeros, N - n, !begun);
    if (columns) rest_sum(columns + n, sums[9], N - n, !begun);
  }
}

// x dy part mask geometry first sums: `first` if dy is pooled and the layer is dw_pool_3x3x1's, whose sums, if
// any, are [chunk][N].
static void k_conv2d_dw_narrow(const Task *task) {
  const int8_t *mask = INT(3) ? BYTES(3) : 0;
  const Geometry *g = &GEOMETRY(4);
  const int C = g->channels, N = g->filters, K = g->kernel_height * g->kernel_width * C;
  const Reach reach = reach_of(g);
  const int across = reach.across;
  const size_t row = (size_t)g->out_width * N;
  // An even number of rows, which a pooled dy comes in.
  const int rows = max_int(2, min_int(g->out_height + 1, BAND_FLOATS / max_int(1, (int)row)) / 2 * 2);
  int *place = (int *)task->scratch;
  float *padded_image = (float *)task->scratch + (K + 15) / 16 * 16;
  float *spread = padded_image + (reach.in_place ? 0 : (size_t)reach.height * reach.width * C + 16);
  float *part = FLOATS(2) + (size_t)task->chunk * K * N;
  for (int k = 0; k < K; k++) {
    const int tap = k / C, kh = tap / g->kernel_width * g->dilation_height, kw = tap % g->kernel_width * g->dilation_width;
    place[k] = (kh * across + kw) * C + k % C;
  }
  int lo, hi;
  share(task, g->batch, &lo, &hi);
  if (hi <= lo) clear_bytes(part, (size_t)K * N * 4);
  if (INT(4 + GEOMETRY_INTS)) {
    float *columns = FLOATS_OR_NULL(5 + GEOMETRY_INTS);
    if (columns) columns += (size_t)task->chunk * N;
    if (hi <= lo && columns) clear_bytes(columns, (size_t)N * 4);
    const size_t pixels = (size_t)g->height * g->width, pooled = (size_t)(g->out_height / 2) * (g->out_width / 2) * N;
    for (int b = lo; b < hi; b++)
      dw_pool_3x3x1(g, FLOATS(0) + b * pixels, FLOATS(1) + b * pooled, mask + b * pooled, pooled, b - lo, part, columns,
                    (float *)task->scratch);
    return;
  }
  for (int b = lo; b < hi; b++) {
    const float *image = FLOATS(0) + (size_t)b * g->height * g->width * C, *dy = FLOATS(1) + b * g->out_height * row;
    if (!reach.in_place) {
      pad_image(g, image, &reach, padded_image);
      image = padded_image;
    }
    for (int r = 0; r < g->out_height; r += rows) {
      const Band band = {.dy = mask ? spread : dy + r * row, .x = image + (size_t)r * g->stride_height * across * C,
                         .rows = min_int(rows, g->out_height - r), .across = across, .first = b == lo && r == 0};
      if (mask)
        for (int i = 0; i < band.rows; i += 2) unpool_rows(g, FLOATS(1), mask, 1, b, (r + i) / 2, spread + i * row);
      narrow_band(g, place, K, &band, part);
    }
  }
}
