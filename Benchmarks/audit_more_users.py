"""What a recommender learns from synthetic users when there are more of them than real ones.

    python audit_more_users.py doppel holdout.tsv train.tsv synthetic.tsv more-synthetic.tsv
        [--model "--hidden 200 --latent 100 --epochs 60 --precision bf16"]

`doppel audit` trains on as many synthetic as real users, so that only what the users are makes the difference. Whoever has a
generator can draw any number. Here mult-vae is trained on each of the files after the holdout, a tenth of its users (at most
277) choosing the epoch, and tested on the users of the holdout, a fifth of whose items is hidden; all with `doppel compare` on
the layout of the Mult-VAE authors, which this program writes. Prints a line for each file.
"""

import argparse
import json
import os
import random
import shlex
import subprocess
import tempfile

from interactions import read


def write(directory, users, holdout):
    """The authors' layout: training users, a validation part of them, and the holdout for the test."""
    random.seed(5)
    names = list(users)
    random.shuffle(names)
    aside = max(1, min(len(names) // 10, 277))
    training = names[aside:]
    numbers = {}
    for name in training:
        for item in users[name]:
            numbers.setdefault(item, len(numbers))

    def lines(file, rows):
        with open(os.path.join(directory, file), "w") as out:
            out.write("uid,sid\n" + "".join(f"{user},{numbers[item]}\n" for user, item in rows))

    def fold_in(name, profiles, first, lots):
        given, hidden = [], []
        for user, profile in enumerate(profiles, first):
            profile = [item for item in profile if item in numbers]
            if len(profile) < 5:
                continue
            lots.shuffle(profile)
            cut = int(0.2 * len(profile))
            hidden += [(user, item) for item in profile[:cut]]
            given += [(user, item) for item in profile[cut:]]
        lines(name + "_tr.csv", given)
        lines(name + "_te.csv", hidden)

    with open(os.path.join(directory, "unique_sid.txt"), "w") as out:
        out.write("\n".join(numbers) + "\n")
    lines("train.csv", [(user, item) for user, name in enumerate(training) for item in users[name]])
    fold_in("validation", [users[name] for name in names[:aside]], len(training), random.Random(1))
    fold_in("test", [holdout[name] for name in sorted(holdout)], len(names), random.Random(2))


def main():
    p = argparse.ArgumentParser(description="Training on more synthetic than real users.")
    p.add_argument("doppel", type=os.path.abspath)
    p.add_argument("holdout")
    p.add_argument("files", nargs="+")
    p.add_argument("--model", default="--hidden 200 --latent 100 --epochs 60 --precision bf16", help="flags for doppel compare")
    options = p.parse_args()
    holdout = read(options.holdout)
    for path in options.files:
        users = read(path)
        with tempfile.TemporaryDirectory() as directory:
            write(directory, users, holdout)
            text = subprocess.run(
                [options.doppel, "compare", directory, "--models", "mult-vae", "--metrics", "ndcg@100,recall@20", "--json", "--quiet",
                 *shlex.split(options.model)], check=True, capture_output=True, text=True).stdout
        model = json.loads(text)["models"][0]
        print(f"{path}: {len(users)} users, ndcg@100 {model['metrics']['ndcg@100']:.4f} ± {model['standardErrors']['ndcg@100']:.4f}, "
              f"recall@20 {model['metrics']['recall@20']:.4f}, epoch {model['bestEpoch']} of {model['epochs']}", flush=True)


if __name__ == "__main__":
    main()
