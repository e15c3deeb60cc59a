#!/usr/bin/env python3
"""The split by time against a few lines of NumPy: the counts that doppel reports, and every line of the files it writes.

    python Benchmarks/time_split.py DOPPEL u.data [--min-rating 4]

`u.data` has user, item, rating and time, in MovieLens' or RecBole's form. Needs numpy. Exits with 1 where anything differs.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np


def load(path, least):
    """Users, items, times of the likes, each (user, item) pair at its earliest time."""
    lines = [line.split("\t") for line in Path(path).read_text().splitlines()]
    if not lines[0][3].replace(".", "").isdigit():
        lines = lines[1:]
    first = {}
    for user, item, rating, time in lines:
        key, time = (user, item), float(time)
        if key not in first or time < first[key][1]:
            first[key] = (float(rating), time)
    kept = [(key, time) for key, (rating, time) in first.items() if rating >= least]
    users = np.array([key[0] for key, _ in kept])
    items = np.array([key[1] for key, _ in kept])
    return users, items, np.array([time for _, time in kept])


def core(users, items, mask, least):
    """The interactions in `mask` whose users and items have `least` of them, over and over."""
    while True:
        before = mask.sum()
        for ids in (items, users):
            names, counts = np.unique(ids[mask], return_counts=True)
            mask = mask & np.isin(ids, names[counts >= least])
        if mask.sum() == before:
            return mask


def cut_of(times, share):
    return float(np.sort(times)[int(share * len(times) + 1e-9)])


def expected(users, items, times, cut, least_core):
    before, after = times < cut, times >= cut
    known = core(users, items, before, least_core) if least_core > 1 else before
    earlier = cut_of(times[known], 0.9)
    known_users, known_items = np.unique(users[known]), np.unique(items[known])
    old = np.isin(users, np.unique(users[before]))
    is_known_user, is_known_item = np.isin(users, known_users), np.isin(items, known_items)
    both = np.unique(users[after & is_known_user])
    tested = np.unique(users[after & is_known_user & is_known_item])
    new = np.unique(users[after & ~old])
    of_new = after & ~old & is_known_item
    names, counts = np.unique(users[of_new], return_counts=True)
    unknown = after & ~is_known_item
    counted = {
        "cut": cut, "validationCut": earlier, "before": int(known.sum()), "after": int(after.sum()),
        "usersOnBothSides": len(both), "usersBeforeOnly": len(known_users) - len(both), "newUsers": len(new),
        "newUsersTested": int((counts >= 5).sum()),
        "filteredUsers": len(np.unique(users[after & old & ~is_known_user])),
        "usersWithNewItemsOnly": len(both) - len(tested), "unknownItems": len(np.unique(items[unknown])),
        "withUnknownItems": int(unknown.sum()),
    }
    held = {name: n // 5 for name, n in zip(names, counts) if n >= 5}
    files = {
        "train": set(zip(users[known & (times < earlier)], items[known & (times < earlier)])),
        "validation": set(zip(users[known & (times >= earlier)], items[known & (times >= earlier)])),
    }
    test = after & is_known_user & is_known_item
    return counted, files, set(zip(users[test], items[test])), held, of_new


def read(path):
    rows = [line.split("\t") for line in path.read_text().splitlines()[1:]]
    return [(row[0], row[1], float(row[-1])) for row in rows]


def check(doppel, data, least, cut, least_core, arrays):
    users, items, times = arrays
    share = cut_of(times, cut) if cut < 1 else cut
    counted, files, test, held, of_new = expected(users, items, times, share, least_core)
    with tempfile.TemporaryDirectory() as folder:
        command = [doppel, "split", data, "--output", f"{folder}/s", "--split", "time", "--cut", str(cut), "--new-users",
                   "--min-rating", str(least), "--json", "--quiet"] + (["--core", str(least_core)] if least_core > 1 else [])
        document = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        found = {name: read(Path(folder, "s", f"{name}.tsv")) for name in ("train", "validation", "test", "test_input")}
    wrong = [f"{key}: {document['time'].get(key)}, not {value}"
             for key, value in counted.items() if document["time"].get(key) != value]
    for name, pairs in files.items():
        if {row[:2] for row in found[name]} != pairs:
            wrong.append(f"{name}.tsv has other lines")
    if any(row[2] >= share for name in files for row in found[name]):
        wrong.append("a line of train.tsv or validation.tsv is not before the cut")
    fresh = {row[:2] for row in found["test"]} - test
    if {row[:2] for row in found["test"]} & test != test:
        wrong.append("test.tsv lacks lines")
    # Of people who appear after the cut, as many as should be are to be found, and none is older than what is shown.
    for user, count in held.items():
        mine = [row[2] for row in found["test"] if row[0] == user]
        shown = [row[2] for row in found["test_input"] if row[0] == user]
        total = int((of_new & (users == user)).sum())
        if len(mine) != count or len(shown) != total - count or max(shown) > min(mine):
            wrong.append(f"user {user} shows {len(shown)} and hides {len(mine)} of {total}")
    if {user for user, _ in fresh} != set(held):
        wrong.append("other new users are tested")
    label = f"cut {cut}, core {least_core}"
    print(f"{label}: {'as NumPy has it' if not wrong else '; '.join(wrong)} {counted}")
    return not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("doppel")
    parser.add_argument("data")
    parser.add_argument("--min-rating", type=float, default=4)
    words = parser.parse_args()
    arrays = load(words.data, words.min_rating)
    middle = float(np.floor(np.quantile(arrays[2], 0.7)))
    results = [check(words.doppel, words.data, words.min_rating, cut, least_core, arrays)
               for cut in (0.5, 0.8, 0.9, middle) for least_core in (1, 5, 10)]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
