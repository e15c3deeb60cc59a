// Philox4x32-10 as a GSL generator.
//
// GSL's own generators are not used because their seeds have 32 bits, too few for a stream per synthetic user, and
// their states take kilobytes. A counter-based generator has a 64-bit key per stream and needs no warm-up.
#include <gsl/gsl_rng.h>

#include "CKernels.h"
#include "philox.h"

// Blocks of four words that are computed together once a stream has turned out to be longer than one: in vector
// instructions, these take little more time than one.
enum { MANY = 16 };

typedef struct {
  uint64_t key, counter;
  uint32_t words[4 * MANY];
  uint32_t used, count;
} philox_state;

// The blocks of `count` counters from `counter` on.
INLINE void blocks(uint64_t key, uint64_t counter, const int count, uint32_t *restrict words) {
  uint32_t x0[MANY], x1[MANY], x2[MANY], x3[MANY];
  philox(key, counter, count, x0, x1, x2, x3);
  for (int i = 0; i < count; i++)
    words[4 * i] = x0[i], words[4 * i + 1] = x1[i], words[4 * i + 2] = x2[i], words[4 * i + 3] = x3[i];
}

DK_CLONES static void many_blocks(uint64_t key, uint64_t counter, uint32_t *words) { blocks(key, counter, MANY, words); }

static void refill(philox_state *s) {
  // Many streams give a few numbers only.
  if (s->counter == 0)
    blocks(s->key, 0, 1, s->words), s->count = 4;
  else
    many_blocks(s->key, s->counter, s->words), s->count = 4 * MANY;
  s->counter += s->count / 4;
  s->used = 0;
}

static void set(void *state, unsigned long seed) {
  philox_state *s = state;
  s->key = seed, s->counter = 0, s->used = 0, s->count = 0;
}

static unsigned long get(void *state) {
  philox_state *s = state;
  if (s->used == s->count) refill(s);
  return s->words[s->used++];
}

void dk_philox_uniforms(void *generator, ptrdiff_t n, double *numbers) {
  philox_state *s = ((gsl_rng *)generator)->state;
  while (n > 0) {
    if (s->used == s->count) refill(s);
    const ptrdiff_t left = (ptrdiff_t)(s->count - s->used), some = n < left ? n : left;
    for (ptrdiff_t i = 0; i < some; i++) numbers[i] = (double)s->words[s->used + i] / 4294967296.0;
    s->used += (uint32_t)some, numbers += some, n -= some;
  }
}

static double get_double(void *state) { return (double)get(state) / 4294967296.0; }

static const gsl_rng_type philox_type = {"philox4x32-10", 0xffffffffUL, 0, sizeof(philox_state), set, get, get_double};

void *dk_philox_alloc(uint64_t key) {
  gsl_rng *generator = gsl_rng_alloc(&philox_type);
  if (generator) gsl_rng_set(generator, key);
  return generator;
}
