// Where things lie in the one memory, counted from its first byte; src/cnnkit/layout.ts has the same
// numbers. Below CONTROL is the WebAssembly module's own (constants, the first thread's stack).
#ifndef CNNKIT_LAYOUT_H
#define CNNKIT_LAYOUT_H
#include <stdint.h>

enum {
  CONTROL = 1 << 20,
  SLOTS = 1024,      // commands in flight at most
  SLOT_INTS = 32,    // opcode, chunks, 30 arguments
  MAX_THREADS = 16,
  MAX_COMMANDS = 64,
  // A command's first word: its opcode, and how many commands right before it may still be running.
  OPCODE = MAX_COMMANDS - 1,
  AHEAD_SHIFT = 8,
};

// Words that different threads write stand on cache lines of their own.
typedef struct Control {
  _Alignas(64) uint32_t head;     // commands sent, written by JavaScript
  _Alignas(64) uint32_t done;     // commands finished, in order
  _Alignas(64) uint32_t sleepers; // threads asleep on head
  uint32_t waiters;               // threads asleep on done
  _Alignas(64) uint32_t quit;
  uint32_t scratch, scratch_bytes; // the first thread's scratch; the others follow it
  uint32_t profiling;
  uint32_t idle_spins;            // turns a thread spins for work before it sleeps
  uint32_t wait_spins;            // turns it spins for a command's other chunks
  uint32_t failed;                // a thread died inside a kernel
  _Alignas(64) int32_t slot[SLOTS][SLOT_INTS];
  _Alignas(64) uint64_t claim[SLOTS]; // sequence + 1 | end | begin: the chunks not yet taken
  _Alignas(64) uint32_t finished[SLOTS];
  _Alignas(64) double profile[MAX_THREADS][MAX_COMMANDS][2]; // milliseconds, chunks
} Control;
#endif
