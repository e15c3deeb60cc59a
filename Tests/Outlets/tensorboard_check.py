#!/usr/bin/env python3
"""Curves that Doppel writes, read by TensorBoard's own reader; codes, loaded by its projector.

Run:  .venv/bin/python tensorboard_check.py DOPPEL       (set-up: as for onnx_check.py)

Every scalar of `train`, `compare` and `tune` must come back as it stands in the log, the JSON document and the journal, and the
projector must serve the vectors and the names of `encode --format projector`. The first is asked of the reader, and then both of
`tensorboard --logdir` itself, with each of its two data providers.
"""

import contextlib
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import numpy as np
from tensorboard.backend.event_processing import event_accumulator


def scalars(folder):
    """{tag: {step: value}} of a training, by TensorBoard's reader."""
    reader = event_accumulator.EventAccumulator(folder, size_guidance={event_accumulator.TENSORS: 0, event_accumulator.SCALARS: 0})
    reader.Reload()
    return {tag: {event.step: event.value for event in reader.Scalars(tag)} for tag in reader.Tags()["scalars"]}


class Check:
    def __init__(self, doppel):
        self.doppel, self.folder, self.faults, self.compared = doppel, tempfile.mkdtemp(prefix="doppel-tensorboard-"), [], 0

    def run(self, *words):
        done = subprocess.run([self.doppel, *map(str, words)], cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"doppel {' '.join(map(str, words))} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def path(self, name):
        return os.path.join(self.folder, name)

    def same(self, what, found, expected):
        self.compared += 1
        if found is None or np.float32(found) != np.float32(expected):
            self.faults.append(f"{what}: {found}, not {expected}")

    def log(self, curves, path, metric):
        """Every row of a log against the curves."""
        last, fits, read = {}, {}, {}
        for row in csv.DictReader(open(self.path(path), encoding="utf-8")):
            name, epoch = row["model"], int(row["epoch"])
            if epoch <= last.get(name, 0):
                fits[name] = ", second fit"
            last[name] = epoch
            folder = name.replace("/", "-") + fits.get(name, "")
            read.setdefault(folder, scalars(os.path.join(self.path(curves), folder)))
            wanted = {"loss/reconstruction": row["reconstruction"], "time/seconds": row["seconds"]}
            if row["validation"]:
                wanted[f"metric/{metric}"] = row["validation"]
            if row["active_units"]:
                wanted |= {"loss/divergence": row["kl"], "loss/beta": row["beta"], "latent/active_units": row["active_units"],
                           "latent/posterior_variance": row["posterior_variance"]}
            for tag, value in wanted.items():
                self.same(f"{curves}, {folder}, {tag} at {epoch}", read[folder].get(tag, {}).get(epoch), float(value))
        return read


def main():
    check = Check(os.path.abspath(sys.argv[1]))
    try:
        few = ["--latent", 12, "--epochs", 5, "--patience", 0, "--quiet"]
        check.run("train", "--model", "mult-vae", "--output", "model", "--tensorboard", "train", "--log", "train.csv", *few)
        trained = check.log("train", "train.csv", "ndcg@100")
        if len(trained) != 2:
            check.faults.append(f"train: trainings {sorted(trained)}")
        # Again into the same folder: the new curves take the place of the old ones.
        check.run("train", "--model", "mult-vae", "--output", "model", "--force", "--tensorboard", "train", "--log", "train.csv",
                  *few, "--seed", 7)
        check.log("train", "train.csv", "ndcg@100")

        document = json.loads(check.run(
            "compare", "--models", "popularity,dae,mult-vae", "--tensorboard", "compare", "--log", "compare.csv", *few, "--json"))
        check.log("compare", "compare.csv", "ndcg@100")
        for model in document["models"]:
            found = scalars(check.path(f"compare/{model['name']}"))
            for key, value in model["metrics"].items():
                check.same(f"{model['name']}, test/{key}", found.get(f"test/{key}", {}).get(model["bestEpoch"]), value)

        check.run("tune", "--models", "mult-dae,ease", "--trials", 4, "--epochs", 6, "--tensorboard", "tune", "--journal",
                  "journal.jsonl", "--quiet")
        last = {}
        for line in open(check.path("journal.jsonl"), encoding="utf-8"):
            record = json.loads(line)
            if "trial" in record:
                last[record["model"], record["trial"]] = record
        for (model, trial), record in last.items():
            found = scalars(check.path(f"tune/{model}, trials"))
            if record.get("value") is not None:
                check.same(f"{model}, trial {trial}", found.get("metric/ndcg@100", {}).get(trial), record["value"])
            for name, value in record["settings"].items():
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    check.same(f"{model}, trial {trial}, {name}", found.get(f"setting/{name}", {}).get(trial), value)

        check.run("simulate", "--output", "people", "--quiet")
        check.run("encode", "model", "people/interactions.tsv", "--output", "codes.tsv", "--quiet")
        # As Docs/outlets.md has it: curves and codes below one folder; and codes alone.
        for place in ("train/codes", "codes"):
            check.run("encode", "model", "people/interactions.tsv", "--format", "projector", "--output", place, "--quiet")
        for folder, run in (("train", "codes"), ("codes", ".")):
            for fast in ("true", "false"):
                try:
                    with served(check, folder, fast) as ask:
                        if folder == "train":
                            check_curves(check, ask, folder)
                        check_projector(check, ask, run)
                except (OSError, RuntimeError) as error:
                    check.faults.append(f"tensorboard --logdir {folder} --load_fast {fast}: {error}")
    finally:
        shutil.rmtree(check.folder, True)
    for fault in check.faults[:20]:
        print("FAILED:", fault)
    print(f"TensorBoard: {check.compared} numbers compared: " + (f"{len(check.faults)} faults" if check.faults else "all the same"))
    sys.exit(1 if check.faults else 0)


@contextlib.contextmanager
def served(check, folder, fast):
    """A function that asks a TensorBoard that has been started on a folder.

    `fast` says which data provider it has: `true` is the server written in Rust, `false` the one written in Python.
    """
    words = [sys.executable, "-m", "tensorboard.main", "--logdir", folder, "--host", "127.0.0.1", "--port", "0", "--load_fast", fast]
    with open(check.path("server.log"), "w+") as log:
        server = subprocess.Popen(words, cwd=check.folder, stdout=log, stderr=log)
        try:
            address = until(server, lambda: re.search(r"http://[0-9.]+:\d+/", open(log.name, encoding="utf-8").read()))

            def ask(route, **arguments):
                url = f"{address[0]}data/{route}?{urllib.parse.urlencode(arguments)}"
                with urllib.request.urlopen(url, timeout=60) as answer:
                    return answer.read()

            # It answers before it has read everything.
            until(server, lambda: json.loads(ask("runs")))
            yield ask
        finally:
            server.terminate()
            server.wait()


def until(server, condition):
    """What a condition gives as soon as it gives something."""
    for _ in range(600):
        if found := condition():
            return found
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError("nothing to be had within a minute")


def check_curves(check, ask, folder):
    """What the page of scalars is sent, against the reader."""
    trainings = [name for name in sorted(os.listdir(check.path(folder))) if name != "codes"]
    runs = json.loads(ask("runs"))
    if sorted(runs) != sorted(trainings + ["codes"]):
        return check.faults.append(f"tensorboard: runs {runs}")
    for run in trainings:
        read = scalars(check.path(f"{folder}/{run}"))
        for tag, values in read.items():
            sent = {step: value for _, step, value in json.loads(ask("plugin/scalars/scalars", run=run, tag=tag))}
            if sorted(sent) != sorted(values):
                check.faults.append(f"tensorboard, {run}, {tag}: steps {sorted(sent)}")
            for step in sent:
                check.same(f"tensorboard, {run}, {tag} at {step}", sent[step], values.get(step))


def check_projector(check, ask, run):
    """What the projector's page is sent, against the table of codes."""
    runs = json.loads(ask("plugin/projector/runs"))
    if runs != [run]:
        return check.faults.append(f"projector: runs {runs}, not {[run]}")
    config = json.loads(ask("plugin/projector/info", run=run))
    name = config["embeddings"][0]["tensorName"]
    vectors = np.frombuffer(ask("plugin/projector/tensor", run=run, name=name), np.float32)
    lines = open(check.path("codes.tsv"), encoding="utf-8").read().splitlines()
    width = sum(cell.startswith("mean_") for cell in lines[0].split("\t"))
    rows = [line.split("\t") for line in lines[1:]]
    expected = np.array([row[1 : 1 + width] for row in rows], np.float32)
    check.compared += expected.size
    if vectors.size != expected.size or not np.array_equal(vectors.reshape(expected.shape), expected):
        check.faults.append("projector: other vectors")
    names = ask("plugin/projector/metadata", run=run, name=name).decode().splitlines()
    if names[0] != "user\titems" or [line.split("\t")[0] for line in names[1:]] != [row[0] for row in rows]:
        check.faults.append("projector: other names")


if __name__ == "__main__":
    main()
