#!/usr/bin/env python3
"""The whole job on one small data set: `doppel compare --models mult-vae` against RecBole's MultiVAE, in turn.

Set-up:  python3 -m venv .venv-recbole && .venv-recbole/bin/pip install -r requirements-recbole.txt
         swift build -c release --product doppel
Run:     python3 whole_job.py --doppel PATH --recbole .venv-recbole/bin/python --train FILE --validation FILE --test FILE

The three files (tab-separated, a header with a user and an item column first) are a fixed split with the same users in each;
every line is a positive. What is timed is the whole process, from the command line to the metrics: start, imports, reading,
training with early stopping, and the test of the best epoch. Each side trains with its own defaults (RecBole: at most 300
epochs, stops after 10 without progress), but for the metrics asked for, and both choose the epoch by the ndcg they are told to:
RecBole by NDCG@10, Doppel by its default. Test input is the training row; training and validation items are masked;
recall divides by the number of held-out items.
"""
import argparse
import csv
import json
import os
import pathlib
import re
import tempfile

from measured import report, run

CUTOFFS = (10, 20, 50, 100)

RECBOLE = """
import json, sys
from recbole.quick_start import run_recbole
settings = json.loads(sys.argv[1])
sys.argv = sys.argv[:1]  # RecBole reads the command line too
result = run_recbole(model="MultiVAE", dataset="data", config_dict=settings, saved=True)
print("RESULT " + json.dumps({name: float(value) for name, value in result["test_result"].items()}))
"""


def write_atomic_files(directory, files):
    """RecBole's own format: typed header, tab-separated, one file a part."""
    (directory / "data").mkdir()
    for part, path in files.items():
        with open(path, newline="") as source, open(directory / "data" / f"data.{part}.inter", "w") as target:
            lines = csv.reader(source, delimiter="\t")
            next(lines)
            target.write("user_id:token\titem_id:token\n")
            target.writelines(f"{line[0]}\t{line[1]}\n" for line in lines)


def main():
    p = argparse.ArgumentParser(description="The whole job: Doppel against RecBole on a fixed split.")
    p.add_argument("--doppel", type=pathlib.Path, required=True, help="the executable, built for release")
    p.add_argument("--recbole", type=pathlib.Path, required=True, help="a Python that has RecBole 1.2.1")
    for part in "train", "validation", "test":
        p.add_argument(f"--{part}", type=pathlib.Path, required=True)
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    options = p.parse_args()
    files = {part: getattr(options, part).resolve() for part in ("train", "validation", "test")}

    # The virtual environment is found through the path itself: a link must not be resolved.
    doppel, recbole = options.doppel.resolve(), options.recbole.absolute()

    seconds, memory, quality = ({"doppel": [], "recbole": []} for _ in range(3))
    for number in range(options.runs):
        output, taken, peak = run([
            doppel, "compare", "--models", "mult-vae", "--train", files["train"], "--validation", files["validation"],
            "--test", files["test"], "--threads", options.threads, "--seed", 42 + number, "--json", "--quiet"])
        metrics = json.loads(output)["models"][0]["metrics"]
        record(number, "doppel", taken, peak, {k: (metrics[f"recall@{k}"], metrics[f"ndcg@{k}"]) for k in CUTOFFS},
               seconds, memory, quality)

        with tempfile.TemporaryDirectory() as directory:
            directory = pathlib.Path(directory)
            write_atomic_files(directory, files)
            settings = {
                "data_path": str(directory), "checkpoint_dir": str(directory / "saved"), "use_gpu": False, "show_progress": False,
                "state": "WARNING", "log_wandb": False, "seed": 2020 + number, "load_col": {"inter": ["user_id", "item_id"]},
                "benchmark_filename": list(files), "train_neg_sample_args": None, "metrics": ["Recall", "NDCG"],
                "topk": list(CUTOFFS), "valid_metric": "NDCG@10",
                "eval_args": {"group_by": "user", "order": "RO", "mode": "full"}}
            # RecBole loads its own checkpoint, which newer versions of PyTorch refuse unless told to trust it.
            env = os.environ | {
                "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1", "OMP_NUM_THREADS": str(options.threads), "PYTHONWARNINGS": "ignore",
                "TMPDIR": str(directory)}
            os.chdir(directory)  # it leaves logs where it runs
            output, taken, peak = run([recbole, "-c", RECBOLE, json.dumps(settings)], env)
            os.chdir("/")
        metrics = json.loads(re.search(r"^RESULT (.*)$", output, re.MULTILINE)[1])
        record(number, "recbole", taken, peak, {k: (metrics[f"recall@{k}"], metrics[f"ndcg@{k}"]) for k in CUTOFFS},
               seconds, memory, quality)

    report(seconds, memory)
    print("\nmeans over runs" + "".join(f"  recall@{k:<3} ndcg@{k:<3}" for k in CUTOFFS))
    for name, runs in quality.items():
        means = ([sum(one[k][part] for one in runs) / len(runs) for part in (0, 1)] for k in CUTOFFS)
        print(f"{name:15}" + "".join(f"  {recall:10.4f} {ndcg:8.4f}" for recall, ndcg in means))


def record(number, name, taken, peak, metrics, seconds, memory, quality):
    seconds[name].append(taken)
    memory[name].append(peak)
    quality[name].append(metrics)
    print(f"run {number + 1}  {name:8}{taken:8.2f} s{peak:8.0f} MB   recall@20 {metrics[20][0]:.4f}  ndcg@100 {metrics[100][1]:.4f}",
          flush=True)


if __name__ == "__main__":
    main()
