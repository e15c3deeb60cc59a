"""Holds the sampler of `doppel tune` against Optuna's TPE sampler on the same objectives.

    python3 -m venv venv && venv/bin/pip install optuna scipy
    swift build -c release --product doppel-benchmark
    venv/bin/python Benchmarks/tpe_regret.py [--data u.data] [--seeds 20] [--variants joint,single]

Three synthetic objectives and, with --data, `linear` on the validation users of ML-100k. Both samplers begin with ten random
trials; neither is told of any default. The regret is the smallest value so far minus the optimum (for `linear`: the best
value that any run found). The rank test is Mann and Whitney's, one-sided: p is the probability of ranks at least as bad for
Doppel if both samplers were alike, so that a small p means that Doppel is worse.
"""

import argparse
import json
import statistics
import subprocess

import optuna
from scipy.stats import mannwhitneyu

OPTIMA = {"branin": 0.39788736, "hartmann6": -3.32236801, "mixed": 0.0}
PROGRAM = ".build/release/doppel-benchmark"


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


def doppel_values(name, seed, trials, variant, data):
    return json.loads(
        subprocess.run([PROGRAM, "search", name, str(seed), str(trials), variant] + data, check=True,
                       capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--linear-seeds", type=int)
    parser.add_argument("--trials", default="30,60")
    parser.add_argument("--variants", default="joint")
    parser.add_argument("--objectives", default="branin,hartmann6,mixed")
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    counts = [int(count) for count in arguments.trials.split(",")]
    variants = arguments.variants.split(",")
    names = [name for name in arguments.objectives.split(",") if name]
    if arguments.data:
        names.append("linear")
    print("| objective | trials | Optuna | " + " | ".join(f"{variant} | p" for variant in variants) + " |")
    print("|---|--:|--:|" + "--:|--:|" * len(variants))
    for name in names:
        data = [arguments.data] if name == "linear" else []
        seeds = range(arguments.linear_seeds or arguments.seeds) if name == "linear" else range(arguments.seeds)
        server = Server(name, data)
        runs = {"Optuna": [optuna_values(server, seed, max(counts)) for seed in seeds]}
        server.close()
        for variant in variants:
            runs[variant] = [doppel_values(name, seed, max(counts), variant, data) for seed in seeds]
        optimum = OPTIMA.get(name, min(min(values) for series in runs.values() for values in series))
        for count in counts:
            regrets = {key: [min(values[:count]) - optimum for values in series] for key, series in runs.items()}
            cells = [f"{statistics.median(regrets['Optuna']):.5f}"]
            for variant in variants:
                test = mannwhitneyu(regrets[variant], regrets["Optuna"], alternative="greater")
                cells += [f"{statistics.median(regrets[variant]):.5f}", f"{test.pvalue:.3f}"]
            print(f"| {name} | {count} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
