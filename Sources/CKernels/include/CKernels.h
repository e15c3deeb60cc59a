/// Vector loops and the random generator behind the Swift module `Compute`.
///
/// They are in C because these few loops determine the training speed, and only C functions can be compiled once per
/// vector width (see `DK_CLONES`) without flags that are not allowed in a package dependency. Logic stays in Swift.
#ifndef DOPPEL_CKERNELS_H
#define DOPPEL_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#define DK_NONNULL_BEGIN _Pragma("clang assume_nonnull begin")
#define DK_NONNULL_END _Pragma("clang assume_nonnull end")

DK_NONNULL_BEGIN

/// One Adam step's constants. `rate` already holds the first moment's bias correction, `secondCorrection` is 1/√(1−β₂ⁿ);
/// `decay` is the coefficient of w added to the gradient (2λ for a penalty λ‖w‖²).
typedef struct {
  double rate, beta1, beta2, secondCorrection, epsilon, decay;
} dk_adam;

/// The constants of one NAdam step: w −= (gradientRate·g + momentRate·m) / (√v·secondCorrection + epsilon).
typedef struct {
  double gradientRate, momentRate, beta1, beta2, secondCorrection, epsilon;
} dk_nadam;

#define DK_DECLARE(T, S)                                                                                                      \
  /* y += a·x */                                                                                                              \
  void dk_axpy_##S(ptrdiff_t n, T a, const T *x, T *y);                                                                       \
  void dk_scale_##S(ptrdiff_t n, T a, T *x);                                                                                  \
  double dk_sum_squares_##S(ptrdiff_t n, const T *x);                                                                         \
  double dk_dot_##S(ptrdiff_t n, const T *x, const T *y);                                                                     \
  /* 1 if every value is finite */                                                                                            \
  int dk_all_finite_##S(ptrdiff_t n, const T *x);                                                                             \
  void dk_tanh_##S(ptrdiff_t n, T *x);                                                                                        \
  void dk_sigmoid_##S(ptrdiff_t n, T *x);                                                                                     \
  void dk_relu_##S(ptrdiff_t n, T *x);                                                                                        \
  /* d *= g'(a) written in the activation's own value y = g(a) */                                                             \
  void dk_tanh_backward_##S(ptrdiff_t n, const T *y, T *d);                                                                   \
  void dk_sigmoid_backward_##S(ptrdiff_t n, const T *y, T *d);                                                                \
  void dk_relu_backward_##S(ptrdiff_t n, const T *y, T *d);                                                                   \
  /* f += bias; f becomes exp(f − max); writes max and Σ exp(f − max) */                                                      \
  void dk_exp_shifted_##S(ptrdiff_t n, T *f, T *max, double *sum);                                                            \
  /* adds Σ [max(f,0) + log1p(exp(−|f|))] to the result; f becomes σ(f) */                                                    \
  double dk_softplus_sigmoid_##S(ptrdiff_t n, T *f);                                                                          \
  /* Divides the entries of some rows by the run of columns, `width` wide, that they are in. Row r has the entries offsets[r] to  \
     offsets[r + 1], columns ascending. Those of run q and row r become cuts[q·rows + r]..<cuts[q·rows + r + 1], with columns    \
     counted from the run's first. */                                                                                         \
  void dk_divide_##S(ptrdiff_t rows, const ptrdiff_t *offsets, const int32_t *indices, const T *values, int32_t width,        \
                     ptrdiff_t runs, int32_t *cuts, int32_t *run_indices, T *run_values);                                     \
  /* Σ_k values[k]·row[indices[k]] */                                                                                         \
  double dk_sparse_dot_##S(ptrdiff_t count, const int32_t *indices, const T *values, const T *row);                           \
  /* row[indices[k]] += a·values[k] */                                                                                        \
  void dk_scatter_##S(ptrdiff_t count, T a, const int32_t *indices, const T *values, T *row);                                 \
  /* The loss over the listed cells only: squared (f − x)², or logistic when `logistic`. Returns it; the row becomes          \
     scale·∂loss/∂f, zero outside the list. */                                                                                \
  double dk_listed_cells_##S(ptrdiff_t count, const int32_t *indices, const T *values, ptrdiff_t n, int logistic, T scale,    \
                             T *row);                                                                                         \
  /* One user's Gaussian: s is held to [low, high] (values changed are counted), σ = exp(s/2), z = μ + σ·ε (z = μ without     \
     noise). Returns the divergence from N(0, I): ½Σ(e^s + μ² − 1 − s). */                                                    \
  double dk_gaussian_forward_##S(ptrdiff_t n, T low, T high, const T *mean, const T *logvar, const T *_Nullable noise, T *sigma,\
                                 T *z, int64_t *held);                                                                        \
  /* Adds μ, μ², s held to [low, high], and σ² to four sums for each dimension. */                                            \
  void dk_gaussian_moments_##S(ptrdiff_t n, T low, T high, const T *mean, const T *logvar, const T *sigma, double *means,     \
                               double *squares, double *logvars, double *variances);                                          \
  /* ∂/∂μ = g + βμ and ∂/∂s = ½g·ε·σ + ½β(e^s − 1), the latter 0 where s was held; g = ∂loss/∂z, β already divided by B */    \
  void dk_gaussian_backward_##S(ptrdiff_t n, T low, T high, T beta, const T *mean, const T *logvar, const T *noise,           \
                                const T *sigma, const T *g, T *dmean, T *dlogvar);                                            \
  /* p(z) = w₀ N(0, 1) + w₁ N(mean, e^s) + w₂ N(0, e^t) in each dimension, s held to [low, high]; a, b, c are the logarithms of  \
     the weights. slope = −∂ log p/∂z. Returns Σ log p. */                                                                    \
  double dk_composite_##S(ptrdiff_t n, T low, T high, T a, T b, T c, T t, const T *z, const T *mean, const T *logvar, T *slope);\
  void dk_nadam_##S(ptrdiff_t n, const T *gradient, T *w, T *m, T *v, const dk_nadam *a);                                      \
  void dk_adam_##S(ptrdiff_t n, const T *_Nullable gradient, T *w, T *m, T *v, const dk_adam *a);                             \
  /* For every item row r: gradient = Σ_e values[e]·d[users[e]] over e in offsets[r]..<offsets[r+1], then an Adam step */     \
  void dk_sparse_adam_##S(ptrdiff_t rows, ptrdiff_t width, const int32_t *offsets, const int32_t *users, const T *values,     \
                          const T *d, T *w, T *m, T *v, const dk_adam *a, T *scratch);                                        \
  /* y = Σ_k values[k]·w[indices[k] − base] */                                                                                \
  void dk_gather_##S(ptrdiff_t count, const int32_t *indices, const T *values, int32_t base, ptrdiff_t width, const T *w,     \
                     T *y);                                                                                                   \
  /* Asks for the rows w[indices[k] − base], which will be read soon. */                                                      \
  void dk_fetch_##S(ptrdiff_t count, const int32_t *indices, int32_t base, ptrdiff_t width, const T *w);                      \
  /* to bfloat16, ties to even, NaN kept; and back, times a */                                                                \
  void dk_round_bf16_##S(ptrdiff_t n, const T *x, uint16_t *y);                                                               \
  void dk_widen_bf16_##S(ptrdiff_t n, T a, const uint16_t *x, T *y);

