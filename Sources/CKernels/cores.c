// In C because the set of cores is read by macros, and before main.
#define _GNU_SOURCE
#include "CKernels.h"

#if defined(__linux__)
#include <sched.h>

// A library that is loaded later may bind the thread that loads it to one core (libgomp, if OMP_PROC_BIND is set).
static cpu_set_t allowed;
static int count;

__attribute__((constructor)) static void remember_cores(void) {
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) count = CPU_COUNT(&allowed);
}

int dk_allowed_cores(uint64_t *bits) {
  for (int core = 0; core < 64 * DK_CORE_WORDS; core++)
    if (core < CPU_SETSIZE && CPU_ISSET(core, &allowed)) bits[core / 64] |= (uint64_t)1 << core % 64;
  return count;
}

void dk_restore_cores(void) {
  if (count > 0) sched_setaffinity(0, sizeof allowed, &allowed);
}
#else
int dk_allowed_cores(uint64_t *bits) { return 0; }

void dk_restore_cores(void) {}
#endif
