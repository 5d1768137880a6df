// What one compilation of the kernels, at one vector width, offers to the addon.
#ifndef CNNKIT_BUILD_H
#define CNNKIT_BUILD_H
#include <stdint.h>

typedef struct Build {
  int bits;
  const char *commands;                       // their names in the order of their opcodes
  uint32_t least_bytes;                       // of a memory: its control block lies in it
  void (*drain)(char *base);                  // thread 0: helps until all commands are finished
  void (*work)(char *base, int thread);       // any other: until Control.quit
  void (*stop)(char *base);                   // sets Control.quit and wakes all
  void (*wake)(char *base);
  float (*peak)(int turns);
} Build;

#if defined(__x86_64__) || defined(_M_X64)
extern const Build cnnkit_build_512, cnnkit_build_256;
#endif
extern const Build cnnkit_build_128;
#endif
