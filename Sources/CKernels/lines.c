#include "CKernels.h"
#include "clones.h"

#include <stdbool.h>

#define LIKELY(x) __builtin_expect(!!(x), 1)

enum { most = 64, with_word = 0, with_length = most, with_start = 2 * most, with_line = 3 * most };

// Lines are taken in blocks: their columns are cut and loaded one line after the other, and what is computed from them is
// computed for all at once. Of a block whose line is not plain, the lines before it are taken.
enum { block = 16 };

INLINE uint64_t word_at(const uint8_t *bytes) {
  uint64_t word;
  __builtin_memcpy(&word, bytes, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

static const uint64_t zeros = 0x3030303030303030;

// The first `length` bytes, one to eight of them, with zeros in front.
INLINE uint64_t padded(uint64_t word, int64_t length) {
  // In two steps, because a shift by 64 is undefined.
  return word << (64 - 8 * length) | (zeros >> 1) >> (8 * length - 1);
}

INLINE bool are_digits(uint64_t text) {
  const uint64_t high = 0xF0F0F0F0F0F0F0F0;
  return ((text & high) == zeros) & (((text + 0x0606060606060606) & high) == zeros);
}

// The number written by eight digits: bytes to pairs, pairs to fours, fours to eight.
INLINE uint64_t number_of(uint64_t digits) {
  uint64_t bytes = digits - zeros;
  uint64_t pairs = (bytes * 10 + (bytes >> 8)) & 0x00FF00FF00FF00FF;
  uint64_t fours = (pairs * 100 + (pairs >> 16)) & 0x0000FFFF0000FFFF;
  return (fours * 10000 + (fours >> 32)) & 0xFFFFFFFF;
}

static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};

// A rating of up to eight characters; the quotient of two exact numbers is rounded once to double, then to single precision.
static bool rating_of(const uint8_t *bytes, int64_t length, float *rating) {
  if (length < 1 || length > 8) return false;
  unsigned number = 0;
  int decimals = -1;
  bool has_digits = false;
  for (int64_t i = 0; i < length; i++) {
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

// A column of the lines of a block: where it starts, its length, and the eight bytes from its start on.
typedef struct {
  int64_t starts[block], lengths[block];
  uint64_t words[block];
} cuts;

INLINE void cut(cuts *column, ptrdiff_t line, const uint8_t *bytes, ptrdiff_t start, ptrdiff_t end) {
  column->starts[line] = start;
  column->lengths[line] = end - start;
  column->words[line] = word_at(bytes + start);
}

// Replaces the word of every id by 0 beyond its end, and by 0 for one of more than eight bytes.
INLINE void trim_words(cuts *ids) {
  for (int i = 0; i < block; i++) {
    const uint64_t length = (uint64_t)ids->lengths[i], word = ids->words[i] & ~(uint64_t)0 >> ((64 - 8 * length) & 63);
    ids->words[i] = length > 8 ? 0 : word;
  }
}

// The ratings of the first `count` lines, if they are wanted; returns the number of lines before the first that has none.
INLINE ptrdiff_t take_ratings(const cuts *column, ptrdiff_t count, const uint8_t *bytes, bool wanted, float *ratings) {
  // Most ratings are one digit, or two with a point between them.
  int32_t are_others[block], has_others = 0, tens[block];
  for (int i = 0; i < block; i++) {
    const uint64_t word = column->words[i], length = (uint64_t)column->lengths[i];
    const uint64_t whole = (word & 0xFF) - '0', tenths = (word >> 16 & 0xFF) - '0';
    const bool is_whole = length == 1;
    const bool has_tenths = (length == 3) & ((word >> 8 & 0xFF) == '.') & (tenths <= 9);
    tens[i] = (int32_t)(10 * whole + (is_whole ? 0 : tenths));
    are_others[i] = !((whole <= 9) & (is_whole | has_tenths));
  }
  for (int i = 0; i < block; i++) has_others |= are_others[i];
  if (wanted)
    for (int i = 0; i < block; i++) ratings[i] = (float)((double)tens[i] / 10.0);
  if (LIKELY(!has_others)) return count;
  for (ptrdiff_t i = 0; i < count; i++)
    if (are_others[i] && !rating_of(bytes + column->starts[i], column->lengths[i], &ratings[i])) return i;
  return count;
}

// The times of the lines, if they are wanted: one to fifteen digits, which a double holds exactly; returns the number of lines
// before the first that has none. `rest` is the second eight bytes of each.
INLINE ptrdiff_t take_times(const cuts *column, const uint64_t *rest, ptrdiff_t count, bool wanted, double *times) {
  int32_t are_wrong[block], has_wrong = 0;
  uint64_t highs[block], lows[block];
  int64_t low_lengths[block];
  for (int i = 0; i < block; i++) {
    const int64_t length = column->lengths[i];
    const bool is_long = length > 8, fits = (length >= 1) & (length <= 15);
    const uint64_t high = is_long ? column->words[i] : zeros;
    const int64_t low_length = fits ? (is_long ? length - 8 : length) : 8;
    const uint64_t low = padded(is_long ? rest[i] : column->words[i], low_length);
    highs[i] = high;
    lows[i] = low;
    low_lengths[i] = low_length;
    are_wrong[i] = !(fits & are_digits(high) & are_digits(low));
  }
  for (int i = 0; i < block; i++) has_wrong |= are_wrong[i];
  if (wanted)
    for (int i = 0; i < block; i++)
      // Both factors and the sum are integers below 10¹⁵.
      times[i] = (double)(int64_t)number_of(highs[i]) * powers[low_lengths[i]] + (double)(int64_t)number_of(lows[i]);
  if (LIKELY(!has_wrong)) return count;
  ptrdiff_t first = 0;
  while (first < count && !are_wrong[first]) first++;
  return first;
}

// Lines of the block that are filled up so that all have columns.
INLINE void fill(cuts *column, ptrdiff_t count) {
  for (ptrdiff_t i = count; i < block; i++) {
    column->lengths[i] = 1;
    column->words[i] = zeros;
  }
}

INLINE void take(const uint8_t *bytes, ptrdiff_t total, const dk_line_form f, const ptrdiff_t *ends, ptrdiff_t end_count,
                 dk_line_state *state, uint64_t *items, uint64_t *users, float *ratings, double *times) {
  const ptrdiff_t last = f.column_count - 1;
  const bool has_ratings = f.columns[2] >= 0, has_times = f.columns[3] >= 0;
  ptrdiff_t room = most - state->line_count;
  while (room > 0) {
    ptrdiff_t wanted = (end_count - state->used) / f.column_count, count = 0;
    if (wanted > room) wanted = room;
    if (wanted > state->block) wanted = state->block;
    cuts user, item, rating, time;
    uint64_t rest[block];
    ptrdiff_t stops[block];
    ptrdiff_t position = state->position;
    for (const ptrdiff_t *e = ends + state->used; count < wanted; count++, e += f.column_count) {
      const ptrdiff_t stop = e[last];
      // Two words may be read from where the last column starts on.
      if (bytes[stop] != '\n' || stop + 17 > total || bytes[position] <= 0x20 || stop - position > f.longest) break;
      bool is_plain = true;
      for (ptrdiff_t column = 0; column < last; column++) is_plain &= bytes[e[column]] != '\n';
      if (f.trims) {
        // A rating or time that does not begin with a digit is found by its parser.
        for (ptrdiff_t column = 0; column <= last; column++) {
          if (column == f.columns[2] || column == f.columns[3]) continue;
          uint8_t first = bytes[column ? e[column - 1] + 1 : position];
          is_plain &= !(first == '"' || first == ' ' || first == '\t');
        }
      }
      if (!is_plain) break;
      // The line ends before a carriage return, unless its column is beyond the relevant ones.
      const ptrdiff_t end = stop - (bytes[stop - 1] == '\r' && last < 8 && stop > (last ? e[last - 1] + 1 : position));
#define START(role) (f.columns[role] ? e[f.columns[role] - 1] + 1 : position)
#define END(role) (f.columns[role] == last ? end : e[f.columns[role]])
      cut(&user, count, bytes, START(0), END(0));
      cut(&item, count, bytes, START(1), END(1));
      if (user.lengths[count] < 1 || item.lengths[count] < 1) break;
      if (f.trims && (bytes[END(0) - 1] <= 0x20 || bytes[END(1) - 1] <= 0x20)) break;
      if (has_ratings) cut(&rating, count, bytes, START(2), END(2));
      if (has_times) {
        cut(&time, count, bytes, START(3), END(3));
        rest[count] = word_at(bytes + START(3) + 8);
      }
      position = stop + 1;
      stops[count] = stop;
    }
    ptrdiff_t taken = count;
    state->is_odd_next = count < wanted;
    if (count == 0) return;
    fill(&user, count);
    fill(&item, count);
    trim_words(&user);
    trim_words(&item);
    if (has_ratings) {
      float found[block] = {0};
      fill(&rating, count);
      taken = take_ratings(&rating, taken, bytes, f.keeps_ratings, found);
      if (f.keeps_ratings) __builtin_memcpy(ratings + state->line_count, found, (size_t)taken * sizeof found[0]);
    }
    if (has_times) {
      double found[block] = {0};
      fill(&time, count);
      for (ptrdiff_t i = count; i < block; i++) rest[i] = zeros;
      taken = take_times(&time, rest, taken, f.keeps_times, found);
      if (f.keeps_times) __builtin_memcpy(times + state->line_count, found, (size_t)taken * sizeof found[0]);
    }
    for (ptrdiff_t i = 0; i < taken; i++) {
      const uint64_t word = user.words[i];
      const ptrdiff_t length = user.lengths[i];
      // For longer ids, the words do not determine whether they are equal.
      if (word != state->last_word || length != state->last_length || length > 8) {
        uint64_t *place = users + state->user_count;
        place[with_word] = word;
        place[with_length] = (uint64_t)length;
        place[with_start] = (uint64_t)user.starts[i];
        place[with_line] = (uint64_t)(state->line_count + i);
        state->user_count++;
        state->last_word = word;
        state->last_length = length;
      }
      state->has_long |= length > 8 || item.lengths[i] > 8;
    }
    const size_t size = (size_t)taken * sizeof items[0];
    __builtin_memcpy(items + with_word + state->line_count, item.words, size);
    __builtin_memcpy(items + with_length + state->line_count, item.lengths, size);
    __builtin_memcpy(items + with_start + state->line_count, item.starts, size);
    state->line_count += taken;
    state->used += taken * f.column_count;
    if (taken > 0) state->position = stops[taken - 1] + 1;
    room -= taken;
    // Where a line is found to be odd after those behind it have been cut, the next blocks are small.
    state->is_odd_next |= taken < count;
    if (taken < count) state->block = 2;
    if (state->is_odd_next || taken < state->block) return;
    state->block = state->block < block ? 2 * state->block : block;
  }
}

DK_CLONES ptrdiff_t dk_take_lines(const uint8_t *bytes, ptrdiff_t total, const dk_line_form *form, const ptrdiff_t *ends,
                                  ptrdiff_t end_count, dk_line_state *state, uint64_t *items, uint64_t *users,
                                  float *ratings, double *times) {
  const dk_line_form f = *form;
  state->is_odd_next = 0;
  if (state->block == 0) state->block = block;
  const ptrdiff_t before = state->line_count;
  // The columns of most files are user, item, rating and time, and no others: the loops over columns vanish where this is known.
  const dk_line_form common = {4, {0, 1, 2, 3}, 0, f.longest, f.keeps_ratings, f.keeps_times};
  dk_line_form trimmed = common;
  trimmed.trims = 1;
  const bool is_common = f.column_count == common.column_count && f.columns[0] == common.columns[0] &&
                         f.columns[1] == common.columns[1] && f.columns[2] == common.columns[2] &&
                         f.columns[3] == common.columns[3];
  if (is_common && !f.trims)
    take(bytes, total, common, ends, end_count, state, items, users, ratings, times);
  else if (is_common)
    take(bytes, total, trimmed, ends, end_count, state, items, users, ratings, times);
  else
    take(bytes, total, f, ends, end_count, state, items, users, ratings, times);
  return state->line_count - before;
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

DK_CLONES int dk_find_decimals(const int32_t *places, int64_t limit, const uint64_t *ids, ptrdiff_t count, int32_t *numbers) {
  int64_t values[most];
  for (ptrdiff_t i = 0; i < most; i++) {
    const uint64_t word = ids[with_word + i], length = ids[with_length + i];
    const bool is_short = (length >= 1) & (length <= 7);
    const uint64_t text = padded(word, is_short ? (int64_t)length : 8);
    const int64_t value = (int64_t)number_of(text);
    const bool is_canonical = ((word & 0xFF) != '0') | (length == 1);
    const bool has_place = is_short & are_digits(text) & is_canonical & (value < limit);
    values[i] = has_place ? value : -1;
  }
  int32_t all = 0;
  for (ptrdiff_t i = 0; i < count; i++) {
    numbers[i] = values[i] < 0 ? -1 : places[values[i]] - 1;
    all |= numbers[i];
  }
  return all >= 0;
}
