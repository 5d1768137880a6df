// Which instruction sets this CPU and its operating system have.
#ifndef CNNKIT_CPU_H
#define CNNKIT_CPU_H
#if defined(__x86_64__)
#include <cpuid.h>

// The register state that the operating system saves when it switches threads.
static unsigned saved_state(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return 0;
  __asm__ __volatile__("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
  return a;
}
static unsigned features_7(void) {
  unsigned a, b, c, d;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) ? b : 0;
}
// x86-64-v3, as far as the compiler may use it for these kernels.
static int cpu_has_avx2(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  const unsigned wanted = bit_AVX | bit_FMA | bit_F16C | bit_MOVBE | bit_SSE4_2 | bit_POPCNT;
  const unsigned wanted_7 = bit_AVX2 | bit_BMI | bit_BMI2;
  unsigned lzcnt = 0;
  if (__get_cpuid(0x80000001, &a, &b, &lzcnt, &d) && !(lzcnt & bit_ABM)) return 0;
  return (c & wanted) == wanted && (features_7() & wanted_7) == wanted_7 && (saved_state() & 6) == 6;
}
// x86-64-v4.
static int cpu_has_avx512(void) {
  const unsigned wanted = bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ | bit_AVX512VL;
  return cpu_has_avx2() && (features_7() & wanted) == wanted && (saved_state() & 0xe6) == 0xe6;
}
#endif
#endif
