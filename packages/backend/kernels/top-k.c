// top-k: the K greatest of each row x[r][n], greatest first, and their int32 places; of equals the first
// comes first, and NaN last. Chunks: shares of the rows. The best so far rest where the result will be: sorted for
// small K, which costs one comparison a value and K moves for each that gets in; else as a heap with the worst on
// top, log K moves each, that is sorted in the end.
#include "task.h"

INLINE int beats(float a, float b) { return a > b || (b != b && a == a); }
// The same of places too, which decide between equals (of two NaN as well).
INLINE int outranks(float a, int at, float b, int bt) { return beats(a, b) || (!beats(b, a) && at < bt); }

enum { TOP_SORTED = 64 };

static void top_sorted(const float *x, int n, int K, float *best, int32_t *place) {
  for (int i = 0; i < n; i++) {
    int at = min_int(i, K);
    if (at == K && !beats(x[i], best[K - 1])) continue;
    if (at == K) at--;
    for (; at > 0 && beats(x[i], best[at - 1]); at--) {
      best[at] = best[at - 1];
      place[at] = place[at - 1];
    }
    best[at] = x[i];
    place[at] = i;
  }
}

// Puts a value where heap[at] was, below it what outranks it: the worst of `size` stays on top.
static void sift(float *heap, int32_t *place, int size, int at, float v, int p) {
  for (int child; (child = 2 * at + 1) < size; at = child) {
    if (child + 1 < size && outranks(heap[child], place[child], heap[child + 1], place[child + 1])) child++;
    if (outranks(heap[child], place[child], v, p)) break;
    heap[at] = heap[child];
    place[at] = place[child];
  }
  heap[at] = v;
  place[at] = p;
}

static void top_heap(const float *x, int n, int K, float *heap, int32_t *place) {
  for (int i = 0; i < K; i++) {
    heap[i] = x[i];
    place[i] = i;
  }
  for (int i = K / 2 - 1; i >= 0; i--) sift(heap, place, K, i, heap[i], place[i]);
  for (int i = K; i < n; i++)
    if (outranks(x[i], i, heap[0], place[0])) sift(heap, place, K, 0, x[i], i);
  // The worst goes to the end, again and again.
  for (int size = K - 1; size > 0; size--) {
    const float v = heap[size];
    const int p = place[size];
    heap[size] = heap[0];
    place[size] = place[0];
    sift(heap, place, size, 0, v, p);
  }
}

// top-k: x values places R n K.
SMALL void k_top_k(const Task *task) {
  const int R = INT(3), n = INT(4), K = INT(5);
  int lo, hi;
  share(task, R, &lo, &hi);
  for (int r = lo; r < hi; r++) {
    const float *x = FLOATS(0) + (size_t)r * n;
    float *best = FLOATS(1) + (size_t)r * K;
    int32_t *place = INTS(2) + (size_t)r * K;
    if (K <= TOP_SORTED) top_sorted(x, n, K, best, place);
    else top_heap(x, n, K, best, place);
  }
}
