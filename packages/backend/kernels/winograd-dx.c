// winograd-dx: dx = the gradient of the input of a 3 x 3 convolution, B [sum over n of U . (A dY A')] B'
// of winograd.h. U is of the transposed weights [3][3][N][C].
// Chunks: a share of the images by a slab of channels, since the tiles of an image overlap: dx starts
// as zeros, tiles are added one after another. The gradient is transformed again for each slab, which
// is a multiple of 64 channels, the widest panel of U.
// Where x is what relu gave, relu's gradient and the sums of its columns can be taken along.
// Packing and cost as in winograd.c, with C and N changed about and (m + 2)^2 additions to dx a tile.
#include "gate.h"
#include "winograd.h"

// Adds B D B' of one tile to whole vectors of a patch of dx.
INLINE void add_tile(const int m, const Patch *p, int C, const float *in, size_t fs) {
  for (int c = 0; c < C; c += VW) {
#define IN(i, j) load(in + c + (size_t)((i) * (m + 2) + (j)) * fs)
#define OUT(i, j, value)                                                   \
  do {                                                                     \
    float *to_ = PIXEL(p, i, j) + c;                                       \
    store(to_, load(to_) + (value));                                       \
  } while (0)
    if (m == 4) PASSES(column_b4, 6, 6, IN, OUT);
    else if (m == 3) PASSES(column_b3, 5, 5, IN, OUT);
    else SANDWICH(4, 4, M_B, IN, OUT)
#undef OUT
#undef IN
  }
}
#define CASE(m) \
  ALONE void add_tile_##m(const Patch *p, int C, const float *in, size_t fs) { add_tile(m, p, C, in, fs); }
TILE_SIZES(CASE)
#undef CASE
static void add_tiles(const Geometry *g, const Tiles *tiles, const float *in, size_t fs, int c0, int c1, float *dx,
                      float *spare, int t0, int count) {
  const int C = c1 - c0;
  for (int t = 0; t < count; t++, in += tile_stride(C)) {
    Patch p = find_patch(dx + c0, g->height, g->width, g->channels, tiles, t0 + t, g->pad_top, g->pad_left,
                         tiles->side + 2, C, spare);
    if (C % VW) leave_image(&p, ceil_div(C, VW) * VW, spare); // stores would overrun
    if (!p.whole) fetch_patch(&p, C);
    BY_TILE_SIZE(tiles->m, add_tile, &p, C, in, fs);
    if (!p.whole) put_patch(&p, C);
  }
}

// Images [from, to) of dx, channels [c0, c1), start as zeros.
static void clear_images(const Geometry *g, float *dx, int from, int to, int c0, int c1) {
  const size_t C = g->channels, pixels = (size_t)g->height * g->width;
  if (c1 - c0 == g->channels) clear_bytes(dx + from * pixels * C, (size_t)(to - from) * pixels * C * 4);
  else
    for (size_t p = from * pixels; p < to * pixels; p++) clear_bytes(dx + p * C + c0, (size_t)(c1 - c0) * 4);
}

// dy U dx m tiles-at-once slabs geometry y part; chunks are a multiple of slabs. With y, what relu was
// applied to give x, dx is relu's gradient too (gate.h), and with part, [share][C], its columns' sums.
static void k_winograd_dx(const Task *task) {
  float *dy = FLOATS(0), *dx = FLOATS(2);
  const float *u = FLOATS(1);
  const int m = INT(3), at_once = INT(4), slabs = INT(5), frequencies = (m + 2) * (m + 2);
  const Geometry *g = &GEOMETRY(6);
  const float *y = FLOATS_OR_NULL(6 + GEOMETRY_INTS);
  float *part = FLOATS_OR_NULL(7 + GEOMETRY_INTS);
  const int C = g->channels, N = g->filters, slab = ceil_div(ceil_div(C, slabs), 64) * 64;
  const int c0 = task->chunk % slabs * slab, c1 = min_int(C, c0 + slab);
  if (c1 <= c0) return;
  const Tiles tiles = tiles_of(g, m, 0);
  const size_t ms = plane_stride(at_once, N), ds = plane_stride(at_once, c1 - c0), plane = filter_plane(N, C);
  float *v = (float *)task->scratch, *product = v + frequencies * ms, *spare = product + frequencies * ds;
  float *sums = spare + (size_t)frequencies * ceil_div(max_int(C, N), 16) * 16 + VW;
  const Task images = {.chunk = task->chunk / slabs, .chunks = task->chunks / slabs};
  int lo, hi;
  share(&images, g->batch, &lo, &hi);
  const size_t pixels = (size_t)g->height * g->width;
  clear_sums_row(sums, c1 - c0);
  // An image is cleared when its first tile comes and gated after its last, while it is in cache.
  const int per_image = tiles.per_image, end = hi * per_image;
  for (int t0 = lo * per_image, begun = lo, done = lo; t0 < end; t0 += at_once) {
    const int count = min_int(at_once, end - t0), touched = (t0 + count - 1) / per_image + 1;
    clear_images(g, dx, begun, touched, c0, c1);
    begun = touched;
    gradient_tiles(g, &tiles, dy, spare, v, ms, t0, count);
    for (int f = 0; f < frequencies; f++)
      frequency_matmul(v + f * ms, tile_stride(N), N, u + f * plane + (size_t)c0 * N, plane, product + f * ds,
                       tile_stride(c1 - c0), c1 - c0, count);
    add_tiles(g, &tiles, product, ds, c0, c1, dx, spare, t0, count);
    const int complete = (t0 + count) / per_image;
    if (y && complete > done) {
      const size_t at = done * pixels * C + c0;
      gate_rows(dx + at, y + at, dx + at, sums, (complete - done) * pixels, C, c1 - c0);
    }
    done = complete;
  }
  if (part) store_row(part + (size_t)images.chunk * C + c0, sums, c1 - c0);
}
