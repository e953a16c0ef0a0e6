"""docs/add_a_chip.md, performed: its shell blocks make and run a new target.

    add_a_chip_test.py BUILD

Copies the sources to BUILD/add_a_chip and executes the page there, with BUILD
in place of a build of the copy's own. Then looks at what the page promises.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
PAGE = "docs/add_a_chip.md"
CHIP = "kelp"  # As the page calls it.
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.S | re.M)
FEWEST_TESTS = 20  # Of the device suite and the sessions, for one device.


def copy_sources(copy, build):
    """What git would commit, times kept, with what is built beside it."""
    shutil.rmtree(copy, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, text=True,
                            capture_output=True).stdout.splitlines()
    for name in listed:
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    subprocess.run(["git", "init", "-q"], cwd=copy, check=True)  # The checks ask git for the files.
    (copy / "build").symlink_to(build)
    (copy / ".venv").symlink_to(ROOT / ".venv")


def perform(number, script, copy):
    """Runs a block as a person would paste it, but stops at the first failure."""
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=copy, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.exit(f"{PAGE}: shell block {number} fails with {done.returncode}:\n{script}\n{done.stdout[-4000:]}")
    return done.stdout


def check_device(copy):
    listed = subprocess.run([copy / f"build-{CHIP}/bin/landfall", "devices", "--json"], check=True, text=True,
                            capture_output=True).stdout
    devices = [device["name"] for device in json.loads(listed) if device["available"]]
    if sorted(devices) != sorted(["cpu", CHIP]):
        yield f"`landfall devices` lists {devices}"


def check_outputs(copy):
    expected, found = (np.load(copy / f"build-{CHIP}/{name}.npz") for name in ("cpu", CHIP))
    if sorted(expected) != sorted(found) or not expected.files:
        yield f"outputs are {found.files} where the CPU has {expected.files}"
        return
    for name in expected:
        if expected[name].shape != found[name].shape or not np.allclose(expected[name], found[name], atol=1e-4):
            yield f"output '{name}' differs from the CPU's"


def check_suite(log):
    """`log` is what the device's tests print: all have run, none was skipped."""
    if "SKIPPED" in log:
        yield f"tests of the new device are skipped:\n{log[-2000:]}"
    passed = re.search(r"\[  PASSED  \] (\d+) test", log)
    if not passed or int(passed[1]) < FEWEST_TESTS:
        yield f"too few tests of the new device ran:\n{log[-2000:]}"


def check_names(copy):
    """Nothing of the copied target's name is left."""
    for path in sorted((copy / f"targets/{CHIP}").rglob("*.*")):
        if left := re.search(r"\bnull(?!ptr)\w*", path.name + "\n" + path.read_text(), re.I):
            yield f"{path.relative_to(copy)} still says '{left[0]}'"


def check_code_generator(copy):
    """The compile-time half, which the page's build leaves out, is legal C++."""
    source = f"targets/{CHIP}/codegen/codegen.cpp"
    done = subprocess.run(["clang++-22", "-std=gnu++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
                           "-Wno-gnu-statement-expression", "-I.", source], cwd=copy, text=True, capture_output=True)
    if done.returncode != 0:
        yield f"{source}:\n{done.stderr[-2000:]}"


def main():
    build = Path(sys.argv[1]).resolve()
    copy = build / "add_a_chip"
    copy_sources(copy, build)
    blocks = BLOCK.findall((copy / PAGE).read_text())
    if not blocks:
        sys.exit(f"{PAGE}: there is no shell block")
    logs = [perform(number, script, copy) for number, script in enumerate(blocks, 1)]
    complaints = [*check_names(copy), *check_device(copy), *check_outputs(copy), *check_suite(logs[-1]),
                  *check_code_generator(copy)]
    for complaint in complaints:
        print(f"{PAGE}: {complaint}")
    print(f"{PAGE}: {len(blocks)} shell blocks performed, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
