#!/usr/bin/env python3
"""Kills trainings with SIGKILL at random moments, resumes them, and compares every byte of the model.

The moment is drawn beforehand; at every other kill the script then waits for the unfinished file of a checkpoint or of the
model and kills while it is there. The process is stopped first (SIGSTOP), so that what it was doing can be counted. A
training is killed one to three times before it is left to finish.
"""

import glob
import os
import random
import shutil
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

    faults, kills, inside, elsewhere = [], 0, 0, 0
    for trial in range(options.trials):
        number = trial % len(MODELS)
        model, flags = MODELS[number]
        output = os.path.join(folder, f"m{trial}")
        unfinished = [os.path.join(output, ".checkpoint.safetensors.*.partial"),
                      os.path.join(folder, f".m{trial}.*.partial", "*")]
        wanted, killed = random.choice([1, 1, 2, 3]), 0
        while killed < wanted:
            process = subprocess.Popen(
                words(model, [*flags, "--resume"], output), cwd=folder, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
            time.sleep(random.uniform(0, seconds[number]))
            if (trial + killed) % 2 == 0:
                while process.poll() is None and not any(glob.glob(pattern) for pattern in unfinished):
                    pass
            if process.poll() is not None:
                # It was faster than the moment drawn: once more from the start.
                shutil.rmtree(output, ignore_errors=True)
                continue
            process.send_signal(signal.SIGSTOP)
            writing = any(glob.glob(pattern) for pattern in unfinished)
            process.kill()
            process.wait()
            killed += 1
            inside += writing
            elsewhere += not writing
        kills += killed
        last = subprocess.run(
            words(model, [*flags, "--resume"], output), cwd=folder, capture_output=True, text=True)
        if last.returncode != 0:
            faults.append(f"trial {trial} ({model}): resume ended with {last.returncode}: {last.stderr}")
        elif common.digest(output) != undisturbed[number]:
            faults.append(f"trial {trial} ({model}): other bytes than the undisturbed run")
        left = glob.glob(os.path.join(folder, f".m{trial}.*")) + glob.glob(os.path.join(output, ".*"))
        if left:
            faults.append(f"trial {trial} ({model}): left behind {left}")
    print(f"{options.trials} trainings, {kills} kills: {inside} while a file was being written, {elsewhere} elsewhere. "
          f"{options.trials - len(faults)} of {options.trials} resumed to the "
          f"same bytes of every file.")
    common.finish(faults)


main()
