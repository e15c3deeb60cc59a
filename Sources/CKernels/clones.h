// How the vector loops of this target are compiled, and what they share.
#ifndef DOPPEL_CLONES_H
#define DOPPEL_CLONES_H

// One copy per vector width, chosen when the program is loaded. Other systems compile the plain loop for their baseline; so
// does the thread sanitizer, whose own start-up comes after the choice and would be called before it.
#if defined(__x86_64__) && defined(__linux__) && !__has_feature(thread_sanitizer)
#define DK_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define DK_CLONES
#endif

// In the scope of a loop: sums may be reordered into lanes; nothing else is relaxed (no approximate reciprocals, NaN and
// infinity kept).
#define LANES _Pragma("clang fp reassociate(on)")

#define INLINE static inline __attribute__((always_inline))

// 1.5·2²³: a number below 2²² in size, added to it, is rounded to the nearest integer, which is then in the lowest bits.
#define ROUNDING 12582912.0f

#endif
