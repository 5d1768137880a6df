// What is done to every pixel of a set or a batch. JavaScript copies bytes in, calls, and copies the
// results out; all addresses are its own, and nothing is kept.
// divide: numbers[i] = bytes[i] / divisor, 16 at a time; lengths are rounded up to that.
// look_up: numbers[i] = table[i % channels][bytes[i]], for scalings that are not one division.
// These two give correctly rounded float32, as a table made in float64 and rounded once does.
// interleave: an image of CIFAR, all of red, all of green, all of blue, to red, green, blue a pixel.
// Cost: bound by memory, 5 bytes of it a number, 2 a byte that is moved.
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

#define PLANE 1024
typedef byte byte16 __attribute__((vector_size(16)));

__attribute__((export_name("interleave"))) void interleave(const byte *restrict planes,
                                                           byte *restrict pixels) {
  for (int i = 0; i < PLANE; i += 16) {
    byte16 r, g, b;
    __builtin_memcpy(&r, planes + i, 16);
    __builtin_memcpy(&g, planes + PLANE + i, 16);
    __builtin_memcpy(&b, planes + 2 * PLANE + i, 16);
    // Red and green in their places of 16 bytes of pixels, then blue between them.
    const byte16 rg0 = __builtin_shufflevector(r, g, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5);
    const byte16 rgb0 = __builtin_shufflevector(rg0, b, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15);
    __builtin_memcpy(pixels + 3 * i + 0, &rgb0, 16);
    const byte16 rg1 = __builtin_shufflevector(r, g, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
    const byte16 rgb1 = __builtin_shufflevector(rg1, b, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15);
    __builtin_memcpy(pixels + 3 * i + 16, &rgb1, 16);
    const byte16 rg2 = __builtin_shufflevector(r, g, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
    const byte16 rgb2 = __builtin_shufflevector(rg2, b, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31);
    __builtin_memcpy(pixels + 3 * i + 32, &rgb2, 16);
  }
}
