#!/usr/bin/env python3
"""Full disks, read-only and vanished directories, unreadable and impossible files: a message and the right exit code.

The full disk is a small tmpfs, and mounting one takes root; without, that part is left out and said so.
"""

import os
import shutil
import subprocess
import time

import common


def main():
    options = common.arguments(__doc__, sizes=(40, "how many sizes of the disk are tried"))
    folder = common.folder()
    doppel = options.doppel
    data = common.population(doppel, folder)
    train = ["train", data, "--model", "mult-vae", "--hidden", 32, "--latent", 8, "--epochs", 12, "--patience", 0, "--quiet"]
    faults, tried = [], {}

    def expect(what, done, code, left=None):
        tried[what] = tried.get(what, 0) + 1
        if done.returncode != code:
            faults.append(f"{what}: ended with {done.returncode}, not {code}: {done.stderr.strip()}")
        lines = done.stderr.strip().splitlines()
        if code and (not lines or not lines[-1].startswith("doppel: ")):
            faults.append(f"{what}: no message: {done.stderr.strip()}")
        if left is not None and os.path.exists(left):
            faults.append(f"{what}: {left} was left behind")

    whole = os.path.join(folder, "whole")
    expect("undisturbed", common.run(doppel, *train, "--output", whole, cwd=folder), 0)
    bytes_of_whole = common.digest(whole)

    if os.geteuid() == 0:
        disk = os.path.join(folder, "disk")
        os.mkdir(disk)
        for step in range(options.sizes):
            kilobytes = 8 + 12 * step
            mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", disk])
            if mounted.returncode != 0:
                print("full disk: left out, a tmpfs cannot be mounted here")
                break
            try:
                model = os.path.join(disk, "m")
                done = common.run(doppel, *train, "--output", model, "--checkpoint-every", 1, cwd=folder)
                if done.returncode == 0:
                    expect("disk just large enough", done, 0)
                    if common.digest(model) != bytes_of_whole:
                        faults.append("disk just large enough: other bytes")
                    continue
                expect("full disk", done, 73)
                if not set(os.listdir(disk)) <= {"m"}:
                    faults.append(f"full disk: left behind {os.listdir(disk)}")
                if os.path.exists(model) and not set(os.listdir(model)) <= {"checkpoint.safetensors"}:
                    faults.append(f"full disk: left behind {os.listdir(model)}")
                if os.path.exists(model + "/checkpoint.safetensors"):
                    # The last good checkpoint, on a disk with room.
                    shutil.copytree(model, os.path.join(folder, "saved"))
                    saved = os.path.join(folder, "saved")
                    expect("resumed after a full disk",
                           common.run(doppel, *train, "--output", saved, "--resume", cwd=folder), 0)
                    if common.digest(saved) != bytes_of_whole:
                        faults.append("resumed after a full disk: other bytes")
                    shutil.rmtree(saved)
            finally:
                subprocess.run(["umount", disk], check=True)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk]).returncode == 0:
            try:
                shutil.copytree(whole, disk + "/m")
                subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
                for words in (["--output", disk + "/new"], ["--output", disk + "/m"],
                              ["--output", disk + "/m", "--checkpoint-every", "1"], ["--output", folder + "/x", "--log", disk + "/log"]):
                    expect("read-only disk", common.run(doppel, *train, *words, cwd=folder), 73)
                expect("read-only disk", common.run(doppel, "simulate", "--output", disk + "/p", cwd=folder), 73)
                expect("read-only disk", common.run(doppel, "encode", whole, data, "--output", disk + "/c", cwd=folder), 73)
                expect("model on a read-only disk", common.run(doppel, "recommend", disk + "/m", "--items", items(whole), cwd=folder), 0)
            finally:
                subprocess.run(["umount", disk], check=True)
    else:
        print("full disk, read-only disk: left out, mounting takes root")
        closed = os.path.join(folder, "closed")
        os.mkdir(closed, 0o555)
        expect("read-only directory", common.run(doppel, *train, "--output", closed + "/m", cwd=folder), 73)

    # A folder that vanishes while the training runs.
    for every in ("1", "0.001m"):
        output = os.path.join(folder, "gone")
        process = subprocess.Popen(
            [doppel, *map(str, train), "--epochs", "100000", "--output", output, "--checkpoint-every", every], cwd=folder,
            stderr=subprocess.PIPE, text=True)
        while not os.path.exists(output + "/checkpoint.safetensors") and process.poll() is None:
            time.sleep(0.01)
        os.rename(output, output + "-moved")
        _, errors = process.communicate(timeout=60)
        done = subprocess.CompletedProcess([], process.returncode, "", errors)
        expect("vanished folder", done, 73, left=output)
        if os.listdir(output + "-moved") != ["checkpoint.safetensors"]:
            faults.append(f"vanished folder: {os.listdir(output + '-moved')}")
        shutil.rmtree(output + "-moved")

    # What cannot be read, and what stands in the way.
    os.mkdir(folder + "/empty")
    open(folder + "/file", "w").close()
    for path in ("nowhere", "empty"):
        expect("no model there", common.run(doppel, "recommend", path, "--items", "a", cwd=folder), 66)
    expect("no data there", common.run(doppel, "train", "nowhere.tsv", "--model", "ae", "--output", "x", cwd=folder), 66)
    expect("output is a file", common.run(doppel, *train, "--output", "file", cwd=folder), 73)
    os.mkdir(folder + "/mine")
    open(folder + "/mine/diary.txt", "w").close()
    expect("output holds other files", common.run(doppel, *train, "--output", "mine", "--checkpoint-every", 1, cwd=folder), 73)
    if os.listdir(folder + "/mine") != ["diary.txt"]:
        faults.append("output holds other files: they were touched")
    print("; ".join(f"{what}: {count}" for what, count in tried.items()))
    common.finish(faults)


def items(model):
    return open(model + "/items.txt").readline().strip()


main()