DK_DECLARE(float, f)
DK_DECLARE(double, d)

/// The words of 64 bits that `dk_allowed_cores` fills.
#define DK_CORE_WORDS 16

/// The number of cores that this process may run on, and their numbers as bits, DK_CORE_WORDS words; 0 where the system does
/// not tell.
///
/// Those at the start of the process: a library may have bound a thread to one of them since.
int dk_allowed_cores(uint64_t *bits);

/// Lets the calling thread, and threads that it creates, run on all of them again.
void dk_restore_cores(void);

/// Lets the core rest for some cycles, for loops that wait for another thread.
static inline void dk_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

/// Writes the positions in start..<end at which `bytes` holds `a` or `b`, in order, and returns how many there are.
///
/// `positions` has room for end − start + 8.
ptrdiff_t dk_find_either(const uint8_t *bytes, ptrdiff_t start, ptrdiff_t end, uint8_t a, uint8_t b, ptrdiff_t *positions);

/// The form of plain lines; see `dk_take_lines`.
typedef struct {
  /// The number of columns of a line.
  ptrdiff_t column_count;
  /// The columns of user, item, rating and time, below 8; negative for a missing one.
  ptrdiff_t columns[4];
  /// Whether quotes and blanks at the ends of a column have a meaning.
  int trims;
  /// The most bytes that a line may have, without its end.
  ptrdiff_t longest;
  /// Whether ratings and times are wanted; they are checked in any case.
  int keeps_ratings, keeps_times;
} dk_line_form;

