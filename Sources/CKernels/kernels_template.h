// Included twice by kernels.c, with T = float and T = double. No include guard on purpose.

DK_CLONES void FN(dk_axpy)(ptrdiff_t n, T a, const T *x, T *y) {
  for (ptrdiff_t i = 0; i < n; i++) y[i] += a * x[i];
}

DK_CLONES void FN(dk_scale)(ptrdiff_t n, T a, T *x) {
  for (ptrdiff_t i = 0; i < n; i++) x[i] *= a;
}

DK_CLONES double FN(dk_sum_squares)(ptrdiff_t n, const T *x) {
  LANES
  double sum = 0;
  for (ptrdiff_t i = 0; i < n; i++) sum += (double)x[i] * x[i];
  return sum;
}

DK_CLONES double FN(dk_dot)(ptrdiff_t n, const T *x, const T *y) {
  LANES
  double sum = 0;
  for (ptrdiff_t i = 0; i < n; i++) sum += (double)x[i] * y[i];
  return sum;
}

DK_CLONES int FN(dk_all_finite)(ptrdiff_t n, const T *x) {
  int bad = 0;  // v − v is 0 for finite v, NaN otherwise
  for (ptrdiff_t i = 0; i < n; i++) bad |= !(x[i] - x[i] == 0);
  return !bad;
}

DK_CLONES void FN(dk_tanh)(ptrdiff_t n, T *x) {
  for (ptrdiff_t i = 0; i < n; i++) x[i] = FN(tanh)(x[i]);
}

DK_CLONES void FN(dk_sigmoid)(ptrdiff_t n, T *x) {
  for (ptrdiff_t i = 0; i < n; i++) {
    T e = FN(exp)(x[i] < 0 ? x[i] : -x[i]);
    x[i] = (x[i] < 0 ? e : 1) / (1 + e);
  }
}

DK_CLONES void FN(dk_relu)(ptrdiff_t n, T *x) {
  for (ptrdiff_t i = 0; i < n; i++) x[i] = x[i] < 0 ? 0 : x[i];
}

DK_CLONES void FN(dk_tanh_backward)(ptrdiff_t n, const T *y, T *d) {
  for (ptrdiff_t i = 0; i < n; i++) d[i] *= 1 - y[i] * y[i];
}

DK_CLONES void FN(dk_sigmoid_backward)(ptrdiff_t n, const T *y, T *d) {
  for (ptrdiff_t i = 0; i < n; i++) d[i] *= y[i] * (1 - y[i]);
}

DK_CLONES void FN(dk_relu_backward)(ptrdiff_t n, const T *y, T *d) {
  for (ptrdiff_t i = 0; i < n; i++) d[i] = y[i] > 0 ? d[i] : 0;
}

DK_CLONES void FN(dk_exp_shifted)(ptrdiff_t n, T *f, T *max, double *sum) {
  LANES
  T lanes[16];
  for (int l = 0; l < 16; l++) lanes[l] = -INFINITY;
  ptrdiff_t whole = n - n % 16;
  for (ptrdiff_t i = 0; i < whole; i += 16)
    for (int l = 0; l < 16; l++) lanes[l] = f[i + l] > lanes[l] ? f[i + l] : lanes[l];
  for (ptrdiff_t i = whole; i < n; i++) lanes[0] = f[i] > lanes[0] ? f[i] : lanes[0];
  T m = lanes[0];
  for (int l = 1; l < 16; l++) m = lanes[l] > m ? lanes[l] : m;
  T s = 0;
  double total = 0;
  for (ptrdiff_t start = 0; start < n; start += 1024) {  // float lanes within a stretch, double between stretches
    ptrdiff_t end = start + 1024 < n ? start + 1024 : n;
    s = 0;
    for (ptrdiff_t i = start; i < end; i++) {
      T e = FN(exp)(f[i] - m);
      f[i] = e;
      s += e;
    }
    total += s;
  }
  *max = m;
  *sum = total;
}

DK_CLONES double FN(dk_softplus_sigmoid)(ptrdiff_t n, T *f) {
  LANES
  double total = 0;
  for (ptrdiff_t start = 0; start < n; start += 1024) {
    ptrdiff_t end = start + 1024 < n ? start + 1024 : n;
    T s = 0;
    for (ptrdiff_t i = start; i < end; i++) {
      T x = f[i];
      T e = FN(exp)(x < 0 ? x : -x);
      s += (x > 0 ? x : 0) + FN(log1p_unit)(e);
      f[i] = (x < 0 ? e : 1) / (1 + e);
    }
    total += s;
  }
  return total;
}

