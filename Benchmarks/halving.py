"""Searches with and without halving: how many epochs are run, and what is found.

    python3 Benchmarks/halving.py --doppel .build/release/doppel --data u.data [--models mult-dae,cdae] [--seeds 5] [--trials 30]

Both searches have the same seed, split and trials to begin with. "Difference" is the best validation value with halving minus
that without; ± is the standard error of the best value over validation users, in which noise the difference is to lie.
"""

import argparse
import json
import subprocess


def search(options, seed, model, *flags):
    done = subprocess.run(
        [options.doppel, "tune", options.data, "--models", model, "--trials", str(options.trials), "--seed", str(seed),
         "--json", "--quiet", *flags], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["models"][0]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--doppel", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--models", default="mult-vae,mult-dae,cdae")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--trials", type=int, default=30)
    options = parser.parse_args()
    print("| model | seed | epochs, full | epochs, halving | share | defaults | best, full | best, halving | difference | ± |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for model in options.models.split(","):
        shares, differences = [], []
        for seed in range(1, options.seeds + 1):
            full, half = search(options, seed, model, "--no-halving"), search(options, seed, model)
            share = half["epochs"] / full["epochs"]
            difference = half["best"]["value"] - full["best"]["value"]
            shares.append(share)
            differences.append(difference)
            print(f"| {model} | {seed} | {full['epochs']} | {half['epochs']} | {share:.0%} | {full['defaults']['value']:.4f} "
                  f"| {full['best']['value']:.4f} | {half['best']['value']:.4f} | {difference:+.4f} "
                  f"| {full['best']['standardError']:.4f} |", flush=True)
        print(f"| {model} | mean | | | {sum(shares) / len(shares):.0%} | | | | {sum(differences) / len(differences):+.4f} | |",
              flush=True)


if __name__ == "__main__":
    main()