/// The position of `dk_take_lines` and its counts.
typedef struct {
  /// The start of the next line in the text.
  ptrdiff_t position;
  /// The number of used positions of separators and line ends.
  ptrdiff_t used;
  /// The number of lines, at most 64, and of changes of the user.
  ptrdiff_t line_count, user_count;
  /// The user of the previous line; a length of 0 for none.
  uint64_t last_word;
  ptrdiff_t last_length;
  /// The number of lines in the next block, at most 16; 0 for 16.
  ptrdiff_t block;
  /// Whether an id was longer than eight bytes: its word is 0.
  int has_long;
  /// Whether the last call stopped at a line that is not plain.
  int is_odd_next;
} dk_line_state;

/// Parses lines as long as they are plain and there is room; returns their number.
///
/// A line is plain when it has the number of columns in `form`, no column begins with a character that has a meaning
/// under `form->trims`, it does not begin with a blank or control character, it is not longer than `form->longest`, user
/// and item are not empty, the rating is a decimal number of up to eight characters without a sign, and the time one to
/// fifteen digits. Other lines are left to the caller.
///
/// - `bytes`: the text, `total` bytes.
/// - `ends`: the positions of separators and line ends from `state->position` on, `end_count` of them.
/// - `items`, `users`: four times 64 numbers each: the first eight bytes of an id as a little-endian number, with 0
///   beyond its end; its length; its start; for users, the line of the batch with which it begins.
/// - `ratings`, `times`: 64 numbers each; not written unless `form` keeps them.
ptrdiff_t dk_take_lines(const uint8_t *bytes, ptrdiff_t total, const dk_line_form *form, const ptrdiff_t *ends,
                        ptrdiff_t end_count, dk_line_state *state, uint64_t *items, uint64_t *users, float *ratings,
                        double *times);

/// Looks ids of up to eight bytes up in a hash table: the number of each, or −1 for a missing and for a longer one.
///
/// The slots of all ids are prefetched before the first is read, so that memory accesses overlap. The hash of an id is
/// that of `IdentifierKey`.
///
/// - `slots`: `mask + 1` slots of two numbers: the word of an id; its length, and times 2³² its number plus one. 0 for an empty
///   slot, of which there is at least one.
/// - `ids`: 64 words, then 64 lengths; `count` of them count.
///
/// Returns whether all were found.
int dk_find_ids(const uint64_t *slots, uint64_t mask, const uint64_t *ids, ptrdiff_t count, int32_t *numbers);

/// Looks ids up that are decimal numbers of at most seven digits without leading zeros: the number of each, or −1 for any other
/// id and a missing one.
///
/// - `places`: for each value below `limit`, the number plus one of its id, or 0.
/// - `ids`: as for `dk_find_ids`.
///
/// Returns whether all were found.
int dk_find_decimals(const int32_t *places, int64_t limit, const uint64_t *ids, ptrdiff_t count, int32_t *numbers);

