"""What the benchmarks share: running a program and knowing its time and peak memory, and comparing both sides."""
import os
import statistics
import subprocess
import sys
import time


def megabytes(usage):
    return usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def run(command, env=None):
    """What the command printed, its wall-clock seconds and its peak memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True, env=env)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"exit code {process.returncode}: {' '.join(map(str, command))}\n{output}")
    return output, seconds, megabytes(usage)


def report(seconds, memory, ours="doppel"):
    """One line for each side: the median, the peak, and how many times as fast ours is, run by run."""
    print()
    for name in seconds:
        line = f"{name:12} median {statistics.median(seconds[name]):8.3f} s, peak {max(memory[name]):6.0f} MB"
        if name != ours:
            ratios = [theirs / mine for mine, theirs in zip(seconds[ours], seconds[name])]
            line += f", {ours} is {statistics.median(ratios):.2f} times as fast ({min(ratios):.2f} to {max(ratios):.2f})"
        print(line)
