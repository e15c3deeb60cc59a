#!/usr/bin/env python3
"""Exported models run by onnxruntime against `doppel recommend` and `doppel encode`.

Set-up:  python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
Run:     .venv/bin/python onnx_check.py DOPPEL [--data FILE] [--users 500] [--large]

Every model of the zoo is trained for a few epochs, on the built-in population or on --data, and exported. For 500 users who are
new to it, the scores of all items that they lack must be those of Doppel to 1e-4 (relative to the largest score where that is
above 1), and lists of 20 the same wherever the scores are further apart; for users one by one and 64 at a time, with padding
anywhere, for users with nothing, and for lists longer than the catalogue. `encode` must give the codes of `doppel encode`, and
`decode` of these codes the scores again. Every file must pass `onnx.checker`. --large adds a model above 2 GB, whose weights
stand outside the graph's file; it writes 4.4 GB.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file

TOLERANCE = 1e-4
LIST = 20
# Settings that make a model small, and its training short; the numbers need not be good.
SHORT = {"epochs": 4, "patience": 0, "latent": 24}
MORE = {"vamp-vae": ["--hidden", "40"], "rec-vae": ["--hidden", "40"], "mult-vae": ["--hidden", "60,40"], "blend": []}
RATED = {"user-autorec", "item-autorec", "mean"}


class Check:
    def __init__(self, doppel, folder):
        self.doppel, self.folder, self.faults, self.worst = doppel, folder, [], {}

    def run(self, *words, code=0):
        done = subprocess.run([self.doppel, *map(str, words)], cwd=self.folder, capture_output=True, text=True)
        if done.returncode != code:
            raise RuntimeError(f"doppel {' '.join(map(str, words))} ended with {done.returncode}: {done.stderr}")
        return done

    def fault(self, text):
        self.faults.append(text)
        print("FAILED:", text, flush=True)

    def near(self, what, found, expected, scale=1.0):
        """Whether numbers are equal to the tolerance; the largest difference is kept."""
        found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
        if found.shape != expected.shape:
            return self.fault(f"{what}: shape {found.shape}, not {expected.shape}")
        difference = np.abs(found - expected).max(initial=0) / max(1.0, scale)
        self.worst[what.split(",")[0]] = max(self.worst.get(what.split(",")[0], 0), difference)
        if not difference <= TOLERANCE:
            self.fault(f"{what}: {difference:.2e} apart")

    def path(self, name):
        return os.path.join(self.folder, name)


def table(path):
    """The columns of a file with a header."""
    with open(path, encoding="utf-8") as lines:
        names = next(lines).rstrip("\n").split("\t")
        return names, [line.rstrip("\n").split("\t") for line in lines]


def train(check, model, words):
    """Trains with those flags of SHORT that a model has."""
    flags = dict(SHORT)
    while True:
        done = subprocess.run(
            [check.doppel, *words, *MORE.get(model, []), *[word for name in flags for word in (f"--{name}", str(flags[name]))]],
            cwd=check.folder, capture_output=True, text=True)
        unknown = [name for name in flags if f"has no hyper-parameter --{name}" in done.stderr]
        if done.returncode == 0 or not unknown:
            break
        for name in unknown:
            del flags[name]
    if done.returncode:
        raise RuntimeError(f"training {model} ended with {done.returncode}: {done.stderr}")


def padded(rows, length=None, random=None, empty=-1):
    """Rows as one array; with `random`, padding comes anywhere."""
    length = max([len(row) for row in rows] + [0]) if length is None else length
    array = np.full((len(rows), length), empty, dtype=np.int64 if empty == -1 else object)
    for line, row in zip(array, rows):
        places = np.sort(random.permutation(length)[: len(row)]) if random is not None else np.arange(len(row))
        line[places] = row
    return array


def session(check, path, model):
    try:
        onnx.checker.check_model(path, full_check=True)
    except Exception as error:
        check.fault(f"{model}: onnx.checker: {error}")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Threads that wait for work keep a core busy.
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def recommend(runner, rows, k=None, batch=64, ratings=None, **more):
    """Lists and scores of all users, some at a time."""
    lists, scores = [], []
    for start in range(0, len(rows), batch):
        part = rows[start : start + batch]
        feed = {"items": padded(part, **more)}
        if k is not None:
            feed["k"] = np.array([k], np.int64)
        if ratings is not None:
            values = np.zeros(feed["items"].shape, np.float32)
            for line, items, own, found in zip(values, part, ratings[start : start + batch], feed["items"]):
                known = dict(zip(items, own))
                line[:] = [known.get(item, 0) for item in found]
            feed["ratings"] = values
        some, values = runner.run(["recommendations", "scores"], feed)
        lists += list(some)
        scores += list(values)
    return lists, scores


def compare_lists(check, model, expected, lists, scores, lacks):
    """All scores, and the first places of each list."""
    for user, (wanted, items, values) in enumerate(zip(expected, lists, scores)):
        order, right = wanted
        count = len(order)
        if count != lacks[user]:
            return check.fault(f"{model}: Doppel scores {count} items of user {user}, who lacks {lacks[user]}")
        if not np.array_equal(np.sort(items[:count]), np.sort(order)):
            return check.fault(f"{model}: user {user} is not recommended what there is to recommend")
        if (items[count:] != -1).any() or not np.isneginf(values[count:]).all():
            return check.fault(f"{model}: after the last item of user {user} there is more")
        scores_of = np.full(max(order.max(initial=0), 0) + 1, np.nan)
        scores_of[order] = right
        scale = np.abs(right).max(initial=0)
        check.near(f"{model} scores", values[:count], scores_of[items[:count]], scale)
        differs = np.flatnonzero(items[:LIST][:count] != order[:LIST])
        gaps = np.abs(scores_of[items[differs]] - right[differs])
        if (gaps > TOLERANCE * max(1.0, scale)).any():
            return check.fault(f"{model}: user {user} has {items[:LIST]}, and Doppel {order[:LIST]}")


def doppel_lists(check, model, users, index, count):
    return lists_of(check.run("recommend", model, "--users", users, "-k", count, "--quiet").stdout, index)


def lists_of(text, index):
    """For each user of a printed table, the items in their order, as numbers, and their scores, which are printed in full."""
    lists = {}
    for line in text.splitlines()[1:]:
        user, item, score = line.split("\t")
        items, scores = lists.setdefault(user, ([], []))
        items.append(index[item])
        scores.append(float(score))
    return [(np.array(items, np.int64), np.array(scores)) for items, scores in lists.values()]


def check_model(check, model, data, users):
    rated = model in RATED
    source = [] if data is None else [data]
    words = ["train", *source, "--model", model, "--output", model, "--quiet"]
    if rated:
        words = ["train", "ratings.tsv", "--task", "rating", "--model", model, "--output", model, "--quiet"]
    train(check, model, words)
    if model == "item-autorec":
        done = check.run("export", model, "--output", "no.onnx", code=65)
        if "item-autorec" not in done.stderr or os.path.exists(check.path("no.onnx")):
            check.fault(f"{model}: {done.stderr}")
        return
    ids = open(check.path(f"{model}/items.txt"), encoding="utf-8").read().splitlines()
    index = {name: place for place, name in enumerate(ids)}
    names, lines = table(check.path("rated-users.tsv" if rated else users))
    rows, ratings = {}, {}
    for line in lines:
        rows.setdefault(line[0], [])
        ratings.setdefault(line[0], [])
        if line[1] in index and index[line[1]] not in rows[line[0]]:
            rows[line[0]].append(index[line[1]])
            ratings[line[0]].append(float(line[2]) if rated else 1)
    rows, ratings = list(rows.values()), list(ratings.values()) if rated else None
    expected = doppel_lists(check, model, "rated-users.tsv" if rated else users, index, len(ids))
    lacks = [len(ids) - len(row) for row in rows]

    check.run("export", model, "--output", f"{model}.onnx", "--quiet")
    runner = session(check, check.path(f"{model}.onnx"), model)
    random = np.random.default_rng(1)
    for batch in (64, 1):
        lists, scores = recommend(runner, rows, len(ids) + 7, batch, ratings)
        if len(lists[0]) != len(ids):
            check.fault(f"{model}: {len(lists[0])} items for k above the catalogue of {len(ids)}")
        compare_lists(check, model, expected, lists, scores, lacks)
    longest = max(map(len, rows)) + 9
    lists, scores = recommend(runner, rows, len(ids), 64, ratings, length=longest, random=random)
    compare_lists(check, f"{model} (padding anywhere)", expected, lists, scores, lacks)

    # No k is a list of ten.
    ten = recommend(runner, rows[:70], None, 64, ratings)[0]
    if any(list(short) != list(long)[:10] for short, long in zip(ten, recommend(runner, rows[:70], 20, 64, ratings)[0])):
        check.fault(f"{model}: a list without k is not the first ten of a longer one")

    # Someone who has nothing, in three ways.
    nobody = doppel_lists_of_nobody(check, model, index, len(ids))
    for items in (np.zeros((1, 0), np.int64), np.full((1, 1), -1, np.int64), np.full((1, 5), -1, np.int64)):
        some, values = runner.run(None, {"items": items, "k": np.array([len(ids)], np.int64)})
        compare_lists(check, f"{model} (empty)", nobody, some, values, [len(ids)])

    check_codes(check, model, rows, expected, "rated-users.tsv" if rated else users, ratings)
    check_places(check, model, rows, recommend(runner, rows[:64], LIST, 64, ratings), ratings)
    check_ids(check, model, rows, ids, recommend(runner, rows[:64], LIST, 64, ratings), ratings)
    if rated:
        check_assumed_rating(check, model, runner, rows, index)
    if model == "cdae":
        check_users(check, rows[:64], ids)


def doppel_lists_of_nobody(check, model, index, count):
    return lists_of(check.run("recommend", model, "--items", "", "-k", count, "--quiet").stdout, index)


def check_assumed_rating(check, model, runner, rows, index):
    """Items without ratings count as what Doppel takes them for."""
    names = list(index)
    for row in rows[:5]:
        expected = lists_of(check.run(
            "recommend", model, "--items", ",".join(names[item] for item in row), "-k", len(index), "--quiet").stdout, index)
        feed = {"items": padded([row]), "k": np.array([len(index)], np.int64)}
        compare_lists(check, f"{model} (no ratings)", expected, *runner.run(None, feed), [len(index) - len(row)])


def check_users(check, rows, ids):
    """cdae's vectors of training users, against its formula in NumPy; whoever is no training user is new."""
    check.run("export", "cdae", "--output", "new.onnx", "--quiet")
    check.run("export", "cdae", "--output", "users.onnx", "--with-users", "--quiet")
    check.run("export", "cdae", "--output", "users-ids.onnx", "--with-users", "--with-ids", "--quiet")
    plain, numbered, named = (session(check, check.path(name), "cdae") for name in ("new.onnx", "users.onnx", "users-ids.onnx"))
    users = open(check.path("cdae/users.txt"), encoding="utf-8").read().splitlines()
    who = np.array([line * 37 % len(users) if line % 3 else -1 for line in range(len(rows))])
    weights = load_file(check.path("cdae/model.safetensors"))
    first = weights["user.weight"].astype(np.float64)
    first = np.where(who[:, None] < 0, first.mean(axis=0), first[who]) + weights["encoder.0.bias"].reshape(-1)
    for line, row in enumerate(rows):
        first[line] += weights["encoder.0.weight"][row].sum(axis=0, dtype=np.float64)
    logits = 1 / (1 + np.exp(-first)) @ weights["decoder.0.weight"].T.astype(np.float64) + weights["decoder.0.bias"].reshape(-1)
    for line, row in enumerate(rows):
        logits[line, row] = -np.inf
    order = np.argsort(-logits, axis=1, kind="stable")
    expected = [(places[: len(ids) - len(row)], values[places[: len(ids) - len(row)]])
                for places, values, row in zip(order, logits, rows)]
    feed = {"items": padded(rows), "k": np.array([len(ids)], np.int64)}
    lists, scores = numbered.run(None, {**feed, "users": who})
    compare_lists(check, "cdae (training users)", expected, lists, scores, [len(ids) - len(row) for row in rows])
    # Nobody is known: as without the input.
    for nobody in (np.array([-1]), np.full(len(rows), -7)):
        if not np.array_equal(numbered.run(None, {**feed, "users": nobody})[0], plain.run(None, feed)[0]):
            check.fault("cdae: new users have other lists with --with-users than without")
    texts = {"items": padded([[ids[item] for item in row] for row in rows], empty=""), "k": feed["k"],
             "users": np.array([users[line] if line >= 0 else "nobody's id" for line in who], object)}
    if not np.array_equal(named.run(None, texts)[1], scores):
        check.fault("cdae: ids of users give other scores than their numbers")