/// The columns of some items, in their order, without those of items whose column is below 0.
///
/// - `columns`: the column of each of `item_count` items, below `limit`.
/// - `found`: receives the columns, and has room for `count`.
///
/// Returns how many there are, or −1 if a number is not that of an item, or a column not below the limit.
ptrdiff_t dk_columns_of_items(ptrdiff_t count, const int32_t *items, ptrdiff_t item_count, const int32_t *columns,
                              int32_t limit, int32_t *found);

/// Sorts n columns from 0 up to, not including, `limit`.
///
/// - `spare`: n numbers of working memory.
///
/// Returns whether all differ; if not, their order means nothing.
int dk_sort_columns(ptrdiff_t n, int32_t *columns, int32_t *spare, int32_t limit);

/// The place of the first NaN, n if there is none.
ptrdiff_t dk_first_nan(ptrdiff_t n, const float *x);

/// The number of scores that come before that at `place`: larger ones, and equal ones on its left.
int32_t dk_count_ahead(ptrdiff_t n, const float *scores, ptrdiff_t place);

/// A vector that was rounded to bytes.
typedef struct {
  /// The vector is about scale times the bytes.
  float scale;
  /// Bounds from above: the length of what the bytes stand for, and of what the rounding left out. The latter is infinite for
  /// a vector with a number that is not finite, which has no bytes.
  float norm, residual;
} dk_byte_row;

/// Rounds a vector to 127 steps on each side of 0.
void dk_round_bytes(ptrdiff_t n, const float *x, int8_t *y, dk_byte_row *row);

/// Some items, each with the numbers of its `dk_byte_row`, and its bias minus and plus what single precision may change.
typedef struct {
  const float *scales, *norms, *residuals, *low, *high;
} dk_screen_items;

/// A user: the scale, the length of the vector, and of what the rounding left out.
typedef struct {
  float scale, length, residual;
} dk_screen_user;

/// The number of items that `dk_screen` may report.
#define DK_SCREEN_ROOM 80

/// Reports the items in start..<end whose scores may reach `threshold`, in order, until there is no room for more.
///
/// Writes their places and bounds of their scores (room for DK_SCREEN_ROOM each), and to `next` where it stopped; returns
/// their number. `products` has the product of the user's bytes with those of each item.
ptrdiff_t dk_screen(ptrdiff_t start, ptrdiff_t end, const int32_t *products, const dk_screen_items *items,
                    const dk_screen_user *user, float threshold, int32_t *places, float *lowest, float *highest,
                    ptrdiff_t *next);

/// scores[k] = x · row places[k] + biases[places[k]], for rows of n numbers.
void dk_score_rows(ptrdiff_t n, const float *x, const float *rows, const float *biases, ptrdiff_t count,
                   const int32_t *places, float *scores);

/// 1 if the processor multiplies bytes in groups of four without saturation (AVX512_VNNI).
int dk_has_avx512_vnni(void);

/// 1 if the processor has AVX-512 (OpenBLAS picks a slower kernel there unless configured).
int dk_has_avx512(void);

/// 1 if the processor multiplies bfloat16 pairs in one instruction (AVX512_BF16).
int dk_has_avx512_bf16(void);

/// 1 if the processor multiplies tiles of bfloat16 numbers (AMX_BF16) and the system lets programs use them.
int dk_has_amx_bf16(void);

/// 1 if the processor is from AMD.
int dk_is_amd(void);

/// A GSL generator (`gsl_rng *`) over Philox4x32-10 with the given 64-bit key: counter-based, so streams never overlap.
void *_Nullable dk_philox_alloc(uint64_t key);

/// The next n numbers that `gsl_rng_uniform` would give of such a generator.
void dk_philox_uniforms(void *generator, ptrdiff_t n, double *numbers);

/// Adds draws from N(0, deviation²) to `x`: numbers start..<start + n of the key.
void dk_add_noise(uint64_t key, uint64_t start, ptrdiff_t n, float deviation, float *x);

DK_NONNULL_END

#endif