void FN(dk_divide)(ptrdiff_t rows, const ptrdiff_t *offsets, const int32_t *indices, const T *values, int32_t width,
                   ptrdiff_t runs, int32_t *restrict cuts, int32_t *restrict run_indices, T *restrict run_values) {
  for (ptrdiff_t i = 0; i < runs * rows + 1; i++) cuts[i] = 0;
  // A place's count goes one place too far, where it becomes the place's start after the sum and its end after the copy.
  for (ptrdiff_t r = 0; r < rows; r++)
    for (ptrdiff_t k = offsets[r]; k < offsets[r + 1]; k++) {
      const ptrdiff_t place = (ptrdiff_t)((uint32_t)indices[k] / (uint32_t)width) * rows + r + 2;
      if (place <= runs * rows) cuts[place]++;
    }
  for (ptrdiff_t i = 2; i < runs * rows + 1; i++) cuts[i] += cuts[i - 1];
  for (ptrdiff_t r = 0; r < rows; r++)
    for (ptrdiff_t k = offsets[r]; k < offsets[r + 1]; k++) {
      const int32_t run = (int32_t)((uint32_t)indices[k] / (uint32_t)width);
      const int32_t place = cuts[run * rows + r + 1]++;
      run_indices[place] = indices[k] - run * width;
      run_values[place] = values[k];
    }
}

DK_CLONES double FN(dk_sparse_dot)(ptrdiff_t count, const int32_t *indices, const T *values, const T *row) {
  double sum = 0;
  for (ptrdiff_t k = 0; k < count; k++) sum += (double)values[k] * row[indices[k]];
  return sum;
}

DK_CLONES void FN(dk_scatter)(ptrdiff_t count, T a, const int32_t *indices, const T *values, T *row) {
  for (ptrdiff_t k = 0; k < count; k++) row[indices[k]] += a * values[k];
}

DK_CLONES double FN(dk_listed_cells)(ptrdiff_t count, const int32_t *indices, const T *values, ptrdiff_t n, int logistic,
                                     T scale, T *row) {
  // Two passes over the list, because the row is cleared between reading its logits and writing its gradient.
  double loss = 0;
  T kept[256];
  ptrdiff_t done = 0;
  // Indices ascend, so a stretch of the list owns the stretch of the row up to its last cell.
  ptrdiff_t cleared = 0;
  while (done < count) {
    ptrdiff_t some = count - done < 256 ? count - done : 256;
    for (ptrdiff_t k = 0; k < some; k++) {
      T f = row[indices[done + k]], x = values[done + k];
      if (logistic) {
        T e = FN(exp)(f < 0 ? f : -f);
        loss += (f > 0 ? f : 0) - x * f + FN(log1p_unit)(e);
        kept[k] = scale * ((f < 0 ? e : 1) / (1 + e) - x);
      } else {
        loss += (double)(f - x) * (f - x);
        kept[k] = scale * 2 * (f - x);
      }
    }
    ptrdiff_t end = indices[done + some - 1] + 1;
    for (ptrdiff_t i = cleared; i < end; i++) row[i] = 0;
    for (ptrdiff_t k = 0; k < some; k++) row[indices[done + k]] = kept[k];
    cleared = end;
    done += some;
  }
  for (ptrdiff_t i = cleared; i < n; i++) row[i] = 0;
  return loss;
}

DK_CLONES double FN(dk_gaussian_forward)(ptrdiff_t n, T low, T high, const T *mean, const T *logvar, const T *noise, T *sigma,
                                         T *z, int64_t *held) {
  LANES
  double divergence = 0;
  int64_t outside = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    T s = logvar[i];
    outside += s < low || s > high;
    s = s < low ? low : s;
    s = s > high ? high : s;
    T deviation = FN(exp)(s * (T)0.5);
    sigma[i] = deviation;
    z[i] = noise ? mean[i] + deviation * noise[i] : mean[i];
    divergence += 0.5 * ((double)(deviation * deviation) + (double)(mean[i] * mean[i]) - 1 - s);
  }
  *held += outside;
  return divergence;
}

DK_CLONES void FN(dk_gaussian_moments)(ptrdiff_t n, T low, T high, const T *mean, const T *logvar, const T *sigma, double *means,
                                       double *squares, double *logvars, double *variances) {
  // Products are rounded before they are added, as on processors without fused operations.
#pragma clang fp contract(off)
  for (ptrdiff_t i = 0; i < n; i++) means[i] += (double)mean[i];
  for (ptrdiff_t i = 0; i < n; i++) squares[i] += (double)mean[i] * (double)mean[i];
  for (ptrdiff_t i = 0; i < n; i++) {
    T s = logvar[i];
    s = s < low ? low : s;
    logvars[i] += (double)(s > high ? high : s);
  }
  for (ptrdiff_t i = 0; i < n; i++) variances[i] += (double)sigma[i] * (double)sigma[i];
}

