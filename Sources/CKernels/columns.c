#include "CKernels.h"
#include "clones.h"

// The columns of one row, taken from unordered items and sorted. Rows are short and many, so nothing here branches on the
// values: a comparison whose outcome cannot be predicted takes longer than the work for a column.

ptrdiff_t dk_columns_of_items(ptrdiff_t count, const int32_t *items, ptrdiff_t item_count, const int32_t *columns,
                              int32_t limit, int32_t *found) {
  if (item_count <= 0) return count > 0 ? -1 : 0;
  // In two steps, because most rows have no item to leave out: where a column is stored depends on no other column then.
  int32_t is_outside = 0, signs = 0;
  for (ptrdiff_t i = 0; i < count; i++) {
    const int32_t item = items[i];
    const int is_known = item >= 0 && item < item_count;
    const int32_t column = columns[is_known ? item : 0];
    is_outside |= !is_known | (column >= limit);
    found[i] = column;
    signs |= column;
  }
  if (is_outside) return -1;
  if (signs >= 0) return count;
  ptrdiff_t n = 0;
  for (ptrdiff_t i = 0; i < count; i++) {
    const int32_t column = found[i];
    found[n] = column;
    n += column >= 0;
  }
  return n;
}

enum { few = 32, digit_bits = 8, radix = 1 << digit_bits };

// Rank sort: every column goes where the number of smaller ones says. Without repeats each is equal to one column, itself.
INLINE int sort_few(ptrdiff_t n, int32_t *columns) {
  int32_t keys[few], sorted[few], smaller[few], equal[few];
  for (int i = 0; i < few; i++) {
    keys[i] = INT32_MAX;
    smaller[i] = equal[i] = 0;
  }
  __builtin_memcpy(keys, columns, (size_t)n * sizeof *columns);
  for (ptrdiff_t j = 0; j < n; j++) {
    const int32_t key = keys[j];
    for (int i = 0; i < few; i++) {
      smaller[i] += key < keys[i];
      equal[i] += key == keys[i];
    }
  }
  int32_t all_equal = 0;
  for (int i = 0; i < few; i++) all_equal += equal[i];
  for (ptrdiff_t i = 0; i < n; i++) sorted[smaller[i]] = keys[i];
  if (all_equal != n) return 0;
  __builtin_memcpy(columns, sorted, (size_t)n * sizeof *columns);
  return 1;
}

// Radix sort from the lowest digit.
INLINE int sort_many(ptrdiff_t n, int32_t *columns, int32_t *spare, int digits) {
  uint32_t next[4][radix];
  __builtin_memset(next, 0, (size_t)digits * sizeof next[0]);
  for (ptrdiff_t i = 0; i < n; i++)
    for (int d = 0; d < digits; d++) next[d][(uint32_t)columns[i] >> digit_bits * d & (radix - 1)]++;
  int32_t *from = columns, *to = spare;
  for (int d = 0; d < digits; d++) {
    uint32_t start = 0;
    for (int value = 0; value < radix; value++) {
      const uint32_t count = next[d][value];
      next[d][value] = start;
      start += count;
    }
    for (ptrdiff_t i = 0; i < n; i++) to[next[d][(uint32_t)from[i] >> digit_bits * d & (radix - 1)]++] = from[i];
    int32_t *const other = from;
    from = to;
    to = other;
  }
  if (from != columns) __builtin_memcpy(columns, from, (size_t)n * sizeof *columns);
  int32_t has_repeats = 0;
  for (ptrdiff_t i = 1; i < n; i++) has_repeats |= columns[i] == columns[i - 1];
  return !has_repeats;
}

DK_CLONES int dk_sort_columns(ptrdiff_t n, int32_t *columns, int32_t *spare, int32_t limit) {
  if (n <= few) return sort_few(n, columns);
  // The loops over digits vanish where their number is known.
  if (limit <= radix) return sort_many(n, columns, spare, 1);
  if (limit <= radix * radix) return sort_many(n, columns, spare, 2);
  if (limit <= radix * radix * radix) return sort_many(n, columns, spare, 3);
  return sort_many(n, columns, spare, 4);
}
