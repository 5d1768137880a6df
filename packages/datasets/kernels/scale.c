// Bytes of pixels to float32 numbers, for a batch at a time. JavaScript copies bytes in, calls, and
// copies numbers out; all addresses are its own, and nothing is kept.
// divide: numbers[i] = bytes[i] / divisor, 16 at a time; lengths are rounded up to that.
// look_up: numbers[i] = table[i % channels][bytes[i]], for scalings that are not one division.
// Both give correctly rounded float32, as a table made in float64 and rounded once does.
// Cost: 5 bytes of memory a pixel; both buffers fit the first-level cache or nearly.
typedef unsigned char byte;
typedef byte byte4 __attribute__((vector_size(4)));
typedef float float4 __attribute__((vector_size(16)));

__attribute__((export_name("divide"))) void divide(const byte *restrict bytes,
                                                   float *restrict numbers, int count,
                                                   float divisor) {
  for (int i = 0; i < count; i += 16) {
    for (int part = 0; part < 16; part += 4) {
      byte4 four;
      __builtin_memcpy(&four, bytes + i + part, 4);
      const float4 quotients = __builtin_convertvector(four, float4) / divisor;
      __builtin_memcpy(numbers + i + part, &quotients, 16);
    }
  }
}

__attribute__((export_name("lookUp"))) void look_up(const byte *restrict bytes,
                                                    float *restrict numbers, int count,
                                                    const float *restrict table, int channels) {
  for (int channel = 0; channel < channels; channel++) {
#pragma clang loop vectorize(disable) unroll_count(4)
    for (int i = channel; i < count; i += channels) {
      numbers[i] = table[256 * channel + bytes[i]];
    }
  }
}