DK_CLONES void FN(dk_gaussian_backward)(ptrdiff_t n, T low, T high, T beta, const T *mean, const T *logvar, const T *noise,
                                        const T *sigma, const T *g, T *dmean, T *dlogvar) {
  for (ptrdiff_t i = 0; i < n; i++) {
    dmean[i] = g[i] + beta * mean[i];
    T d = (T)0.5 * g[i] * noise[i] * sigma[i] + (T)0.5 * beta * (sigma[i] * sigma[i] - 1);
    dlogvar[i] = logvar[i] < low || logvar[i] > high ? 0 : d;
  }
}

DK_CLONES double FN(dk_composite)(ptrdiff_t n, T low, T high, T a, T b, T c, T t, const T *z, const T *mean, const T *logvar,
                                  T *slope) {
  LANES
  const T wide = FN(exp)(-t), ln2 = (T)0.69314718055994530942, halfLogTwoPi = (T)0.91893853320467274178;
  double total = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    T s = logvar[i];
    s = s < low ? low : s;
    s = s > high ? high : s;
    T x = z[i], d = x - mean[i], precision = FN(exp)(-s);
    T f = a - (T)0.5 * x * x, g = b - (T)0.5 * (s + d * d * precision), h = c - (T)0.5 * (t + x * x * wide);
    T m = f > g ? f : g;
    m = m > h ? m : h;
    f = FN(exp)(f - m);
    g = FN(exp)(g - m);
    h = FN(exp)(h - m);
    T sum = f + g + h;  // from 1 to 3: the largest of the three is exp(0)
    slope[i] = (f * x + g * d * precision + h * x * wide) / sum;
    T above = sum - 1 > 1 ? (T)0.5 * sum - 1 : sum - 1;
    total += m + FN(log1p_unit)(above) + (sum - 1 > 1 ? ln2 : 0) - halfLogTwoPi;
  }
  return total;
}

INLINE void FN(adam_row)(ptrdiff_t n, const T *g, T *restrict w, T *restrict m, T *restrict v, const dk_adam *a) {
  const T rate = (T)a->rate, b1 = (T)a->beta1, b2 = (T)a->beta2, c1 = (T)(1 - a->beta1), c2 = (T)(1 - a->beta2);
  const T correction = (T)a->secondCorrection, epsilon = (T)a->epsilon, decay = (T)a->decay;
  for (ptrdiff_t i = 0; i < n; i++) {
    T d = g[i] + decay * w[i];
    m[i] = b1 * m[i] + c1 * d;
    v[i] = b2 * v[i] + c2 * d * d;
    w[i] -= rate * m[i] / (__builtin_elementwise_sqrt(v[i]) * correction + epsilon);
  }
}

// The same step with a zero gradient, written separately so that no zeros are read.
INLINE void FN(adam_row_idle)(ptrdiff_t n, T *restrict w, T *restrict m, T *restrict v, const dk_adam *a) {
  const T rate = (T)a->rate, b1 = (T)a->beta1, b2 = (T)a->beta2, c1 = (T)(1 - a->beta1), c2 = (T)(1 - a->beta2);
  const T correction = (T)a->secondCorrection, epsilon = (T)a->epsilon, decay = (T)a->decay;
  for (ptrdiff_t i = 0; i < n; i++) {
    T d = decay * w[i];
    m[i] = b1 * m[i] + c1 * d;
    v[i] = b2 * v[i] + c2 * d * d;
    w[i] -= rate * m[i] / (__builtin_elementwise_sqrt(v[i]) * correction + epsilon);
  }
}

DK_CLONES void FN(dk_adam)(ptrdiff_t n, const T *g, T *w, T *m, T *v, const dk_adam *a) {
  if (g)
    FN(adam_row)(n, g, w, m, v, a);
  else
    FN(adam_row_idle)(n, w, m, v, a);
}

