// The commands, in the order of their opcodes. src/cnnkit/opcodes.ts has the same list; a test
// compares the two. A new command goes to the end.
#define CNNKIT_COMMANDS(COMMAND)                                                                     \
  COMMAND(matmul) COMMAND(matmul_tn) COMMAND(conv2d) COMMAND(conv2d_dx) COMMAND(conv2d_dw)           \
  COMMAND(conv2d_dw_narrow) COMMAND(max_pool) COMMAND(avg_pool) COMMAND(max_pool_grad)               \
  COMMAND(avg_pool_grad) COMMAND(unary) COMMAND(binary) COMMAND(select) COMMAND(cast) COMMAND(reduce) \
  COMMAND(arg_reduce) COMMAND(softmax) COMMAND(strided_copy) COMMAND(transpose) COMMAND(gather)      \
  COMMAND(one_hot) COMMAND(update) COMMAND(conv2d_pool) COMMAND(unpool) COMMAND(unpool_sum)     \
  COMMAND(winograd_filter) COMMAND(winograd) COMMAND(winograd_dx) COMMAND(winograd_dw) COMMAND(batch_norm) \
  COMMAND(depthwise) COMMAND(depthwise_dx) COMMAND(depthwise_dw) COMMAND(resize) COMMAND(resize_grad) \
  COMMAND(scan) COMMAND(segment_sum) COMMAND(top_k) COMMAND(lrn) COMMAND(lrn_grad) COMMAND(keep_mask) \
  COMMAND(conv2d_few) COMMAND(conv2d_dx_narrow) \
  COMMAND(batch_norm_sums) COMMAND(batch_norm_dx) COMMAND(gate_sum) \
  COMMAND(matmul_int) COMMAND(gather_nd) COMMAND(scatter_nd) COMMAND(crop_and_resize) COMMAND(winograd_settle) \
  COMMAND(pooled_dx) COMMAND(pooled_dw) COMMAND(pooled_first)
