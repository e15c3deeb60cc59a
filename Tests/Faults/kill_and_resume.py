#!/usr/bin/env python3
"""Kills trainings with SIGKILL at random moments, resumes them, and compares every byte of the model.

A third of the trials watch for the unfinished file of a checkpoint and kill while it is there, a third stop the process
first (SIGSTOP) so that what it was doing can be counted, a third kill at a moment drawn beforehand. A trial may be killed
several times before it is left to finish.
"""

import glob
import os
import random
import signal
import subprocess
import time

import common

MODELS = [
    ("mult-vae", ["--hidden", "64", "--latent", "16"]),
    ("mult-vae", ["--hidden", "64", "--latent", "16", "--no-refit"]),
    ("cdae", ["--latent", "48"]),
    ("dae", ["--latent", "64"]),
    ("user-autorec", ["--latent", "64"]),
    ("item-autorec", ["--latent", "64"]),
]


def main():
    options = common.arguments(__doc__, trials=(100, "how many trainings are killed"), seed=(1, "of the moments"))
    random.seed(options.seed)
    folder = common.folder()
    data = common.population(options.doppel, folder, users=400, items=400)
    # Ratings for the models that want them.
    with open(os.path.join(folder, "ratings.tsv"), "w") as ratings, open(os.path.join(folder, data)) as lines:
        next(lines)
        for number, line in enumerate(lines):
            user, item = line.split()[:2]
            ratings.write(f"{user}\t{item}\t{1 + (number * 7) % 5}\n")

    def words(model, flags, output):
        source = "ratings.tsv" if "autorec" in model else data
        return [options.doppel, "train", source, "--model", model, "--output", output, "--epochs", "30",
                "--patience", "0", "--checkpoint-every", "1", "--quiet", *flags]

    undisturbed, seconds = [], []
    for number, (model, flags) in enumerate(MODELS):
        start = time.monotonic()
        subprocess.run(words(model, flags, f"whole{number}"), cwd=folder, check=True, capture_output=True)
        seconds.append(time.monotonic() - start)
        undisturbed.append(common.digest(os.path.join(folder, f"whole{number}")))

    faults, kills, inside, other, finished = [], 0, 0, 0, 0
    for trial in range(options.trials):
        number = trial % len(MODELS)
        model, flags = MODELS[number]
        output = os.path.join(folder, f"m{trial}")
        for attempt in range(random.choice([1, 1, 2, 3])):
            kind = (trial + attempt) % 3
            process = subprocess.Popen(
                words(model, [*flags, "--resume"], output), cwd=folder, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
            unfinished = [os.path.join(output, ".checkpoint.safetensors.*.partial"),
                          os.path.join(folder, f".m{trial}.*.partial", "*")]
            time.sleep(random.uniform(0, seconds[number]))
            if kind == 0:
                deadline = time.monotonic() + seconds[number]
                while process.poll() is None and time.monotonic() < deadline:
                    if any(glob.glob(pattern) for pattern in unfinished):
                        break
            if process.poll() is not None:
                finished += 1
            else:
                process.send_signal(signal.SIGSTOP)
                writing = any(glob.glob(pattern) for pattern in unfinished)
                process.kill()
                kills += 1
                inside += writing
                other += not writing
            process.wait()
        last = subprocess.run(
            words(model, [*flags, "--resume"], output), cwd=folder, capture_output=True, text=True)
        if last.returncode != 0:
            faults.append(f"trial {trial} ({model}): resume ended with {last.returncode}: {last.stderr}")
        elif common.digest(output) != undisturbed[number]:
            faults.append(f"trial {trial} ({model}): other bytes than the undisturbed run")
        left = glob.glob(os.path.join(folder, f".m{trial}.*")) + glob.glob(os.path.join(output, ".*"))
        if left:
            faults.append(f"trial {trial} ({model}): left behind {left}")
    print(f"{options.trials} trainings, {kills} kills: {inside} while a file was being written, {other} elsewhere; "
          f"{finished} had finished before their kill. {options.trials - len(faults)} of {options.trials} resumed to the "
          f"same bytes of every file.")
    common.finish(faults)


main()