DK_CLONES void FN(dk_nadam)(ptrdiff_t n, const T *g, T *restrict w, T *restrict m, T *restrict v, const dk_nadam *a) {
  const T now = (T)a->gradientRate, rate = (T)a->momentRate, b1 = (T)a->beta1, b2 = (T)a->beta2;
  const T c1 = (T)(1 - a->beta1), c2 = (T)(1 - a->beta2), correction = (T)a->secondCorrection, epsilon = (T)a->epsilon;
  for (ptrdiff_t i = 0; i < n; i++) {
    m[i] = b1 * m[i] + c1 * g[i];
    v[i] = b2 * v[i] + c2 * g[i] * g[i];
    w[i] -= (now * g[i] + rate * m[i]) / (__builtin_elementwise_sqrt(v[i]) * correction + epsilon);
  }
}

// One stretch of columns of Σ values[k]·row(k), with the sums in registers where there are enough of them, otherwise in
// the first-level cache; every number is added in the order of k.
#define STRETCH(vectors)                                                                       \
  for (; i + (vectors)*lanes <= width; i += (vectors)*lanes) {                                 \
    vector sum[vectors];                                                                       \
    for (int j = 0; j < (vectors); j++) sum[j] = (vector){0};                                  \
    for (ptrdiff_t k = 0; k < count; k++) {                                                    \
      const vector *row = (const vector *)(w + (ptrdiff_t)(indices[k] - base) * width + i);    \
      _Pragma("clang loop unroll(full)")                                                       \
      for (int j = 0; j < (vectors); j++) sum[j] += values[k] * row[j];                        \
    }                                                                                          \
    for (int j = 0; j < (vectors); j++) ((vector *)(y + i))[j] = sum[j];                       \
  }

// y = Σ values[k]·w[indices[k] − base], for rows that are in the cache or on their way to it.
INLINE void FN(weighted_rows)(ptrdiff_t count, const int32_t *indices, const T *values, int32_t base, ptrdiff_t width, const T *w,
                              T *restrict y) {
  typedef T vector __attribute__((vector_size(64), aligned(sizeof(T))));
  const ptrdiff_t lanes = 64 / (ptrdiff_t)sizeof(T);
  ptrdiff_t i = 0;
  STRETCH(8)
  STRETCH(4)
  if (i == width) return;
  for (ptrdiff_t j = i; j < width; j++) y[j] = 0;
  for (ptrdiff_t k = 0; k < count; k++) {
    const T *row = w + (ptrdiff_t)(indices[k] - base) * width;
    T value = values[k];
    for (ptrdiff_t j = i; j < width; j++) y[j] += value * row[j];
  }
}
#undef STRETCH

DK_CLONES void FN(dk_sparse_adam)(ptrdiff_t rows, ptrdiff_t width, const int32_t *offsets, const int32_t *users, const T *values,
                                  const T *d, T *w, T *m, T *v, const dk_adam *a, T *scratch) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    T *wr = w + r * width, *mr = m + r * width, *vr = v + r * width;
    int32_t first = offsets[r], end = offsets[r + 1];
    if (first == end) {
      FN(adam_row_idle)(width, wr, mr, vr, a);
      continue;
    }
    FN(weighted_rows)(end - first, users + first, values + first, 0, width, d, scratch);
    FN(adam_row)(width, scratch, wr, mr, vr, a);
  }
}

DK_CLONES void FN(dk_gather)(ptrdiff_t count, const int32_t *indices, const T *values, int32_t base, ptrdiff_t width, const T *w,
                             T *restrict y) {
  FN(weighted_rows)(count, indices, values, base, width, w, y);
}

void FN(dk_fetch)(ptrdiff_t count, const int32_t *indices, int32_t base, ptrdiff_t width, const T *w) {
  for (ptrdiff_t k = 0; k < count; k++) {
    const T *row = w + (ptrdiff_t)(indices[k] - base) * width;
    for (ptrdiff_t i = 0; i < width; i += 64 / (ptrdiff_t)sizeof(T)) __builtin_prefetch(row + i);
  }
}

DK_CLONES void FN(dk_round_bf16)(ptrdiff_t n, const T *x, uint16_t *restrict y) {
  for (ptrdiff_t i = 0; i < n; i++) {
    float f = (float)x[i];
    uint32_t bits;
    __builtin_memcpy(&bits, &f, 4);
    uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    y[i] = (uint16_t)(f == f ? rounded : 0x7fc0);
  }
}

DK_CLONES void FN(dk_widen_bf16)(ptrdiff_t n, T a, const uint16_t *x, T *restrict y) {
  for (ptrdiff_t i = 0; i < n; i++) {
    uint32_t bits = (uint32_t)x[i] << 16;
    float f;
    __builtin_memcpy(&f, &bits, 4);
    y[i] = a * (T)f;
  }
}
