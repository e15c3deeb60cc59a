// What a program linked on a new system would ask its C library for, in terms of an older one: with `--wrap`, the linker takes these
// functions instead.

#include <stdlib.h>
#include <unistd.h>

// glibc 2.35 brought versions of hypot and hypotf that differ from the first ones only in leaving `errno` alone.

#if defined(__x86_64__)
#define FIRST "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define FIRST "GLIBC_2.17"
#else
#error "the first version of the C library for this processor is not known"
#endif

double first_hypot(double x, double y);
float first_hypotf(float x, float y);
__asm__(".symver first_hypot, hypot@" FIRST);
__asm__(".symver first_hypotf, hypotf@" FIRST);

double __wrap_hypot(double x, double y) { return first_hypot(x, y); }
float __wrap_hypotf(float x, float y) { return first_hypotf(x, y); }

// New in glibc 2.36; libstdc++ draws seeds from it. Ends the process where the kernel has no random numbers, as the original does.

unsigned int __wrap_arc4random(void) {
  unsigned int number;
  if (getentropy(&number, sizeof number) != 0) abort();
  return number;
}
