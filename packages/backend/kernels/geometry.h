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

// Whether rows x columns floats, `next` from row to row, are all zero.
typedef uint32_t Bits __attribute__((may_alias));
INLINE int all_zero(const float *x, size_t next, int rows, int columns) {
  Bits bits = 0;
  for (int r = 0; r < rows; r++, x += next)
    for (int k = 0; k < columns; k++) bits |= ((const Bits *)x)[k];
  return bits << 1 == 0; // of -0 too
}

// What the windows of an image reach, from its first row and column of padding on; `in_place` if that is the image
// itself or part of it, and then rows are the image's.
typedef struct Reach { int height, width, in_place, across; } Reach;
INLINE Reach reach_of(const Geometry *g) {
  const int height = (g->out_height - 1) * g->stride_height + (g->kernel_height - 1) * g->dilation_height + 1;
  const int width = (g->out_width - 1) * g->stride_width + (g->kernel_width - 1) * g->dilation_width + 1;
  const int in_place = !g->pad_top && !g->pad_left && height <= g->height && width <= g->width;
  return (Reach){height, width, in_place, in_place ? g->width : width};
}
// An image with its padding, all that windows reach.
static void pad_image(const Geometry *g, const float *image, const Reach *reach, float *to) {
  const int C = g->channels, width = reach->width;
  clear_bytes(to, (size_t)reach->height * width * C * 4);
  const int columns = min_int(g->width, width - g->pad_left), rows = min_int(g->height, reach->height - g->pad_top);
  for (int h = 0; h < rows; h++)
    copy_bytes(to + ((size_t)(h + g->pad_top) * width + g->pad_left) * C, image + (size_t)h * g->width * C,
               (size_t)max_int(0, columns) * C * 4);
}
// The image out of that; what no window reaches is zeros.
static void cut_image(const Geometry *g, const float *padded, const Reach *reach, float *image) {
  const int C = g->channels, columns = max_int(0, min_int(g->width, reach->width - g->pad_left));
  for (int h = 0; h < g->height; h++) {
    float *to = image + (size_t)h * g->width * C;
    const int inside = h + g->pad_top < reach->height ? columns : 0;
    copy_bytes(to, padded + ((size_t)(h + g->pad_top) * reach->width + g->pad_left) * C, (size_t)inside * C * 4);
    clear_bytes(to + (size_t)inside * C, (size_t)(g->width - inside) * C * 4);
  }
}
#endif
