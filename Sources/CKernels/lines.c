#include "CKernels.h"
#include "clones.h"

#include <stdbool.h>

#define LIKELY(x) __builtin_expect(!!(x), 1)

enum { most = 64, with_word = 0, with_length = most, with_start = 2 * most, with_line = 3 * most };

INLINE uint64_t word_at(const uint8_t *bytes) {
  uint64_t word;
  __builtin_memcpy(&word, bytes, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

// The first `length` bytes, one to eight of them, the others 0.
INLINE uint64_t first_bytes(uint64_t word, ptrdiff_t length) { return word & (~(uint64_t)0 >> (64 - 8 * length)); }

static const uint64_t zeros = 0x3030303030303030;

// The first `length` bytes, one to eight of them, with zeros in front.
INLINE uint64_t padded(uint64_t word, ptrdiff_t length) {
  // In two steps, because a shift by 64 is undefined.
  return word << (64 - 8 * length) | (zeros >> 1) >> (8 * length - 1);
}

INLINE bool are_digits(uint64_t text) {
  const uint64_t high = 0xF0F0F0F0F0F0F0F0;
  return (text & high) == zeros && ((text + 0x0606060606060606) & high) == zeros;
}

// The number written by eight digits: bytes to pairs, pairs to fours, fours to eight.
INLINE uint64_t number_of(uint64_t digits) {
  uint64_t pairs = ((digits - zeros) * (1 + (10 << 8)) >> 8) & 0x00FF00FF00FF00FF;
  uint64_t fours = (pairs * (1 + (100 << 16)) >> 16) & 0x0000FFFF0000FFFF;
  return fours * (1 + ((uint64_t)10000 << 32)) >> 32;
}

static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};

// A rating of up to eight characters; the quotient of two exact numbers is rounded once to double, then to single precision.
INLINE bool rating_of(const uint8_t *bytes, ptrdiff_t length, float *rating) {
  if (LIKELY(length == 3 && bytes[1] == '.')) {
    unsigned whole = bytes[0] - '0', tenths = bytes[2] - '0';
    if (whole > 9 || tenths > 9) return false;
    *rating = (float)((10 * whole + tenths) / 10.0);
    return true;
  }
  if (length < 1 || length > 8) return false;
  unsigned number = 0;
  ptrdiff_t decimals = -1;
  bool has_digits = false;
  for (ptrdiff_t i = 0; i < length; i++) {
    unsigned digit = bytes[i] - '0';
    if (digit <= 9) {
      number = 10 * number + digit;
      has_digits = true;
      decimals += decimals >= 0;
    } else if (bytes[i] == '.' && decimals < 0) {
      decimals = 0;
    } else {
      return false;
    }
  }
  *rating = decimals > 0 ? (float)(number / powers[decimals]) : (float)(double)number;
  return has_digits;
}

// One to fifteen digits, which a double holds exactly.
INLINE bool time_of(const uint8_t *bytes, ptrdiff_t length, double *time) {
  if (length < 1 || length > 15) return false;
  if (length <= 8) {
    uint64_t text = padded(word_at(bytes), length);
    if (!are_digits(text)) return false;
    *time = (double)number_of(text);
    return true;
  }
  uint64_t high = word_at(bytes), low = padded(word_at(bytes + 8), length - 8);
  if (!are_digits(high) || !are_digits(low)) return false;
  *time = (double)(number_of(high) * (uint64_t)powers[length - 8] + number_of(low));
  return true;
}

INLINE void put(uint64_t *ids, ptrdiff_t place, uint64_t word, ptrdiff_t length, ptrdiff_t start) {
  ids[with_word + place] = word;
  ids[with_length + place] = (uint64_t)length;
  ids[with_start + place] = (uint64_t)start;
}

ptrdiff_t dk_take_lines(const uint8_t *bytes, ptrdiff_t total, const dk_line_form *form, const ptrdiff_t *ends,
                        ptrdiff_t end_count, dk_line_state *state, uint64_t *items, uint64_t *users, float *ratings,
                        double *times) {
  const dk_line_form f = *form;
  const ptrdiff_t last = f.column_count - 1, before = state->line_count;
  dk_line_state s = *state;
  for (; s.line_count < most && end_count - s.used > last; ends += f.column_count, s.used += f.column_count) {
    const ptrdiff_t position = s.position, stop = ends[last];
    // Two words may be read from where the last column starts on.
    if (bytes[stop] != '\n' || stop + 17 > total || bytes[position] <= 0x20) break;
    bool is_plain = true;
    for (ptrdiff_t column = 0; column < last; column++) is_plain &= bytes[ends[column]] != '\n';
    if (f.trims) {
      for (ptrdiff_t column = 0; column <= last; column++) {
        uint8_t first = bytes[column ? ends[column - 1] + 1 : position];
        is_plain &= !(first == '"' || first == ' ' || first == '\t');
      }
    }
    if (!is_plain) break;
    // The line ends before a carriage return, unless its column is beyond the relevant ones.
    const ptrdiff_t end = stop - (bytes[stop - 1] == '\r' && last < 8 && stop > (last ? ends[last - 1] + 1 : position));
#define START(role) (f.columns[role] ? ends[f.columns[role] - 1] + 1 : position)
#define END(role) (f.columns[role] == last ? end : ends[f.columns[role]])
    const ptrdiff_t user = START(0), user_length = END(0) - user, item = START(1), item_length = END(1) - item;
    if (user_length < 1 || item_length < 1) break;
    if (f.trims && (bytes[user + user_length - 1] <= 0x20 || bytes[item + item_length - 1] <= 0x20)) break;
    if (f.columns[2] >= 0 && !rating_of(bytes + START(2), END(2) - START(2), &ratings[s.line_count])) break;
    if (f.columns[3] >= 0 && !time_of(bytes + START(3), END(3) - START(3), &times[s.line_count])) break;
    const bool has_long = user_length > 8 || item_length > 8;
    s.has_long |= has_long;
    const uint64_t user_word = user_length > 8 ? 0 : first_bytes(word_at(bytes + user), user_length);
    const uint64_t item_word = item_length > 8 ? 0 : first_bytes(word_at(bytes + item), item_length);
    // For longer user ids, the words do not determine whether they are equal.
    if (user_word != s.last_word || user_length != s.last_length || user_length > 8) {
      put(users, s.user_count, user_word, user_length, user);
      users[with_line + s.user_count] = (uint64_t)s.line_count;
      s.user_count++;
      s.last_word = user_word;
      s.last_length = user_length;
    }
    put(items, s.line_count, item_word, item_length, item);
    s.line_count++;
    s.position = stop + 1;
  }
  *state = s;
  return s.line_count - before;
}

int dk_find_ids(const uint64_t *slots, uint64_t mask, const uint64_t *ids, ptrdiff_t count, int32_t *numbers) {
  uint64_t places[most];
  int32_t all = 0;
  for (ptrdiff_t i = 0; i < count; i++) {
    unsigned __int128 product =
        (unsigned __int128)(ids[with_word + i] ^ 0xA0761D6478BD642F) * (ids[with_length + i] ^ 0x9E3779B97F4A7C15);
    places[i] = ((uint64_t)(product >> 64) ^ (uint64_t)product) & mask;
    __builtin_prefetch(slots + 2 * places[i]);
  }
  for (ptrdiff_t i = 0; i < count; i++) {
    const uint64_t word = ids[with_word + i], length = ids[with_length + i];
    uint64_t place = places[i], slot = length > 8 ? 0 : slots[2 * place + 1];
    while (slot && (slots[2 * place] != word || (uint32_t)slot != length)) {
      place = (place + 1) & mask;
      slot = slots[2 * place + 1];
    }
    numbers[i] = (int32_t)(uint32_t)((slot >> 32) - 1);
    all |= numbers[i];
  }
  return all >= 0;
}
