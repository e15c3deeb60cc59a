// What a program linked on a new system would ask its C library for, in terms of an older one: with `--wrap`, the linker takes these
// functions instead.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

// glibc 2.35 brought versions of hypot and hypotf that differ from the first ones only in leaving `errno` alone. The first ones are
// looked up by hand: a reference with `.symver` is wrapped as well, and a function would call itself.

#if defined(__x86_64__)
#define FIRST "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define FIRST "GLIBC_2.17"
#else
#error "the first version of the C library for this processor is not known"
#endif

static double (*first_hypot)(double, double);
static float (*first_hypotf)(float, float);

__attribute__((constructor(101))) static void find(void) {
  first_hypot = (double (*)(double, double))dlvsym(RTLD_DEFAULT, "hypot", FIRST);
  first_hypotf = (float (*)(float, float))dlvsym(RTLD_DEFAULT, "hypotf", FIRST);
  if (!first_hypot || !first_hypotf) abort();
}

double __wrap_hypot(double x, double y) { return first_hypot(x, y); }
float __wrap_hypotf(float x, float y) { return first_hypotf(x, y); }

// New in glibc 2.36; libstdc++ draws seeds from it. Ends the process where the kernel has no random numbers, as the original does.
unsigned int __wrap_arc4random(void) {
  unsigned int number;
  if (getentropy(&number, sizeof number) != 0) abort();
  return number;
}
