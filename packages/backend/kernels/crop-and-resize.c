// crop-and-resize: out[i][h][w][C], box i = (y1, x1, y2, x2) of image place[i] of x[b][H][W][C], in units of its sides,
// resized to h x w: nearest, or bilinear by way of doubles as tfjs cpu has it. What lies outside the image is
// the extrapolation value; a box of no image is zeros.
// Chunks: rows of out. Cost: four loads and three multiply-adds a value.
#include "task.h"

typedef struct Crop { double at; int inside; } Crop;
INLINE Crop crop_at(double from, double to, int i, int n, int size) {
  Crop c;
  const double scale = n > 1 ? (to - from) * (size - 1) / (n - 1) : 0;
  c.at = n > 1 ? from * (size - 1) + i * scale : .5 * (from + to) * (size - 1);
  c.inside = c.at >= 0 && c.at <= size - 1;
  return c;
}

// crop-and-resize: x boxes place out n b H W C h w nearest extrapolation.
SMALL void k_crop_and_resize(const Task *task) {
  const int b = INT(5), H = INT(6), W = INT(7), C = INT(8), h = INT(9), w = INT(10), nearest = INT(11);
  const float outside = FLOAT(12);
  int lo, hi;
  share(task, INT(4) * h, &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const float *box = FLOATS(1) + (size_t)(u / h) * 4;
    const int image = INTS(2)[u / h];
    float *out = FLOATS(3) + (size_t)u * w * C;
    const Crop y = crop_at(box[0], box[2], u % h, h, H);
    for (int j = 0; j < w; j++, out += C) {
      const Crop x = crop_at(box[1], box[3], j, w, W);
      if (image < 0 || image >= b || !y.inside || !x.inside) {
        for (int c = 0; c < C; c++) out[c] = image < 0 || image >= b ? 0 : outside;
        continue;
      }
      const float *from = FLOATS(0) + (size_t)image * H * W * C;
      if (nearest) {
        copy_bytes(out, from + ((size_t)(int)(y.at + .5) * W + (int)(x.at + .5)) * C, (size_t)C * 4);
        continue;
      }
      const int top = (int)y.at, left = (int)x.at;
      const double down = y.at - top, right = x.at - left;
      const float *p = from + ((size_t)top * W + left) * C;
      // The next row and column where there is something of them; at the last ones there is none.
      const size_t below = down > 0 ? (size_t)W * C : 0, beside = right > 0 ? (size_t)C : 0;
      for (int c = 0; c < C; c++) {
        const double above = p[c] + ((double)p[c + beside] - p[c]) * right;
        const double under = p[c + below] + ((double)p[c + below + beside] - p[c + below]) * right;
        out[c] = (float)(above + (under - above) * down);
      }
    }
  }
}