def check_codes(check, model, rows, expected, users, ratings):
    """encode against `doppel encode`, and decode of the codes against the scores."""
    done = subprocess.run(
        [check.doppel, "encode", model, users, "--output", "codes.tsv"], cwd=check.folder, capture_output=True, text=True)
    for graph in ("encode", "decode"):
        if done.returncode:
            refused = check.run("export", model, "--output", "no.onnx", "--graph", graph, code=65)
            if model not in refused.stderr:
                check.fault(f"{model}: {refused.stderr}")
        else:
            check.run("export", model, "--output", f"{model}-{graph}.onnx", "--graph", graph)
    if done.returncode:
        return
    names, lines = table(check.path("codes.tsv"))
    wanted = np.array([[float(value) for value in line[1:]] for line in lines])
    width = sum(name.startswith(("mean_", "code_")) for name in names)
    encoder = session(check, check.path(f"{model}-encode.onnx"), model)
    decoder = session(check, check.path(f"{model}-decode.onnx"), model)
    outputs = [output.name for output in encoder.get_outputs()]
    if outputs not in (["mean", "log_variance"], ["code"]):
        check.fault(f"{model}: encode gives {outputs}")
    codes = []
    for start in range(0, len(rows), 64):
        feed = {"items": padded(rows[start : start + 64])}
        if ratings is not None:
            feed["ratings"] = padded([[round(1000 * value) for value in row] for row in ratings[start : start + 64]]).astype(np.float32) / 1000
        codes.append(np.concatenate(encoder.run(None, feed), axis=1))
    codes = np.concatenate(codes)
    check.near(f"{model} codes", codes, wanted, np.abs(wanted).max())
    logits = decoder.run(["logits"], {"latent": codes[:, :width].astype(np.float32)})[0]
    for user, (items, right) in enumerate(expected):
        check.near(f"{model} logits of codes", logits[user][items], right, np.abs(right).max(initial=0))
    if len(outputs) == 2:
        weights, means, variances = decoder.run(
            ["prior_weights", "prior_means", "prior_log_variances"], {"latent": np.zeros((0, width), np.float32)})
        if abs(weights.sum() - 1) > 1e-5 or means.shape != (len(weights), width) or variances.shape != means.shape:
            check.fault(f"{model}: prior of {weights.shape}, {means.shape}, {variances.shape}")


