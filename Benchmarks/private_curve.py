"""What private users are worth: fidelity, utility and attacks against ε.

    python private_curve.py doppel ratings.tsv [--epsilons 1,3,8,none] [--delta 1e-5] [--seeds 42] [--train "--latent 32 --epochs 40"]

Half of the users train the generator, the others are the holdout; as many users are sampled as were trained on, from the prior
(`none` is a plain training, which samples from its prior too). `ratings.tsv` begins with user and item, tab-separated, under one
header line. Prints a Markdown table: utility is ndcg@100 on the holdout of a mult-vae trained on the synthetic users, as a share of the
same trained on the real ones, and the attackers are those of `audit`.
"""

import argparse
import json
import os
import shlex
import tempfile

from audit_curve import divide, run


MEASURES = [
    "popularity", "co-occurrence", "c2st-auc", "coverage", "membership-auc", "membership-density-auc", "membership-likelihood-auc",
]


def arguments():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("doppel", type=os.path.abspath)
    p.add_argument("data", type=os.path.abspath)
    p.add_argument("--epsilons", default="1,3,8,none", type=lambda text: text.split(","))
    p.add_argument("--delta", default="1e-5")
    p.add_argument("--seeds", default="42", type=lambda text: text.split(","))
    p.add_argument("--model", default="mult-vae")
    p.add_argument("--train", default="", help="flags for the private trainings")
    p.add_argument("--keep", type=os.path.abspath, help="a directory for models, samples and audits (default: temporary)")
    return p.parse_args()


def main():
    options = arguments()
    directory = options.keep or tempfile.mkdtemp()
    os.makedirs(directory, exist_ok=True)
    os.chdir(directory)
    users = divide(options.data)
    print("| ε | seed | popularity | co-occurrence | C2ST AUC | coverage | utility | membership AUC | density AUC | likelihood AUC |")
    print("|---|" + "--:|" * 9)
    for epsilon in options.epsilons:
        for seed in options.seeds:
            name = f"{options.model}-{epsilon}-{seed}"
            if not os.path.exists(name):
                private = ["--private", epsilon, "--delta", options.delta, "--noise-seed", seed] if epsilon != "none" else []
                run(options.doppel, "train", "train.tsv", "--model", options.model, "--seed", seed, "--output", name, "--quiet", *private,
                    *(shlex.split(options.train) if private else []))
            run(options.doppel, "sample", name, "--from", "prior", "--users", str(users), "--output", name + ".tsv", "--seed", seed, "--quiet")
            found = json.loads(run(
                options.doppel, "audit", "--real", "train.tsv", "--synthetic", name + ".tsv", "--holdout", "holdout.tsv", "--tstr-only",
                "--real-scores", "real-scores.json", "--json", "--quiet"))
            found = {entry["measure"]: entry for group in ("fidelity", "utility", "privacy") for entry in found[group] or []}
            utility = found["tstr-mult-vae"]
            columns = [f"{found[key]['value']:.3f}" for key in MEASURES]
            columns.insert(4, f"{100 * utility['value'] / utility['ceiling']:.0f} %")
            print(f"| {epsilon} | {seed} | " + " | ".join(columns) + " |", flush=True)


if __name__ == "__main__":
    main()
