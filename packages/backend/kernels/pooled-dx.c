// pooled-dx: dx = the gradient of a convolution's input from a pooled dy and its mask, by its winners (winners.h), any
// stride and padding, rows not dilated. Weights come transposed to [N][KH][KW * C].
// Chunks: shares of the images. Windows overlap, so dx starts as zeros, or a padded copy of it does, which is cut
// to size then. Rows of windows are taken in strips: for each window and place the filters are listed that won there,
// and for each kernel row a block of vectors of dx is summed along the list, in registers; the same block of all
// filters' weights stays in L1 for the whole strip.
// Where x is what relu gave, relu's gradient and the sums of its columns can be taken along.
// Cost: KH KW C multiply-adds a filter and window that relu left on, each with a load: about half the peak rate.
#include "gate.h"
#include "winners.h"

// For each window a list for each of its four places and one of what is zero, with room for all filters.
typedef struct Lists { Item *items; int *counts, room; } Lists;
enum { PLACES = 5 };

SMALL void list_places_odd(const float *dy, const int8_t *mask, int N, int step, int all, Item *items, int room,
                           int *counts) {
  for (int n = 0; n < N; n += VW) {
    V e[4];
    unpool(dy + n, mask + n, 1, e);
    for (int k = 0; k < 4; k++) {
      float values[VW];
      store(values, e[k]);
      for (int i = n; i < min_int(N, n + VW); i++)
        if (all || values[i - n] != 0) items[k * room + counts[k]++] = (Item){i * step, values[i - n]};
    }
  }
}
// Where the ends of a window's five lists stand in one word of 12 bits each, for up to 819 filters: in memory each count
// would wait for the one before.
enum { END_BITS = 12 };
// For each of `count` filters which end is its gradient's, as a shift. Whether winners can be told (winners.h).
INLINE int read_ends(const float *dy, const int8_t *mask, int count, int *ends) {
  V zeros = zero();
  VI bytes = {};
  for (int n = 0; n < count; n += VW) {
    const VI there = lanes() < count - n, byte = load_bytes(mask + n) & there;
    const V v = keep(there, load(dy + n));
    zeros += v * 0;
    bytes |= byte;
    *(VI *)(ends + n) = pick_int(v == 0, splat_int(RELU_OFF), byte) * END_BITS;
  }
  return can_tell(zeros, bytes);
}
ALONE void list_places(const float *dy, const int8_t *mask, int windows, int N, int step, int all, const Lists *lists,
                       int *ends) {
  Item *items = lists->items;
  int *counts = lists->counts;
  const int room = lists->room;
  for (int w = 0; w < windows; w++, dy += N, mask += N, items += PLACES * room, counts += PLACES) {
    if (all || PLACES * room >> END_BITS || !read_ends(dy, mask, N, ends)) {
      for (int k = 0; k < PLACES; k++) counts[k] = 0;
      list_places_odd(dy, mask, N, step, all, items, room, counts);
      continue;
    }
    uint64_t end = 0; // each counted from the first list's beginning on
    for (int k = 0; k < PLACES; k++) end |= (uint64_t)(k * room) << k * END_BITS;
    ROLLED for (int n = 0; n < N; n++) {
      write_item(items + (end >> ends[n] & ((1 << END_BITS) - 1)), n * step, dy + n);
      end += (uint64_t)1 << ends[n];
    }
    for (int k = 0; k < PLACES; k++) counts[k] = (int)(end >> k * END_BITS & ((1 << END_BITS) - 1)) - k * room;
  }
}

// A block of vectors of a row of windows; `right` and `down` lead to the next output's.
static void sum_places(int cols, const Lists *lists, int first, int windows, const float *w, float *to, int right,
                       int down, int left) {
  const Item *items = lists->items + (size_t)first * PLACES * lists->room;
  const int *counts = lists->counts + first * PLACES;
  for (int i = 0; i < windows; i++, items += PLACES * lists->room, counts += PLACES, to += 2 * right)
    for (int k = 0; k < 4; k++)
      if (counts[k]) add_block(cols, items + k * lists->room, counts[k], w, to + (k & 1) * right + (k >> 1) * down, left);
}

// dy mask wt dx rows-at-once geometry y part. With y, what relu was applied to give x, dx is relu's gradient too
// (gate.h), and with part, [chunk][C], its columns' sums.
static void k_pooled_dx(const Task *task) {
  const int8_t *mask = BYTES(1);
  const float *wt = FLOATS(2);
  const int at_once = INT(4);
  const Geometry *g = &GEOMETRY(5);
  const float *y = FLOATS_OR_NULL(5 + GEOMETRY_INTS);
  float *part = FLOATS_OR_NULL(6 + GEOMETRY_INTS);
  const int C = g->channels, N = g->filters, KH = g->kernel_height, L = g->kernel_width * C;
  const Reach reach = reach_of(g);
  const int down = g->out_height / 2, across = g->out_width / 2, windows = at_once * across;
  const int right = g->stride_width * C, below = g->stride_height * reach.across * C;
  const size_t pixels = (size_t)g->height * g->width;
  float *sums = (float *)task->scratch;
  clear_sums_row(sums, C);
  Item *items = (Item *)(sums + ceil_div(C, 16) * 16);
  int *counts = (int *)(items + (size_t)windows * PLACES * N);
  const Lists lists = {items, counts, N};
  int *ends = counts + ceil_div(windows * PLACES, 16) * 16;
  float *spare = (float *)(ends + ceil_div(N, 16) * 16);
  const int all = !all_finite(wt, (size_t)N * KH * L);
  int lo, hi;
  share(task, g->batch, &lo, &hi);
  for (int b = lo; b < hi; b++) {
    float *dx = FLOATS(3) + b * pixels * C, *image = reach.in_place ? dx : spare;
    clear_bytes(image, (reach.in_place ? pixels : (size_t)reach.height * reach.width) * C * 4);
    for (int r = 0; r < down; r += at_once) {
      const int rows = min_int(at_once, down - r);
      const size_t at = ((size_t)b * down + r) * across * N;
      list_places(FLOATS(0) + at, mask + at, rows * across, N, KH * L, all, &lists, ends);
      for (int kh = 0; kh < KH; kh++)
        for (int v = 0, cols; v < L; v += cols * VW) {
          cols = block_columns(L - v);
          for (int i = 0; i < rows; i++) {
            float *to = image + (size_t)2 * (r + i) * below + (size_t)kh * g->dilation_height * reach.across * C + v;
            sum_places(cols, &lists, i * across, across, wt + kh * L + v, to, right, below, L - v);
          }
        }
    }
    if (!reach.in_place) cut_image(g, spare, &reach, dx);
    if (y) gate_rows(dx, y + b * pixels * C, dx, sums, pixels, C, C);
  }
  if (part) store_row(part + (size_t)task->chunk * C, sums, C);
}