def weights_outside(path):
    """Every (file, offset, length) that a graph reads weights from."""
    graph = onnx.load(path, load_external_data=False).graph
    return [{entry.key: entry.value for entry in tensor.external_data} for tensor in graph.initializer if tensor.external_data]


def check_places(check, model, rows, expected, ratings):
    """Weights outside the graph's file: in the model's own where that can be reached, else beside the graph."""
    os.makedirs(check.path("elsewhere"), exist_ok=True)
    for path in (f"{model}-outside.onnx", f"elsewhere/{model}.onnx"):
        check.run("export", model, "--output", path, "--external-weights", "--quiet")
        for place in weights_outside(check.path(path)):
            location, offset = place["location"], int(place["offset"])
            if location == os.path.basename(path) + ".data":
                if offset % 4096:
                    check.fault(f"{model}: weights at {offset} of {location}")
            elif path.startswith("elsewhere") or location != f"{model}/model.safetensors" or offset % 4:
                check.fault(f"{model}: weights at {offset} of {location}")
        lists, scores = recommend(session(check, check.path(path), model), rows[:64], LIST, 64, ratings)
        if not np.array_equal(lists, expected[0]) or not np.array_equal(scores, expected[1]):
            check.fault(f"{model}: weights outside give other lists")


def check_ids(check, model, rows, ids, expected, ratings):
    check.run("export", model, "--output", f"{model}-ids.onnx", "--with-ids", "--quiet")
    runner = session(check, check.path(f"{model}-ids.onnx"), model)
    named = [[ids[item] for item in row] for row in rows[:64]]
    feed = {"items": padded(named, empty=""), "k": np.array([LIST], np.int64)}
    # An id that nobody knows is padding.
    feed["items"] = np.concatenate([feed["items"], np.full((len(named), 1), "nobody knows this", object)], axis=1)
    if ratings is not None:
        values = padded([[round(1000 * value) for value in row] for row in ratings[:64]]).astype(np.float32) / 1000
        feed["ratings"] = np.concatenate([values, np.ones((len(named), 1), np.float32)], axis=1)
    lists, scores = runner.run(["recommendations", "scores"], feed)
    if [[ids[item] for item in row] for row in expected[0]] != [list(row) for row in lists]:
        check.fault(f"{model}: ids are not those of the numbers")
    if not np.array_equal(scores, np.array(expected[1])):
        check.fault(f"{model}: ids give other scores")


