// Products of vectors that are rounded to bytes, with bounds for what the rounding changes: a filter before exact products.
#include <math.h>
#include <string.h>

#include "CKernels.h"
#include "clones.h"

enum { LANE = 16 };

// Lengths are used as bounds from above: larger than what double precision leaves open.
#define ABOVE 1.000001

// Outside of LANES: with sums reordered, adding and subtracting one number could be left out.
INLINE float nearest_integer(float x) { return (x + ROUNDING) - ROUNDING; }

DK_CLONES void dk_round_bytes(ptrdiff_t n, const float *x, int8_t *y, dk_byte_row *row) {
  LANES
  memset(y, 0, (size_t)n);
  float probe = 0, largest = 0;
  for (ptrdiff_t i = 0; i < n; i++) probe += x[i] * 0.0f;
  for (ptrdiff_t i = 0; i < n; i++) largest = largest < fabsf(x[i]) ? fabsf(x[i]) : largest;
  *row = (dk_byte_row){0, 0, INFINITY};
  if (probe != 0) return;
  double squares = 0, lost = 0;
  if (largest < 1e-30f) {
    for (ptrdiff_t i = 0; i < n; i++) lost += (double)x[i] * x[i];
    row->residual = (float)(sqrt(lost) * ABOVE);
    return;
  }
  const float scale = largest / 127, inverse = 127 / largest;
  for (ptrdiff_t i = 0; i < n; i++) {
    float nearest = nearest_integer(x[i] * inverse);
    y[i] = (int8_t)(int32_t)nearest;
    double rest = (double)x[i] - (double)scale * nearest;
    squares += (double)nearest * nearest;
    lost += rest * rest;
  }
  *row = (dk_byte_row){scale, (float)(sqrt(squares) * scale * ABOVE), (float)(sqrt(lost) * ABOVE)};
}

// What the bytes say of an item's score, without its bias, and how far from it the score may be.
#define MIDDLE(i) ((float)products[i] * (user->scale * items->scales[i]))
#define REACH(i) (user->length * items->residuals[i] + user->residual * items->norms[i])
#define UPPER(i) (items->high[i] + (MIDDLE(i) + REACH(i)))
#define LOWER(i) (items->low[i] + (MIDDLE(i) - REACH(i)))

DK_CLONES ptrdiff_t dk_screen(ptrdiff_t start, ptrdiff_t end, const int32_t *products, const dk_screen_items *items,
                              const dk_screen_user *user, float threshold, int32_t *places, float *lowest,
                              float *highest, ptrdiff_t *next) {
  ptrdiff_t count = 0, i = start;
  while (i < end && count <= DK_SCREEN_ROOM - LANE) {
    const ptrdiff_t lanes = end - i < LANE ? end - i : LANE;
    int32_t found = 1;
    if (lanes == LANE) {
      found = 0;
      for (int lane = 0; lane < LANE; lane++) found += UPPER(i + lane) >= threshold;
    }
    if (found) {
      for (ptrdiff_t place = i; place < i + lanes; place++) {
        float upper = UPPER(place);
        if (upper >= threshold) places[count] = (int32_t)place, lowest[count] = LOWER(place), highest[count++] = upper;
      }
    }
    i += lanes;
  }
  *next = i;
  return count;
}

DK_CLONES void dk_score_rows(ptrdiff_t n, const float *x, const float *rows, const float *biases, ptrdiff_t count,
                             const int32_t *places, float *scores) {
  for (ptrdiff_t k = 0; k < count; k++) {
    LANES
    const float *row = rows + places[k] * n;
    if (k + 1 < count) {
      const char *after = (const char *)(rows + places[k + 1] * n);
      for (ptrdiff_t line = 0; line < n * 4; line += 64) __builtin_prefetch(after + line);
    }
    float sum = 0;
    for (ptrdiff_t i = 0; i < n; i++) sum += x[i] * row[i];
    scores[k] = sum + biases[places[k]];
  }
}
