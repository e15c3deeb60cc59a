#!/usr/bin/env python3
"""How useful is what reveals as little: a part of the real users, unchanged, and a generator that has seen only that part.

    python3 Benchmarks/real_subset.py --doppel .build/release/doppel --data ml-100k.inter [--min-rating 4] [--shares 0.14,0.25,0.5,1]

The users of a file are divided at random into halves T and H. Of T, a random share is taken. The first release is these users
as they are, repeated until it has as many users as --users. The second is as many synthetic users drawn from a mult-vae that was
trained on this share alone, from the population. Both are audited against all of T and H.

Whoever attacks the first release finds its members, and knows nothing about all others: the AUC of every attacker, however strong,
is at most (1 + share) / 2. The same bound holds for everything computed from the share alone. The table has the strongest attacker
of the audit beside this bound, and the utility: ndcg@100 of a mult-vae on H that was trained on the release, divided by that of
one trained on T. Values are means over --seeds divisions, with the smallest and the largest.
"""
import argparse
import csv
import json
import pathlib
import random
import subprocess
import tempfile

ATTACKS = ["membership-auc", "membership-density-auc", "membership-likelihood-auc"]


def run(options, *arguments):
    done = subprocess.run([str(options.doppel), *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{arguments}: {done.stderr}")
    return done.stdout


def write(path, profiles):
    with open(path, "w") as file:
        file.write("user\titem\n")
        for user, items in profiles:
            file.writelines(f"{user}\t{item}\n" for item in items)


def read(options, directory):
    """Profiles as Doppel reads them: written by `split`, which keeps every user when nothing is held out of the training part."""
    run(options, "split", options.data, "--split", "interactions", "--output", directory / "split", "--quiet",
        *(["--min-rating", options.min_rating] if options.min_rating else []))
    profiles = {}
    for path in sorted((directory / "split").glob("*.tsv")):
        with open(path) as file:
            rows = csv.reader(file, delimiter="\t")
            next(rows)
            for row in rows:
                profiles.setdefault(row[0], []).append(row[1])
    return profiles


def audit(options, directory, seed, release):
    found = json.loads(run(
        options, "audit", "--real", directory / "T.tsv", "--holdout", directory / "H.tsv", "--synthetic", release,
        "--real-scores", directory / "real.json", "--tstr-only", "--json", "--quiet", "--seed", seed))
    utility = next(m["details"]["ratio"] for m in found["utility"] if m["measure"] == "tstr-mult-vae")
    return utility, max(m["value"] for m in found["privacy"] if m["measure"] in ATTACKS)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--doppel", type=pathlib.Path, required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--min-rating", type=float)
    parser.add_argument("--shares", default="0.14,0.25,0.34,0.5,1")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--users", type=int, default=1000, help="users of a release")
    parser.add_argument("--temperatures", default="0.75")
    options = parser.parse_args()
    shares = [float(share) for share in options.shares.split(",")]
    values = {}
    with tempfile.TemporaryDirectory() as place:
        directory = pathlib.Path(place)
        profiles = read(options, directory)
        for seed in range(1, options.seeds + 1):
            draw = random.Random(seed)
            users = sorted(profiles)
            draw.shuffle(users)
            half = len(users) // 2
            write(directory / "T.tsv", [(user, profiles[user]) for user in users[:half]])
            write(directory / "H.tsv", [(user, profiles[user]) for user in users[half:2 * half]])
            (directory / "real.json").unlink(missing_ok=True)
            for share in shares:
                part = users[:max(1, round(share * half))]
                write(directory / "part.tsv", [(user, profiles[user]) for user in part])
                write(directory / "copies.tsv", [(n, profiles[part[n % len(part)]]) for n in range(max(options.users, len(part)))])
                values.setdefault((share, "real users"), []).append(audit(options, directory, seed, directory / "copies.tsv"))
                model = directory / f"model-{seed}-{share}"
                run(options, "train", directory / "part.tsv", "--model", "mult-vae", "--output", model, "--quiet", "--seed", seed)
                for temperature in options.temperatures.split(","):
                    run(options, "sample", model, "--data", directory / "part.tsv", "--from", "population", "--temperature",
                        temperature, "--users", options.users, "--output", directory / "drawn.tsv", "--quiet", "--seed", seed)
                    values.setdefault((share, f"mult-vae, {temperature}"), []).append(
                        audit(options, directory, seed, directory / "drawn.tsv"))
                    (directory / "drawn.tsv").unlink()
    print(f"{half} users in each half, {options.users} in a release, {options.seeds} divisions\n")
    print("| share of T | users from | utility | strongest attacker found | no attacker above |")
    print("|--:|---|--:|--:|--:|")
    for (share, name), found in values.items():
        utility, area = ([pair[place] for pair in found] for place in (0, 1))
        print(f"| {share:.0%} | {name} | {sum(utility) / len(utility):.0%} ({min(utility):.0%} to {max(utility):.0%}) "
              f"| {sum(area) / len(area):.3f} ({min(area):.3f} to {max(area):.3f}) | {(1 + share) / 2:.3f} |")


if __name__ == "__main__":
    main()
