#!/usr/bin/env python3
"""The league: models compared by `doppel compare` on several data sets with several seeds, and how far one is ahead of the others.

Set-up:  swift build -c release --product doppel
Run:     python3 league.py --doppel PATH --models ease,mult-dae,blend --seeds 5 --of blend DATA...

Each DATA is what `doppel compare` takes, with its flags where it needs any, as one word:

    python3 league.py --doppel .build/release/doppel ml-100k.inter interactions.tsv \\
        "--train train.tsv --validation validation.tsv --test test.tsv"

Every seed is another split of the users (where the files are not divided already) and another start of the training. One line for
each model: the mean over the seeds with its standard error, and how far `--of` is ahead, in per cent of the other's mean, with the
standard error of that over the seeds; the number of seeds in which it is ahead; and whether it is ahead in the paired test over the
users of the first seed (two-sided, p after Holm's correction). `--json FILE` keeps the documents, one a line; runs that are there
already are not run again.
"""
import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys


def spread(values):
    return statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else float("nan")


def document(arguments, data, seed, kept):
    key = json.dumps([data, arguments.models, arguments.metric, arguments.flags, seed])
    if key in kept:
        return kept[key]
    command = [arguments.doppel, "compare", *shlex.split(data), "--models", arguments.models, "--metrics", arguments.metric]
    command += ["--seed", str(seed), "--json", "--quiet", *shlex.split(arguments.flags)]
    found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    if arguments.json:
        with open(arguments.json, "a") as file:
            file.write(json.dumps({"key": key, "document": found}) + "\n")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--doppel", default=".build/release/doppel")
    parser.add_argument("--models", default="popularity,ease,linear,mult-dae,mult-vae,blend")
    parser.add_argument("--of", default="blend", help="the model that the others are held against")
    parser.add_argument("--metric", default="ndcg@100")
    parser.add_argument("--seeds", type=int, default=5, help="how many, from 42 on")
    parser.add_argument("--flags", default="", help="more flags of compare, as one word")
    parser.add_argument("--json", help="where to keep the documents")
    parser.add_argument("data", nargs="+")
    arguments = parser.parse_args()
    kept = {}
    if arguments.json and os.path.exists(arguments.json):
        with open(arguments.json) as file:
            for line in file:
                entry = json.loads(line)
                kept[entry["key"]] = entry["document"]

    for data in arguments.data:
        documents = [document(arguments, data, 42 + place, kept) for place in range(arguments.seeds)]
        first = documents[0]
        values = {
            model["name"]: [
                next(m["metrics"][arguments.metric] for m in d["models"] if m["name"] == model["name"]) for d in documents
            ]
            for model in first["models"]
        }
        if arguments.of not in values:
            sys.exit(f"--of {arguments.of} is none of the models compared")
        ours = values[arguments.of]
        print(f"{data}: {first['dataset']['users']} users, {first['dataset']['items']} items; {arguments.metric}, "
              f"{len(documents)} seeds, {first['engine']}, {first['threads']} threads")
        for model in first["models"]:
            name, own = model["name"], values[model["name"]]
            seconds = statistics.mean(
                m["seconds"]["train"] for d in documents for m in d["models"] if m["name"] == name)
            line = f"  {name:12} {statistics.mean(own):.4f} ± {spread(own):.4f}  train {seconds:7.1f} s"
            if name != arguments.of:
                gaps = [100 * (a / b - 1) for a, b in zip(ours, own)]
                ahead = sum(gap > 0 for gap in gaps)
                line += (f"  {arguments.of} ahead by {100 * (statistics.mean(ours) / statistics.mean(own) - 1):+.2f} % "
                         f"± {spread(gaps):.2f}, in {ahead} of {len(gaps)}")
                for test in first["comparisons"]:
                    if {test["a"], test["b"]} == {name, arguments.of} and test["metric"] == arguments.metric:
                        difference = test["difference"] if test["a"] == arguments.of else -test["difference"]
                        line += f"; first seed {difference:+.4f}, p {test['pValue']:.4f}"
            print(line, flush=True)


if __name__ == "__main__":
    main()
