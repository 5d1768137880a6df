// cast: n values between the two things a block can hold: float32 and int32 (a bool is a float 0 or 1). Or bytes, which
// lie behind a table of what each of the 256 stands for.
// Chunks: shares of 1,024 values. Memory-bound. Out-of-range floats saturate, NaN gives 0.
#include "task.h"

enum { TO_INT, TO_FLOAT, TO_BOOL, INT_TO_BOOL, LOOK_UP, BYTES = 256 };

static void k_cast(const Task *task) {
  const float *from = FLOATS(0);
  float *to = FLOATS(1);
  int lo, hi;
  share_elements(task, INT(2), &lo, &hi);
  if (INT(3) == LOOK_UP) {
    const uint8_t *bytes = (const uint8_t *)(from + BYTES);
    for (int i = lo; i < hi; i++) to[i] = from[bytes[i]];
    return;
  }
  for (int i = lo; i < hi; i++) {
    const int32_t bits = ((const int32_t *)from)[i];
    switch (INT(3)) {
      case TO_INT: {
        const float v = from[i];
        ((int32_t *)to)[i] = v != v ? 0 : v >= 2147483648.0f ? 2147483647 : v < -2147483648.0f ? -2147483647 - 1 : (int32_t)v;
        break;
      }
      case TO_FLOAT: to[i] = (float)bits; break;
      case TO_BOOL: to[i] = from[i] != 0; break;
      default: to[i] = bits != 0;
    }
  }
}
