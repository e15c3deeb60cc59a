#!/usr/bin/env python3
"""Curves that Doppel writes, read by TensorBoard's own reader; codes, loaded by its projector.

Run:  .venv/bin/python tensorboard_check.py DOPPEL       (set-up: as for onnx_check.py)

Every scalar of `train`, `compare` and `tune` must come back as it stands in the log, the JSON document and the journal, and the
projector must serve the vectors and the names of `encode --format projector`.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np
from tensorboard.backend.event_processing import data_provider, event_accumulator, plugin_event_multiplexer
from tensorboard.plugins import base_plugin
from tensorboard.plugins.projector import projector_plugin
from werkzeug import test as werkzeug_test
from werkzeug import wrappers


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
        check.run("encode", "model", "people/interactions.tsv", "--format", "projector", "--output", "codes", "--quiet")
        check.run("encode", "model", "people/interactions.tsv", "--output", "codes.tsv", "--quiet")
        check_projector(check)
    finally:
        shutil.rmtree(check.folder, True)
    for fault in check.faults[:20]:
        print("FAILED:", fault)
    print(f"TensorBoard: {check.compared} numbers compared: " + (f"{len(check.faults)} faults" if check.faults else "all the same"))
    sys.exit(1 if check.faults else 0)


def check_projector(check):
    """What the projector serves, asked for as its page asks."""
    multiplexer = plugin_event_multiplexer.EventMultiplexer()
    multiplexer.AddRunsFromDirectory(check.path("codes"))
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, check.path("codes"))
    plugin = projector_plugin.ProjectorPlugin(
        base_plugin.TBContext(logdir=check.path("codes"), data_provider=provider, multiplexer=multiplexer))
    apps = plugin.get_plugin_apps()

    def ask(route, **arguments):
        client = werkzeug_test.Client(apps[route], wrappers.Response)
        return client.get(route, query_string=arguments)

    runs = json.loads(ask("/runs").data)
    if len(runs) != 1:
        return check.faults.append(f"projector: runs {runs}")
    config = json.loads(ask("/info", run=runs[0]).data)
    name = config["embeddings"][0]["tensorName"]
    vectors = np.frombuffer(ask("/tensor", run=runs[0], name=name).data, np.float32)
    rows = [line.rstrip("\n").split("\t") for line in open(check.path("codes.tsv"), encoding="utf-8")][1:]
    width = sum(cell.startswith("mean_") for cell in open(check.path("codes.tsv"), encoding="utf-8").readline().split("\t"))
    expected = np.array([row[1 : 1 + width] for row in rows], np.float32)
    check.compared += expected.size
    if vectors.size != expected.size or not np.array_equal(vectors.reshape(expected.shape), expected):
        check.faults.append("projector: other vectors")
    names = ask("/metadata", run=runs[0], name=name).data.decode().splitlines()
    if names[0] != "user\titems" or [line.split("\t")[0] for line in names[1:]] != [row[0] for row in rows]:
        check.faults.append("projector: other names")


if __name__ == "__main__":
    main()
