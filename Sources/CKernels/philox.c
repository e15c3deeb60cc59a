// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011) as a GSL generator.
//
// GSL's own generators are not used because their seeds have 32 bits, too few for a stream per synthetic user, and
// their states take kilobytes. A counter-based generator has a 64-bit key per stream and needs no warm-up.
#include <gsl/gsl_rng.h>

#include "CKernels.h"

typedef struct {
  uint32_t key[2];
  uint64_t counter;
  uint32_t block[4];
  uint32_t used;
} philox_state;

static void next_block(philox_state *s) {
  uint32_t x0 = (uint32_t)s->counter, x1 = (uint32_t)(s->counter >> 32), x2 = 0, x3 = 0;
  uint32_t k0 = s->key[0], k1 = s->key[1];
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * x0, p1 = (uint64_t)0xCD9E8D57u * x2;
    uint32_t y0 = (uint32_t)(p1 >> 32) ^ x1 ^ k0, y2 = (uint32_t)(p0 >> 32) ^ x3 ^ k1;
    x0 = y0, x1 = (uint32_t)p1, x2 = y2, x3 = (uint32_t)p0;
    k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
  }
  s->block[0] = x0, s->block[1] = x1, s->block[2] = x2, s->block[3] = x3;
  s->counter++;
  s->used = 0;
}

static void set(void *state, unsigned long seed) {
  philox_state *s = state;
  *s = (philox_state){.key = {(uint32_t)seed, (uint32_t)((uint64_t)seed >> 32)}, .used = 4};
}

static unsigned long get(void *state) {
  philox_state *s = state;
  if (s->used == 4) next_block(s);
  return s->block[s->used++];
}

static double get_double(void *state) { return (double)get(state) / 4294967296.0; }

static const gsl_rng_type philox_type = {"philox4x32-10", 0xffffffffUL, 0, sizeof(philox_state), set, get, get_double};

void *dk_philox_alloc(uint64_t key) {
  gsl_rng *generator = gsl_rng_alloc(&philox_type);
  if (generator) gsl_rng_set(generator, key);
  return generator;
}
