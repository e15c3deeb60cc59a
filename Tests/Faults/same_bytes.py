#!/usr/bin/env python3
"""1 and 2 threads: the same bytes of every file, the same JSON but for seconds, threads and users a second.

Builds: the same bytes of model.safetensors and the same metrics. They may be of neighbouring versions, whose config.json and
results have other keys.
"""

import json
import os
import sys

import common


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
    data = common.population(builds[0], folder, users=300)
    with open(os.path.join(folder, "ratings.tsv"), "w") as ratings, open(os.path.join(folder, data)) as lines:
        next(lines)
        for number, line in enumerate(lines):
            ratings.write("\t".join(line.split()[:2]) + f"\t{1 + number * 7 % 5}\n")
    engines = [entry["name"].split()[0].lower() for entry in json.loads(common.run(builds[0], "doctor", "--json", cwd=folder).stdout)["engines"]]
    engines = [name for name in ("gsl", "onednn", "openblas") if any(name in engine for engine in engines)]
    for engine in engines:
        environment = {"DOPPEL_ENGINE": engine}
        for model in ("popularity", "ae", "dae", "cdae", "mult-dae", "mult-vae", "user-autorec", "item-autorec"):
            found = {}
            for number, build in enumerate(builds):
                for threads in (1, 2):
                    output = f"{engine}-{model}-{number}-{threads}"
                    flags = [] if model == "popularity" else ["--latent", 16, "--epochs", 4]
                    source = "ratings.tsv" if "autorec" in model else data
                    done = common.run(build, "train", source, "--model", model, "--output", output, "--threads", threads, *flags,
                                      cwd=folder, env=environment)
                    if done.returncode:
                        faults.append(f"{output}: {done.stderr}")
                        continue
                    found[output] = common.digest(os.path.join(folder, output))
                    models += 1
            for number in range(len(builds)):
                own = {json.dumps(hashes) for output, hashes in found.items() if output.split("-")[-2] == str(number)}
                if len(own) != 1:
                    faults.append(f"{engine} {model}: 1 and 2 threads give other bytes")
            if len({hashes["model.safetensors"] for hashes in found.values()}) != 1:
                faults.append(f"{engine} {model}: builds give other weights")
        metrics = set()
        for build in builds:
            found = set()
            for threads in (1, 2):
                for words in (["--models", "popularity,ae,mult-vae"], ):
                    done = common.run(build, "compare", data, *words, "--epochs", 4, "--json", "--threads", threads, cwd=folder, env=environment)
                    result = plain(json.loads(done.stdout))
                    found.add(json.dumps(result, sort_keys=True))
                    metrics.add(json.dumps([[model["metrics"], model["standardErrors"]] for model in result["models"]], sort_keys=True))
                    tables += 1
            if len(found) != 1:
                faults.append(f"{engine}: compare --json differs between 1 and 2 threads")
        if len(metrics) != 1:
            faults.append(f"{engine}: builds give other metrics")
    print(f"{len(builds)} builds, 1 and 2 threads, engines {', '.join(engines)}: {models} models of 8 kinds and {tables} results "
          f"compared, {len(faults)} differences")
    common.finish(faults)


main()
