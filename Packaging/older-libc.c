// Names of the C library as they have been since its first version, for programs that shall run with an older one.
//
// glibc 2.35 brought versions of these two that differ only in leaving `errno` alone. Whatever is linked on a newer system asks for them;
// with `--wrap`, the linker takes the functions below instead.

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
