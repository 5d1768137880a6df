// pooled-first: the gradient of a pooled first layer's weights (dw_pool_3x3x1 of conv2d-dw-narrow.c) from the pooled gradient
// of the convolution behind it. The gradient between the two (pooled-dx.c), which nothing else reads, is made image by image
// in scratch and read while it is in cache: it is the largest tensor of a backward pass.
// Chunks: shares of the images, whose sums are added by `reduce`: the same numbers as by the two commands.
// Cost: that of the two, less what moves the tensor to memory and back.

// x winners part sums H W dy mask wt rows-at-once geometry: H x W are the sides of x, `winners` the first layer's, and the
// rest is the second's. part is [chunk][9][C], and sums, if any, [chunk][C].
static void k_pooled_first(const Task *task) {
  const Geometry *g = &GEOMETRY(10);
  const int H = INT(4), W = INT(5), C = g->channels;
  const Geometry first = {.height = H, .width = W, .out_height = H - 2, .out_width = W - 2, .filters = C};
  const size_t pixels = (size_t)g->height * g->width * C, pooled = (size_t)(g->out_height / 2) * (g->out_width / 2) * g->filters;
  float *part = FLOATS(2) + (size_t)task->chunk * 9 * C, *columns = FLOATS_OR_NULL(3);
  if (columns) columns += (size_t)task->chunk * C;
  float *dx = (float *)task->scratch, *scratch = dx + ceil_div((int)pixels, 16) * 16 + VW;
  const PooledInput input = pooled_input(g, FLOATS(8), INT(9), scratch);
  int lo, hi;
  share(task, g->batch, &lo, &hi);
  if (hi <= lo) clear_bytes(part, (size_t)9 * C * 4);
  if (hi <= lo && columns) clear_bytes(columns, (size_t)C * 4);
  for (int b = lo; b < hi; b++) {
    pooled_input_image(&input, FLOATS(6) + b * pooled, BYTES(7) + b * pooled, dx);
    dw_pool_3x3x1(&first, FLOATS(0) + (size_t)b * H * W, dx, BYTES(1) + b * pixels, 0, b - lo, part, columns, scratch);
  }
}
