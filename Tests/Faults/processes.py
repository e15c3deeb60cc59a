#!/usr/bin/env python3
"""Trains with several processes under every MPI that is found, and compares every byte of the models with those of one process.

Each launcher is named with the processes it shall start, for example

    processes.py .build/release/doppel --launcher "mpirun.openmpi --oversubscribe -n" --launcher "mpirun.mpich -n"

Without any, mpirun is taken. A launcher may begin with VARIABLE=VALUE, such as DOPPEL_MPI=/opt/mpi/lib/libmpi_abi.so.1.

First all networks of the zoo on 2, 3 and 4 processes (--ranks); then trainings of which a random process is killed (SIGKILL) at
a random moment, every other time while a checkpoint is being written, and resumed with another number of processes; then SIGUSR1 to
the launcher or to a process, which must end all with a checkpoint. Searches for settings, whose trials two processes share, are
compared with those of one process, and interrupted and resumed.
"""

import argparse
import json
import os
import random
import shlex
import shutil
import signal
import subprocess
import time

import common

MODELS = [["ae"], ["dae"], ["cdae"], ["mult-dae"], ["mult-vae"], ["mult-vae", "--precision", "bf16"],
          ["mult-vae", "--objective", "generate", "--beta", "1"], ["mix-vae"], ["vamp-vae"], ["rec-vae"], ["elsa"],
          ["user-autorec"], ["item-autorec"], ["ease"], ["popularity"]]
CLOSED = ["popularity", "ease"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("doppel", help="the command under test")
    parser.add_argument("--launcher", action="append", help="mpirun with its flags, before the number of processes")
    parser.add_argument("--ranks", default="2,3,4", help="numbers of processes (default 2,3,4)")
    parser.add_argument("--models", help="only these, separated by commas")
    parser.add_argument("--killed", default="mult-vae", help="the model whose training is killed (default mult-vae)")
    parser.add_argument("--kills", type=int, default=10, help="how many processes are killed (default 10)")
    parser.add_argument("--signals", type=int, default=5, help="how many SIGUSR1 are sent (default 5)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default 1)")
    parser.add_argument("--epochs", type=int, default=4, help="of each training (default 4)")
    options = parser.parse_args()
    options.doppel = os.path.abspath(options.doppel)
    options.launchers = options.launcher or ["mpirun -n"]
    return options


def environment(words):
    """A launcher's words without the variables in front, and the environment with them."""
    # As root in a container, and with more processes than cores.
    found = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
             "OMPI_MCA_rmaps_base_oversubscribe": "1", "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
             "OMPI_MCA_btl_vader_single_copy_mechanism": "none"}
    while "=" in words[0]:
        name, value = words[0].split("=", 1)
        found[name] = value
        words = words[1:]
    return words, found


