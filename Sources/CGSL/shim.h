#ifndef DOPPEL_CGSL_SHIM_H
#define DOPPEL_CGSL_SHIM_H

#include <gsl/gsl_cblas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_roots.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_statistics_double.h>
#include <gsl/gsl_version.h>

/// `gsl_version` is a mutable global, which Swift 6 refuses to read.
static inline const char *shim_gsl_version(void) { return gsl_version; }

/// Another global of the same kind.
static inline const gsl_root_fsolver_type *shim_root_brent(void) { return gsl_root_fsolver_brent; }

#endif