def check_metadata(check):
    entries = {entry.key: entry.value for entry in onnx.load(check.path("mult-vae.onnx"), load_external_data=False).metadata_props}
    config = json.load(open(check.path("mult-vae/config.json")))
    wanted = {
        "doppel.model": "mult-vae", "doppel.version": config["version"], "doppel.data_hash": config["dataHash"],
        "doppel.split_hash": config["splitHash"], "doppel.items": str(config["items"]), "doppel.graph": "recommend",
        f"doppel.validation.{config['training']['selection']}": str(config["training"]["validation"]),
    }
    for key, value in wanted.items():
        if entries.get(key) != value:
            check.fault(f"metadata {key} is {entries.get(key)!r}, not {value!r}")
    if not entries.get("license") or json.loads(entries["doppel.hyperparameters"]) != config["hyperparameters"]:
        check.fault("metadata lacks the licence or the settings")
    model = onnx.load(check.path("mult-vae.onnx"))
    if model.ir_version != 8 or model.opset_import[0].version != 18:
        check.fault(f"IR {model.ir_version}, opset {model.opset_import[0].version}")


def check_large(check, items=23_400):
    """A model of one weight for every two items, above 2 GB: it has to keep its weights outside."""
    os.makedirs(check.path("large"))
    json.dump({"format": 1, "model": "ease", "hyperparameters": {}, "items": items}, open(check.path("large/config.json"), "w"))
    with open(check.path("large/items.txt"), "w") as lines:
        lines.writelines(f"i{item}\n" for item in range(items))
    shape, size = [items, items], 4 * items * items
    header = json.dumps({"item.weight": {"dtype": "F32", "shape": shape, "data_offsets": [0, size]}}).encode()
    header += b" " * (-len(header) % 8)
    random = np.random.default_rng(2)
    tile = random.standard_normal((64, items), np.float32)
    with open(check.path("large/model.safetensors"), "wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        for first in range(0, items, 64):
            file.write(np.roll(tile[: min(64, items - first)], first, axis=1).tobytes())
    chosen = [[3, 17, 23_000], [items - 1], [5, 6, 7, 8, 9]]
    with open(check.path("large-users.tsv"), "w") as lines:
        lines.write("user\titem\n")
        lines.writelines(f"u{user}\ti{item}\n" for user, row in enumerate(chosen) for item in row)
    expected = doppel_lists(check, "large", "large-users.tsv", {f"i{item}": item for item in range(items)}, 100)
    for path, location in (("large.onnx", "large/model.safetensors"), ("elsewhere/large.onnx", "large.onnx.data")):
        check.run("export", "large", "--output", path)
        if [place["location"] for place in weights_outside(check.path(path))] != [location]:
            check.fault(f"large: weights in {weights_outside(check.path(path))}")
        print(f"large: {path} has {os.path.getsize(check.path(path))} bytes, weights of {size} in {location}", flush=True)
        runner = session(check, check.path(path), "large")
        for row, (order, right) in zip(chosen, expected):
            lists, scores = runner.run(None, {"items": padded([row]), "k": np.array([100], np.int64)})
            check.near("large scores", scores[0], right)
            if not np.array_equal(lists[0], order):
                check.fault("large: other lists")
        del runner
        if path != "large.onnx":
            os.remove(check.path(path + ".data"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("doppel")
    parser.add_argument("--data", help="interactions in place of the built-in population")
    parser.add_argument("--models", help="some of the zoo, with commas")
    parser.add_argument("--users", type=int, default=500)
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="doppel-onnx-")
    try:
        check = Check(os.path.abspath(options.doppel), folder)
        data = os.path.abspath(options.data) if options.data else None
        refused = check.run("train", "--model", "none", "--output", "x", code=64).stderr
        zoo = [name.strip(" .\n") for name in refused[refused.lower().rindex("accepted:") + 9 :].split(",")]
        check.run("simulate", "--output", "population", "--quiet")
        prepare(check, data, options.users)
        for model in options.models.split(",") if options.models else zoo:
            check_model(check, model, data, "users.tsv")
            print(f"{model}: " + ", ".join(f"{name[len(model):].strip()} {value:.1e}" for name, value in check.worst.items()
                                           if name.split(" ")[0] == model), flush=True)
        if not options.models:
            check_metadata(check)
        if options.large:
            check_large(check)
    finally:
        shutil.rmtree(folder, True)
    print(f"{len(zoo)} models, {options.users} users, onnxruntime {onnxruntime.__version__}, onnx {onnx.__version__}: "
          + (f"{len(check.faults)} faults" if check.faults else "all the same"))
    sys.exit(1 if check.faults else 0)


def prepare(check, data, count):
    """New users with the items of known ones, and ratings of the same."""
    path = data or check.path("population/interactions.tsv")
    separator = "\t" if "\t" in open(path, encoding="utf-8").readline() else ","
    rows = [line.rstrip("\n").split(separator) for line in open(path, encoding="utf-8")]
    if not rows[0][-1].replace(".", "", 1).isdigit() or data is None:
        rows = rows[1:]
    users = list(dict.fromkeys(row[0] for row in rows))[:count]
    names = {user: f"new-{number}" for number, user in enumerate(users)}
    stars = lambda number: number * 7 % 5 + 1
    with open(check.path("users.tsv"), "w", encoding="utf-8") as plain, \
            open(check.path("rated-users.tsv"), "w", encoding="utf-8") as rated, \
            open(check.path("ratings.tsv"), "w", encoding="utf-8") as ratings:
        plain.write("user\titem\n")
        rated.write("user\titem\trating\n")
        ratings.write("user\titem\trating\n")
        for number, row in enumerate(rows):
            ratings.write(f"{row[0]}\t{row[1]}\t{stars(number)}\n")
            if row[0] in names:
                plain.write(f"{names[row[0]]}\t{row[1]}\n")
                rated.write(f"{names[row[0]]}\t{row[1]}\t{stars(number)}\n")


if __name__ == "__main__":
    main()
