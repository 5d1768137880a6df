// The shape of a 2-D convolution or pool, as every command of that family carries it.
#ifndef CNNKIT_GEOMETRY_H
#define CNNKIT_GEOMETRY_H
#include "task.h"

// x is [batch, height, width, channels], the result [batch, out_height, out_width, filters], the
// kernel kernel_height x kernel_width, HWIO where it has weights.
typedef struct Geometry {
  int batch, height, width, channels;
  int kernel_height, kernel_width;
  int out_height, out_width, filters;
  int stride_height, stride_width, pad_top, pad_left, dilation_height, dilation_width;
} Geometry;
enum { GEOMETRY_INTS = sizeof(Geometry) / sizeof(int) };

#define GEOMETRY(first) (*(const Geometry *)(task->arg + (first)))

// The outputs [lo, hi) of n whose input position o * stride + offset lies in [0, size).
INLINE void valid_outputs(int n, int stride, int offset, int size, int *lo, int *hi) {
  *lo = offset >= 0 ? 0 : ceil_div(-offset, stride);
  *hi = size - offset <= 0 ? 0 : min_int(n, (size - 1 - offset) / stride + 1);
  if (*hi < *lo) *hi = *lo;
}
#endif
