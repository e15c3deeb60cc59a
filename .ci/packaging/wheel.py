#!/usr/bin/env python3
"""Puts the command and the Python module into a wheel. Standard library only.

Run:  wheel.py PROGRAM LICENCES OUTPUT_FOLDER      (make wheel does it)

The command goes into the scripts of the environment that the wheel is installed in. Its tag names the oldest C library that the
command runs with, which is read off the command itself.
"""

import base64
import hashlib
import os
import platform
import re
import subprocess
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))


def tag(program):
    machine = platform.machine()
    if sys.platform == "darwin":
        return f"py3-none-macosx_15_0_{machine}"
    symbols = subprocess.run(["objdump", "-T", program], capture_output=True, text=True, check=True).stdout
    versions = {tuple(map(int, found.split("."))) for found in re.findall(r"GLIBC_(\d+\.\d+)", symbols)}
    major, minor = max(versions)[:2]
    return f"py3-none-manylinux_{major}_{minor}_{machine}"


def main():
    program, licences, folder = sys.argv[1:]
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    wheel, info = tag(program), f"doppel_recommender-{version}.dist-info"
    metadata = f"""Metadata-Version: 2.1
Name: doppel-recommender
Version: {version}
Summary: Generative recommendation with autoencoders: the command doppel, called from Python
License: GPL-3.0-or-later
Requires-Python: >=3.9
Provides-Extra: frames
Requires-Dist: pandas; extra == "frames"
Description-Content-Type: text/markdown

{open(os.path.join(HERE, "python", "README.md"), encoding="utf-8").read()}"""
    files = {
        "doppel/__init__.py": open(os.path.join(HERE, "python", "doppel", "__init__.py"), "rb").read(),
        f"doppel_recommender-{version}.data/scripts/doppel": open(program, "rb").read(),
        f"{info}/METADATA": metadata.encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: doppel\nRoot-Is-Purelib: false\nTag: {wheel}\n".encode(),
    }
    for name in sorted(os.listdir(licences)):
        files[f"{info}/licenses/{name}"] = open(os.path.join(licences, name), "rb").read()
    record = ""
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(content)}\n"
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, f"doppel_recommender-{version}-{wheel}.whl")
    with zipfile.ZipFile(path + ".part", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # One date, so that the same content gives the same bytes.
            entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if "/scripts/" in name else 0o100644) << 16
            archive.writestr(entry, content)
    os.replace(path + ".part", path)
    print(path)


if __name__ == "__main__":
    main()
