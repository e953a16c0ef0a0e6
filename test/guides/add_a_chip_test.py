"""docs/add_a_chip.md, performed: its shell blocks make and run a new target.

    add_a_chip_test.py BUILD

Copies the sources to BUILD/add_a_chip and executes the page there. In place of a
build of the copy's own stands BUILD with the libraries of test/new_chip, which
have been made of the same files; that they are the same is checked. Then looks at
what the page promises.
"""

import filecmp
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
PAGE = "docs/add_a_chip.md"
CHIP = "kelp"  # As the page calls it.
TILED = "shoal"  # What docs/add_a_tiled_chip.md starts with.
TILED_SCRIPT = f"./dev new-chip {TILED} --tiled\n./dev check\n"
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


def perform(number, script, copy, build):
    """Runs a block as a person would paste it, but stops at the first failure."""
    environment = dict(os.environ, LD_LIBRARY_PATH=str(build / "new_chip/lib"))
    if "cmake" in script:
        del environment["LD_LIBRARY_PATH"]  # The page's own build has its libraries.
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=copy, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=environment)
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


def check_explanation(copy):
    """Every kernel falls back, and the report has the shares and the reason."""
    report = json.loads((copy / f"build-{CHIP}/explain.json").read_text())
    placement = report["placement"]
    if report["device"] != CHIP or placement["native"]["kernels"] != 0 or len(placement["reasons"]) != 1:
        yield f"`landfall explain` gives {placement} on {report['device']}"
    for share in ("kernel_share", "bytes_share", "time_share"):
        if abs(placement["fallback"][share] - 1) > 1e-6:
            yield f"`landfall explain` gives {share} {placement['fallback'][share]}"


def check_suite(log):
    """`log` is what the device's tests print. With kernels that fall back, all
    have run; with native ones, those that need no code."""
    skipped = re.findall(r"\[  SKIPPED \] (\S+)", log)
    if wrong := [name for name in skipped if re.search("_fallback|_host_code", name)]:
        yield f"tests of the new device are skipped: {wrong}"
    passed = len(re.findall(r"\[       OK \] \S*fallback", log))
    if passed < FEWEST_TESTS or "[  FAILED  ]" in log:
        yield f"{passed} tests of the new device passed:\n{log[-2000:]}"


def check_names(copy):
    """Nothing of the templates' name is left."""
    for path in sorted(path for chip in (CHIP, TILED) for path in (copy / f"targets/{chip}").rglob("*.*")):
        if left := re.search(r"newchip\w*", path.name + "\n" + path.read_text(), re.I):
            yield f"{path.relative_to(copy)} still says '{left[0]}'"


def check_same(copy, build, chip):
    """What test/new_chip has compiled is what the page makes."""
    made, compiled = (sorted(path.relative_to(root) for path in root.rglob("*.*"))
                      for root in (copy / f"targets/{chip}", build / f"new_chip/targets/{chip}"))
    if made != compiled:
        yield f"targets/{chip} has {made}; compiled were {compiled}"
    for name in made:
        if not filecmp.cmp(copy / f"targets/{chip}" / name, build / f"new_chip/targets/{chip}" / name, shallow=False):
            yield f"targets/{chip}/{name} is not what was compiled"


def main():
    build = Path(sys.argv[1]).resolve()
    copy = build / "add_a_chip"
    copy_sources(copy, build)
    blocks = BLOCK.findall((copy / PAGE).read_text())
    if not blocks:
        sys.exit(f"{PAGE}: there is no shell block")
    logs = [perform(number, script, copy, build) for number, script in enumerate(blocks, 1)]
    perform("of the tiled chip", TILED_SCRIPT, copy, build)
    complaints = [*check_names(copy), *check_same(copy, build, CHIP), *check_same(copy, build, TILED),
                  *check_device(copy), *check_outputs(copy), *check_explanation(copy), *check_suite(logs[-1])]
    for complaint in complaints:
        print(f"{PAGE}: {complaint}")
    print(f"{PAGE}: {len(blocks)} shell blocks performed, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
