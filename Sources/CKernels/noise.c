// Normal draws by index: number i of a key is a function of key and i, so that a part of a matrix can be drawn by
// itself, in any order and on any thread.
//
// Philox4x32-10 of the counter i / 4 gives four words, and two of them by Box and Muller's transform a pair of draws. Words
// become uniforms of 24 bits or more in (0, 1], so that the largest draw is 6.8 deviations away from 0.
#include <string.h>

#include "CKernels.h"
#include "philox.h"

enum { LANE = 32 };  // counters at a time: 128 draws

// log(u) for u > 0: u = 2^k·m with m from √½ to √2, log m by its series in (m − 1)/(m + 1); relative error < 3e-7 beside 1 too.
INLINE float log_positive(float u) {
  int32_t bits;
  memcpy(&bits, &u, 4);
  int32_t k = (bits - 0x3f3504f3) >> 23;
  bits -= k * (1 << 23);
  float m;
  memcpy(&m, &bits, 4);
  float s = (m - 1.0f) / (m + 1.0f), q = s * s;
  float p = 2.0f / 9;
  p = p * q + 2.0f / 7;
  p = p * q + 2.0f / 5;
  p = p * q + 2.0f / 3;
  p = p * q + 2.0f;
  return (float)k * 0.69314718056f + s * p;
}

INLINE void draw_lanes(uint64_t key, uint64_t counter, float *restrict z) {
  uint32_t x0[LANE], x1[LANE], x2[LANE], x3[LANE];
  philox(key, counter, LANE, x0, x1, x2, x3);
  for (int pair = 0; pair < 2; pair++) {
    const uint32_t *words = pair ? x2 : x0, *angles = pair ? x3 : x1;
    for (int i = 0; i < LANE; i++) {
      // Halves of the word, because a conversion of 32 bits at once would treat the number as signed.
      float u = ((float)(words[i] >> 16) * 65536.0f + ((float)(words[i] & 0xffff) + 0.5f)) * 0x1p-32f;
      float radius = __builtin_elementwise_sqrt(-2.0f * log_positive(u < 1.0f ? u : 1.0f));
      // A turn is cut in quarters: t is the distance from the nearest, at most an eighth of a turn, in radians.
      float v = (float)(int32_t)angles[i] * 0x1p-30f;
      float rounded = v + ROUNDING;
      int32_t quarter;
      memcpy(&quarter, &rounded, 4);
      float t = (v - (rounded - ROUNDING)) * 1.57079632679f, s = t * t;
      float sine = t * (1.0f + s * (-1.66666667e-1f + s * (8.33333333e-3f + s * -1.98412698e-4f)));
      float cosine = 1.0f + s * (-0.5f + s * (4.16666667e-2f + s * (-1.38888889e-3f + s * 2.48015873e-5f)));
      float a = quarter & 1 ? sine : cosine, b = quarter & 1 ? cosine : sine;
      a = (quarter + 1) & 2 ? -a : a, b = quarter & 2 ? -b : b;
      z[(2 * pair) * LANE + i] = radius * a, z[(2 * pair + 1) * LANE + i] = radius * b;
    }
  }
}

DK_CLONES void dk_add_noise(uint64_t key, uint64_t start, ptrdiff_t n, float deviation, float *x) {
  float z[4 * LANE];
  uint64_t end = start + (uint64_t)n;
  for (uint64_t chunk = start / (4 * LANE); chunk * (4 * LANE) < end; chunk++) {
    uint64_t base = chunk * (4 * LANE);
    draw_lanes(key, chunk * LANE, z);
    uint64_t low = base < start ? start : base, high = base + 4 * LANE < end ? base + 4 * LANE : end;
    for (uint64_t i = low; i < high; i++) x[i - start] += deviation * z[i - base];
  }
}