def start(options, launcher, ranks, words, cwd):
    command = [options.doppel, *map(str, words)]
    prefix, variables = environment(shlex.split(launcher)) if launcher else ([], dict(os.environ))
    if launcher:
        command = [*prefix, str(ranks), *command]
    return subprocess.Popen(command, cwd=cwd, env=variables, text=True, errors="replace", stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


def finished(process, timeout=600):
    out, errors = process.communicate(timeout=timeout)
    return process.returncode, out, errors


def processes_of(parent):
    """The processes of the command below a launcher."""
    found, waiting = [], [parent]
    while waiting:
        pid = waiting.pop()
        try:
            children = open(f"/proc/{pid}/task/{pid}/children").read().split()
        except OSError:
            continue
        for child in map(int, children):
            waiting.append(child)
            try:
                if os.path.basename(os.readlink(f"/proc/{child}/exe")).startswith("doppel"):
                    found.append(child)
            except OSError:
                pass
    return found


def unfinished(path):
    """The checkpoints that are being written, or that nobody will finish."""
    try:
        return [name for name in os.listdir(path) if name.endswith(".partial")]
    except OSError:
        return []


def wait_for_checkpoint(process, path):
    """Returns at the beginning of the next one, or when there will be none."""
    while process.poll() is None and not unfinished(path):
        time.sleep(0.0002)


def messages(options, folder, data, faults):
    """What is wrong is said once, whoever notices, and ends all with its code."""
    common.run(options.doppel, "train", data, "--model", "popularity", "--output", "occupied", cwd=folder)
    with open(os.path.join(folder, data)) as lines, open(os.path.join(folder, "fewer.tsv"), "w") as fewer:
        fewer.writelines(line for number, line in enumerate(lines) if number % 50 != 1)
    with open(os.path.join(folder, "one"), "w") as script:
        # The last process reads another file than the others.
        script.write('#!/bin/sh\ncase "${OMPI_COMM_WORLD_RANK:-$PMI_RANK}" in 1) data=$3;; *) data=$2;; esac\n'
                     'exec "$1" train "$data" --model ae --epochs 2 --output said\n')
    train = ["train", data, "--epochs", 2, "--output"]
    cases = [
        (["evaluate", "occupied"], 64, "evaluate runs in one process"),
        ([*train, "said", "--model", "blend"], 64, "cannot be fitted by several processes"),
        ([*train, "said", "--model", "aee"], 64, "unknown model"),
        (["train", "--modle", "ae", "--output", "said"], 64, "unknown flag"),
        ([*train, "occupied", "--model", "ae"], 73, "it holds a model"),
        (["train", "nowhere.tsv", "--model", "ae", "--output", "said"], 66, "nowhere.tsv cannot be read"),
        ("nowhere.tsv", 66, "process 1 of 2"),
        ("fewer.tsv", 64, "process 1 has a different data set"),
    ]
    for launcher in options.launchers:
        for words, code, text in cases:
            if isinstance(words, str):
                prefix, variables = environment(shlex.split(launcher))
                process = subprocess.Popen(
                    [*prefix, "2", "sh", "one", options.doppel, data, words], cwd=folder, env=variables, text=True,
                    errors="replace", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            else:
                process = start(options, launcher, 2, words, folder)
            found, _, errors = finished(process, timeout=120)
            # A process that the launcher ends may add that it was interrupted.
            said = [line for line in errors.splitlines() if line.startswith("doppel: ") and line != "doppel: interrupted"]
            if found != code or len(said) != 1 or text not in said[0]:
                faults.append(f"{launcher}: {words} ended with {found}, said {said}")
        shutil.rmtree(os.path.join(folder, "said"), ignore_errors=True)
    print(f"{len(cases) * len(options.launchers)} errors under a launcher")


def searches(options, folder, data, faults):
    """Shared trials give the journal, the settings and the document of one process, after SIGUSR1 to one of two as well."""
    kinds = [["--models", "linear,mult-vae", "--trials", 6, "--epochs", 6],
             [data, "--models", "ease,mult-dae", "--trials", 13, "--epochs", 24, "--latent", 16, "--at-once", 3]]

    def words(kind, name, *more):
        return ["tune", *kind, "--journal", f"{name}.jsonl", "--output", f"{name}.yaml", "--json", "--threads", 1, *more]

    def content(name, out):
        document = {key: value for key, value in json.loads(out).items() if key != "output"}
        return document, [open(os.path.join(folder, name + ending), "rb").read() for ending in (".jsonl", ".yaml")]

    def lines(name):
        try:
            return open(os.path.join(folder, f"{name}.jsonl"), "rb").read().count(b"\n")
        except OSError:
            return 0

    compared = interrupted = 0
    for number, kind in enumerate(kinds):
        code, out, errors = finished(start(options, None, 1, words(kind, f"tune{number}"), folder))
        if code:
            faults.append(f"tune {kind} alone ended with {code}: {errors[-600:]}")
            continue
        alone = content(f"tune{number}", out)
        for place, launcher in enumerate(options.launchers):
            name = f"tune{number}-{place}"
            code, out, errors = finished(start(options, launcher, 2, words(kind, name), folder))
            compared += 1
            if code:
                faults.append(f"{launcher}: tune {kind} ended with {code}: {errors[-600:]}")
            elif content(name, out) != alone:
                faults.append(f"{launcher}: tune {kind} has another result")
            if number == 0:
                continue
            name += "-interrupted"
            process = start(options, launcher, 2, words(kind, name), folder)
            while process.poll() is None and lines(name) < 4:
                time.sleep(0.005)
            below = processes_of(process.pid)
            if process.poll() is None and below:
                os.kill(random.choice(below), signal.SIGUSR1)
            code, out, errors = finished(process)
            # It may have come to its end.
            if code not in (0, 138):
                faults.append(f"{launcher}: tune after SIGUSR1 ended with {code}: {errors[-600:]}")
            interrupted += code == 138
            code, out, errors = finished(start(options, None, 1, words(kind, name, "--resume"), folder))
            if code:
                faults.append(f"{launcher}: tune resumed, and ended with {code}: {errors[-600:]}")
            elif content(name, out) != alone:
                faults.append(f"{launcher}: tune resumed has another result")
    print(f"{compared} searches by two processes compared with one process, {interrupted} interrupted and resumed", flush=True)


def main():
    options = arguments()
    random.seed(options.seed)
    folder, faults = common.folder(), []
    # 900 items: 15 shards.
    data = common.population(options.doppel, folder, users=400, items=900)
    with open(os.path.join(folder, "ratings.tsv"), "w") as ratings, open(os.path.join(folder, data)) as lines:
        next(lines)
        for number, line in enumerate(lines):
            ratings.write("\t".join(line.split()[:2]) + f"\t{1 + number * 7 % 5}\n")

    def words(model, output, *more):
        flags = [] if model[0] in CLOSED else ["--latent", 16, "--epochs", options.epochs]
        source = "ratings.tsv" if "autorec" in model[0] else data
        return ["train", source, "--output", output, "--model", *model, *flags, *more]

    compared = refused = before = 0
    chosen = options.models.split(",") if options.models else None
    for number, model in enumerate(MODELS):
        if chosen and model[0] not in chosen:
            continue
        code, _, errors = finished(start(options, None, 1, words(model, f"one{number}", "--threads", 2), folder))
        if code == 64 and "bf16" in model:
            refused += 1
            continue
        if code:
            faults.append(f"{model} alone ended with {code}: {errors}")
            continue
        alone = common.digest(os.path.join(folder, f"one{number}"))
        for place, launcher in enumerate(options.launchers):
            for ranks in map(int, options.ranks.split(",")):
                output = f"several{number}-{place}-{ranks}"
                code, out, errors = finished(
                    start(options, launcher, ranks, words(model, output, "--threads", 1), folder))
                if code:
                    faults.append(f"{launcher} {ranks}: {model} ended with {code}: {errors[-600:]}")
                elif common.digest(os.path.join(folder, output)) != alone:
                    faults.append(f"{launcher} {ranks}: {model} has other bytes")
                elif out.count("saved in") != 1:
                    faults.append(f"{launcher} {ranks}: {model} has spoken {out.count('saved in')} times")
                compared += 1
                print(" ".join(model), launcher, ranks, "FAILED" if len(faults) > before else "same bytes", flush=True)
                before = len(faults)
                shutil.rmtree(os.path.join(folder, output), ignore_errors=True)
    print(f"{compared} trainings by several processes compared with one process, {refused} refused without them")

    messages(options, folder, data, faults)
    searches(options, folder, data, faults)

    kept = ["--checkpoint-every", 1, "--resume", "--patience", 0, "--epochs", 20]
    model = [options.killed]
    begun = time.monotonic()
    code, _, errors = finished(start(options, None, 1, words(model, "whole", *kept), folder))
    seconds = time.monotonic() - begun
    whole = common.digest(os.path.join(folder, "whole"))
    ended, resumed, inside, lost = {"kill": 0, "SIGUSR1": 0}, 0, 0, 0
    for trial in range(options.kills + options.signals):
        kind = "kill" if trial < options.kills else "SIGUSR1"
        launcher = options.launchers[trial % len(options.launchers)]
        through_launcher = kind == "SIGUSR1" and trial // len(options.launchers) % 2 == 1
        output, hit = f"t{trial}", False
        while not hit:
            shutil.rmtree(os.path.join(folder, output), ignore_errors=True)
            ranks = random.choice([2, 3])
            process = start(options, launcher, ranks, words(model, output, *kept, "--threads", 1), folder)
            time.sleep(random.uniform(0.5, 1 + 3 * seconds))
            below = processes_of(process.pid)
            if kind == "kill" and trial // len(options.launchers) % 2:
                wait_for_checkpoint(process, os.path.join(folder, output))
            if process.poll() is None and len(below) == ranks:
                hit = True
                if kind == "kill":
                    os.kill(random.choice(below), signal.SIGKILL)
                elif through_launcher:
                    process.send_signal(signal.SIGUSR1)
                else:
                    # The others learn of it by the wish that travels with the statistics.
                    os.kill(random.choice(below), signal.SIGUSR1)
            code, _, errors = finished(process)
            # It had come to its end: once more.
            if os.path.exists(os.path.join(folder, output, "config.json")):
                hit = False
        ended[kind] += 1
        inside += kind == "kill" and bool(unfinished(os.path.join(folder, output)))
        if kind == "kill" and code == 0:
            faults.append(f"{launcher} {ranks}: a killed process, and the end is 0")
        if through_launcher and code == 0 and "mpich" in launcher and "interrupted after" in errors:
            # MPICH's mpirun passes the signal on, and now and then loses the code of what it started.
            lost += 1
        elif kind == "SIGUSR1" and code != 138:
            faults.append(f"{launcher} {ranks}: SIGUSR1 ended with {code}: {errors[-600:]}")
        # With the launcher of another number of processes, or with none.
        ranks = random.choice([1, 2, 3])
        code, _, errors = finished(
            start(options, launcher if ranks > 1 else None, ranks, words(model, output, *kept), folder))
        if code:
            faults.append(f"{launcher} {ranks}: resumed, and ended with {code}: {errors[-600:]}")
        elif common.digest(os.path.join(folder, output)) != whole:
            faults.append(f"{launcher} {ranks}: other bytes after {kind}")
        else:
            resumed += 1
        shutil.rmtree(os.path.join(folder, output), ignore_errors=True)
    print(json.dumps({"ended": ended, "killed inside a checkpoint": inside, "resumed to the same bytes": resumed,
                      "codes lost by MPICH's launcher": lost}))
    common.finish(faults)


if __name__ == "__main__":
    main()
