"""Holds the sampler of `doppel tune` against Optuna's TPE sampler on the same objectives.

    python3 -m venv venv && venv/bin/pip install optuna scipy
    swift build -c release --product doppel-benchmark
    venv/bin/python Benchmarks/tpe_regret.py [--data u.data] [--seeds 20] [--at-once 4]

Three synthetic objectives and, with --data, `linear` on the validation users of ML-100k. Both samplers begin with ten random
trials; neither is told of any default. The regret is the smallest value so far minus the optimum (for `linear`: the best
value that any run found). With --at-once, Doppel proposes as many trials without the results of each other, and Optuna still one by
one. The rank test is Mann and Whitney's, one-sided: p is the probability of ranks at least as bad for
Doppel if both samplers were alike, so that a small p means that Doppel is worse.
"""

import argparse
import json
import os
import statistics
import subprocess

import optuna
from scipy.stats import mannwhitneyu

OPTIMA = {"branin": 0.39788736, "hartmann6": -3.32236801, "mixed": 0.0}
PROGRAM = os.environ.get("DOPPEL_BENCHMARK", ".build/release/doppel-benchmark")


class Server:
    """The objective, asked line by line."""

    def __init__(self, name, data):
        self.process = subprocess.Popen(
            [PROGRAM, "objective", name] + data, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.space = json.loads(self.process.stdout.readline())

    def __call__(self, settings):
        self.process.stdin.write(json.dumps(settings) + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def optuna_values(server, seed, trials):
    values = []

    def objective(trial):
        settings = {}
        for dimension in server.space:
            name, place = dimension["name"], dimension["range"]
            if "among" in place:
                settings[name] = trial.suggest_categorical(name, place["among"])
            elif dimension["whole"]:
                settings[name] = trial.suggest_int(name, int(place["from"]), int(place["to"]), log=place.get("log", False))
            else:
                settings[name] = trial.suggest_float(name, place["from"], place["to"], log=place.get("log", False))
        values.append(server(settings))
        return values[-1]

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(objective, n_trials=trials)
    return values


def doppel_values(name, seed, trials, at_once, data):
    return json.loads(
        subprocess.run([PROGRAM, "search", name, str(seed), str(trials), str(at_once)] + data, check=True,
                       capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--linear-seeds", type=int)
    parser.add_argument("--trials", default="30,60")
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--objectives", default="branin,hartmann6,mixed")
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    counts = [int(count) for count in arguments.trials.split(",")]
    names = [name for name in arguments.objectives.split(",") if name]
    if arguments.data:
        names.append("linear")
    print("| objective | trials | seeds | Optuna | Doppel | p |")
    print("|---|--:|--:|--:|--:|--:|")
    for name in names:
        data = [arguments.data] if name == "linear" else []
        seeds = range(arguments.linear_seeds or arguments.seeds) if name == "linear" else range(arguments.seeds)
        server = Server(name, data)
        theirs = [optuna_values(server, seed, max(counts)) for seed in seeds]
        server.close()
        ours = [doppel_values(name, seed, max(counts), arguments.at_once, data) for seed in seeds]
        optimum = OPTIMA.get(name, min(min(values) for values in theirs + ours))
        for count in counts:
            regrets = [[min(values[:count]) - optimum for values in runs] for runs in (theirs, ours)]
            test = mannwhitneyu(regrets[1], regrets[0], alternative="greater")
            print(f"| {name} | {count} | {len(seeds)} | {statistics.median(regrets[0]):.5f} "
                  f"| {statistics.median(regrets[1]):.5f} | {test.pvalue:.3f} |", flush=True)


if __name__ == "__main__":
    main()
