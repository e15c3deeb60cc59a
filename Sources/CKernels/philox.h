// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
#ifndef DOPPEL_PHILOX_H
#define DOPPEL_PHILOX_H

#include <stdint.h>

#include "clones.h"

// The four words of each of `count` counters from `counter` on, in loops that become vector instructions.
INLINE void philox(uint64_t key, uint64_t counter, const int count, uint32_t *restrict x0, uint32_t *restrict x1,
                   uint32_t *restrict x2, uint32_t *restrict x3) {
  for (int i = 0; i < count; i++) {
    uint64_t c = counter + (uint64_t)i;
    x0[i] = (uint32_t)c, x1[i] = (uint32_t)(c >> 32), x2[i] = 0, x3[i] = 0;
  }
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  for (int round = 0; round < 10; round++) {
    for (int i = 0; i < count; i++) {
      uint64_t p0 = (uint64_t)0xD2511F53u * x0[i], p1 = (uint64_t)0xCD9E8D57u * x2[i];
      uint32_t y0 = (uint32_t)(p1 >> 32) ^ x1[i] ^ k0, y2 = (uint32_t)(p0 >> 32) ^ x3[i] ^ k1;
      x0[i] = y0, x1[i] = (uint32_t)p1, x2[i] = y2, x3[i] = (uint32_t)p0;
    }
    k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
  }
}

#endif
