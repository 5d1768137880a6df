// keep-mask: out[i] = scale where a hash of i says keep, else 0: a dropout mask. The hash is counter-based (Wellons's
// "triple32", keyed by two words), so value i is a function of the key and i alone, in any order and on any
// number of threads; @cnnkit/models computes the same bits in JavaScript where this kernel is not to be had.
// Chunks: shares of 1,024 values. Cost: three multiplications and ten other operations a vector.
#include "task.h"

// keep-mask: out n bound first second scale. Values whose hash's upper 31 bits are below bound are dropped.
static void k_keep_mask(const Task *task) {
  float *out = FLOATS(0);
  const VU first = (VU)splat_int(INT(3)), second = (VU)splat_int(INT(4));
  const VI bound = splat_int(INT(2));
  const V scale = splat(FLOAT(5));
  int lo, hi;
  share_elements(task, INT(1), &lo, &hi);
  for (int i = lo; i < hi; i += VW) {
    VU x = (VU)(lanes() + i) ^ first;
    x = (x ^ (x >> 17)) * 0xed5ad4bbu;
    x = ((x ^ (x >> 11)) * 0xac4c1b51u) ^ second;
    x = (x ^ (x >> 15)) * 0x31848babu;
    x ^= x >> 14;
    store_part(out + i, keep((VI)(x >> 1) >= bound, scale), hi - i);
  }
}
