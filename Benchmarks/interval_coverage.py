#!/usr/bin/env python3
"""How often the interval over users and runs has the true difference: a simulation of comparisons with known truth, in NumPy.

    python Benchmarks/interval_coverage.py [--replications 2000] [--plain]

An implementation of its own of what `compare --seeds` and `--folds` compute (Docs/protocol.md); RepeatedMeasurementsTests does
the same with Doppel's and allows 2 %. Exits with 1 where five runs are off by more than 2.5 %: 2,000 replications have a
deviation of 0.5 %. With --plain, the plain paired test over all values is beside it. Needs numpy and scipy.
"""
import argparse
import sys

import numpy as np
from scipy import stats


def estimate(users, runs, values):
    """The mean, its standard error and degrees of freedom."""
    n = len(values)
    user_sizes, run_sizes = np.bincount(users), np.bincount(runs)
    user_sizes = user_sizes[user_sizes > 0]
    _, users = np.unique(users, return_inverse=True)
    u, r = len(user_sizes), len(run_sizes)
    deviations = values - values.mean()
    total = (deviations**2).sum()
    between_runs = (np.bincount(runs, deviations)**2 / run_sizes).sum()
    between_users = (np.bincount(users, deviations)**2 / user_sizes).sum()
    same_user, same_run = (user_sizes**2).sum() / n**2, (run_sizes**2).sum() / n**2
    # Three sums of squares, three components (Gao and Owen 2017).
    of_run = (total - between_runs) / (n - r)
    residual = of_run
    if n > u:
        of_user = (total - between_users) / (n - u)
        residual = (of_run * (1 - same_user) + of_user * (1 - same_run) - total / n) / (1 - same_user - same_run + 1 / n)
        residual = min(max(residual, 0), of_run)
    user = of_run - residual
    scale = same_run / (1 - same_run)
    mean_square = between_runs / n * scale
    rest = user * (same_user - (r / n - same_user) * scale) + residual * (1 - (r - 1) * scale) / n
    variance = mean_square + rest
    degrees = variance**2 / (mean_square**2 / (r - 1) + rest**2 / (max((user_sizes > 1).sum(), 2) - 1))
    return values.mean(), variance**0.5, degrees


def design(kind, count, random):
    """The user and the run of every value."""
    if kind == "same users":
        return np.tile(np.arange(120), count), np.repeat(np.arange(count), 120)
    if kind == "held-out users":
        chosen = [random.choice(600, 60, replace=False) for _ in range(count)]
        return np.concatenate(chosen), np.repeat(np.arange(count), 60)
    times = 3 if kind == "folds, three seeds" else 1
    orders = [random.permutation(300)[: 300 - 300 % count] for _ in range(times)]
    runs = np.concatenate([np.repeat(np.arange(count), 300 // count) + count * index for index in range(times)])
    return np.concatenate(orders), runs


def skewed(size, random):
    return np.where(random.random(size) < 0.4, 0, random.exponential(size=size) - 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replications", type=int, default=2000)
    parser.add_argument("--plain", action="store_true")
    words = parser.parse_args()
    random = np.random.default_rng(1)
    failed = False
    for count in (3, 5, 10):
        for kind in ("same users", "held-out users", "folds", "folds, three seeds"):
            for share in (0, 1, 4, 20):
                held = plain = 0
                for _ in range(words.replications):
                    users, runs = design(kind, count, random)
                    size = len(runs) / (runs.max() + 1)
                    values = (skewed(users.max() + 1, random)[users] + 0.6 * skewed(len(users), random)
                              + (share * 1.4 / size)**0.5 * random.normal(size=runs.max() + 1)[runs])
                    mean, error, degrees = estimate(users, runs, values)
                    held += abs(mean) <= stats.t.ppf(0.975, degrees) * error
                    plain += abs(mean) <= 1.96 * values.std(ddof=1) / len(values)**0.5
                coverage = held / words.replications
                line = f"{count:2} runs, {kind:18} variance of runs × {share:2}: {coverage:.3f}"
                print(line + (f", plain test {plain / words.replications:.3f}" if words.plain else ""), flush=True)
                failed = failed or count == 5 and abs(coverage - 0.95) > 0.025
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
