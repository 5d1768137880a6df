// top-k: the K greatest of each row x[r][n], greatest first, and their int32 places; of equals the first
// comes first, and NaN last. Chunks: shares of the rows. A row's best so far are kept sorted where they will stay.
// Cost: one comparison a value and K moves for each that gets in: meant for small K.
#include "task.h"

INLINE int beats(float a, float b) { return a > b || (b != b && a == a); }

// top-k: x values places R n K.
static void k_top_k(const Task *task) {
  const int R = INT(3), n = INT(4), K = INT(5);
  int lo, hi;
  share(task, R, &lo, &hi);
  for (int r = lo; r < hi; r++) {
    const float *x = FLOATS(0) + (size_t)r * n;
    float *best = FLOATS(1) + (size_t)r * K;
    int32_t *place = INTS(2) + (size_t)r * K;
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
}
