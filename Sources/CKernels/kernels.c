#include "CKernels.h"
#include "clones.h"

#include <math.h>
#include <stdbool.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

// exp for one float: 2^k·p(r), |r| ≤ ln2/2, degree-6 minimax polynomial after Cody and Waite's reduction; relative error < 2e-7.
// NaN is kept: a comparison with NaN is false, so no clamp changes it, and a diverging run stays visible.
INLINE float exp_f(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  float k = x * 1.44269504088896341f + ROUNDING;
  int32_t bits;
  __builtin_memcpy(&bits, &k, 4);
  k -= ROUNDING;
  float r = x - k * 0.693359375f;
  r = r + k * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  int32_t exponent = (int32_t)((uint32_t)(bits + 127) << 23);
  float scale;
  __builtin_memcpy(&scale, &exponent, 4);
  return p * scale;
}

INLINE double exp_d(double x) { return exp(x); }

// tanh: odd polynomial near 0 (no cancellation), 1 − 2/(e^{2|x|}+1) elsewhere.
INLINE float tanh_f(float x) {
  float a = fabsf(x), s = x * x;
  float p = -5.70498872745e-3f;
  p = p * s + 2.06390887954e-2f;
  p = p * s - 5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s - 3.33332819422e-1f;
  p = p * s * x + x;
  float big = 1.0f - 2.0f / (exp_f(2.0f * (a > 20.0f ? 20.0f : a)) + 1.0f);
  float y = a < 0.625f ? p : (x < 0 ? -big : big);
  return x == x ? y : x;
}
INLINE double tanh_d(double x) { return tanh(x); }

// log1p(u) for 0 ≤ u ≤ 1 as 2·atanh(u/(2+u)); used in a reported loss, relative error < 1e-7.
INLINE float log1p_unit_f(float u) {
  float s = u / (2.0f + u), q = s * s;
  float p = 1.0f / 13;
  p = p * q + 1.0f / 11;
  p = p * q + 1.0f / 9;
  p = p * q + 1.0f / 7;
  p = p * q + 1.0f / 5;
  p = p * q + 1.0f / 3;
  p = p * q + 1.0f;
  return 2.0f * s * p;
}
INLINE double log1p_unit_d(double u) { return log1p(u); }

#define T float
#define FN(name) name##_f
#include "kernels_template.h"
#undef T
#undef FN
#define T double
#define FN(name) name##_d
#include "kernels_template.h"

typedef uint8_t bytes64 __attribute__((vector_size(64)));
typedef bool bits64 __attribute__((ext_vector_type(64)));

DK_CLONES ptrdiff_t dk_find_either(const uint8_t *bytes, ptrdiff_t start, ptrdiff_t end, uint8_t a, uint8_t b,
                                   ptrdiff_t *positions) {
  ptrdiff_t count = 0, i = start;
  for (; i + 64 <= end; i += 64) {
    bytes64 text;
    __builtin_memcpy(&text, bytes + i, 64);
    bits64 hits = __builtin_convertvector((text == a) | (text == b), bits64);
    uint64_t left;
    __builtin_memcpy(&left, &hits, 8);
    // Four at a time, with possibly wasted work at the end, because a loop of varying length would be mispredicted.
    ptrdiff_t found = __builtin_popcountll(left);
    for (ptrdiff_t k = 0; k < found; k += 4)
      for (int j = 0; j < 4; j++) {
        positions[count + k + j] = i + __builtin_ctzg(left, 63);
        left &= left - 1;
      }
    count += found;
  }
  for (; i < end; i++)
    if (bytes[i] == a || bytes[i] == b) positions[count++] = i;
  return count;
}

DK_CLONES ptrdiff_t dk_first_nan(ptrdiff_t n, const float *x) {
  int32_t count = 0;
  for (ptrdiff_t i = 0; i < n; i++) count += x[i] != x[i];
  ptrdiff_t first = count ? 0 : n;
  while (first < n && x[first] == x[first]) first++;
  return first;
}

DK_CLONES int32_t dk_count_ahead(ptrdiff_t n, const float *scores, ptrdiff_t place) {
  const float score = scores[place];
  int32_t count = 0;
  for (ptrdiff_t i = 0; i < place; i++) count += scores[i] >= score;
  for (ptrdiff_t i = place + 1; i < n; i++) count += scores[i] > score;
  return count;
}

int dk_has_avx512(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
#else
  return 0;
#endif
}

int dk_has_avx512_bf16(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16");
#else
  return 0;
#endif
}

int dk_has_avx512_vnni(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512vnni");
#else
  return 0;
#endif
}

int dk_has_amx_bf16(void) {
#if defined(__x86_64__)
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & bit_AMXBF16)) return 0;
  // Whether the system saves the tile registers of a thread: OSXSAVE, then the two tile states in XCR0.
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return 0;
  __asm__("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
  return (a >> 17 & 3) == 3;
#else
  return 0;
#endif
}

int dk_is_amd(void) {
#if defined(__x86_64__)
  return __builtin_cpu_is("amd") != 0;
#else
  return 0;
#endif
}
