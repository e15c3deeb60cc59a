#!/usr/bin/env python3
"""1, 2 and 3 threads, and every build given: the same bytes of every file of a model and of synthetic users drawn from it, and the
same JSON of a comparison but for seconds, threads and users a second.

Several builds must be of one commit, each from scratch in a place of its own.
"""

import hashlib
import json
import os
import sys

import common

MODELS = [["popularity"], ["ae"], ["dae"], ["cdae"], ["mult-dae"], ["mult-vae"], ["mult-vae", "--precision", "bf16"],
          ["ease"], ["linear"], ["elsa"], ["spectral"], ["mix-vae"], ["vamp-vae"], ["rec-vae"], ["blend"],
          ["user-autorec"], ["item-autorec"]]
# Without epochs.
CLOSED = ["popularity", "ease", "linear", "spectral"]


def plain(value):
    """Without what is measured by a clock."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items() if key not in ("seconds", "threads", "usersPerSecond")}
    return [plain(part) for part in value] if isinstance(value, list) else value


def main():
    builds = [os.path.abspath(path) for path in sys.argv[1:]]
    if not builds or builds[0].startswith("-"):
        sys.exit(f"usage: same_bytes.py DOPPEL [DOPPEL of another build …]\n{__doc__}")
    folder, faults, models, tables = common.folder(), [], 0, 0
    data = common.population(builds[0], folder, users=300, items=400)
    with open(os.path.join(folder, "ratings.tsv"), "w") as ratings, open(os.path.join(folder, data)) as lines:
        next(lines)
        for number, line in enumerate(lines):
            ratings.write("\t".join(line.split()[:2]) + f"\t{1 + number * 7 % 5}\n")
    engines = [entry["name"].split()[0].lower() for entry in json.loads(common.run(builds[0], "doctor", "--json", cwd=folder).stdout)["engines"]]
    engines = [name for name in ("gsl", "onednn", "openblas") if any(name in engine for engine in engines)]
    # Where the processor has no instruction for them, rounded products are refused and left out here.
    rounding = [engine for engine in engines if not common.run(
        builds[0], "train", data, "--model", "ae", "--epochs", 1, "--precision", "bf16", "--output", "r" + engine, cwd=folder,
        env={"DOPPEL_ENGINE": engine}).returncode]
    for engine in engines:
        environment = {"DOPPEL_ENGINE": engine}
        for words in MODELS:
            found, model = {}, words[0]
            if "bf16" in words and engine not in rounding:
                continue
            for number, build in enumerate(builds):
                for threads in (1, 2, 3):
                    output = f"{engine}-{'-'.join(words)}-{number}-{threads}"
                    flags = [] if model in CLOSED else ["--latent", 16, "--epochs", 4]
                    source = "ratings.tsv" if "autorec" in model else data
                    done = common.run(build, "train", source, "--output", output, "--threads", threads, "--model", *words, *flags,
                                      cwd=folder, env=environment)
                    if done.returncode == 0 and model.endswith("vae"):
                        done = common.run(build, "sample", output, "--data", data, "--users", 700, "--output", output + ".tsv",
                                          "--threads", threads, cwd=folder, env=environment)
                    if done.returncode:
                        faults.append(f"{output}: {done.stderr}")
                        continue
                    found[output] = common.digest(os.path.join(folder, output))
                    if model.endswith("vae"):
                        # Beside the model, because the directory of a model takes no other files.
                        with open(os.path.join(folder, output + ".tsv"), "rb") as file:
                            found[output]["samples"] = hashlib.sha256(file.read()).hexdigest()
                    models += 1
            for output, hashes in found.items():
                first = next(iter(found.values()))
                if hashes != first:
                    other = [name for name in {**hashes, **first} if hashes.get(name) != first.get(name)]
                    faults.append(f"{output}: other bytes of {', '.join(other)}")
        results = set()
        for build in builds:
            for threads in (1, 2, 3):
                done = common.run(build, "compare", data, "--models", "popularity,ae,mult-vae", "--epochs", 4, "--json",
                                  "--threads", threads, cwd=folder, env=environment)
                results.add(json.dumps(plain(json.loads(done.stdout)), sort_keys=True))
                tables += 1
        if len(results) != 1:
            faults.append(f"{engine}: {len(results)} different results of compare --json")
    print(f"{len(builds)} builds, 1 to 3 threads, engines {', '.join(engines)}: {models} models of {len({words[0] for words in MODELS})} kinds and {tables} results "
          f"compared, rounded products with {', '.join(rounding) or 'none'}; {len(faults)} differences")
    common.finish(faults)


main()
