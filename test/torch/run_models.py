"""Models of torchvision, timm and transformers through torch.compile(backend="landfall").

    run_models.py [--filter TEXT] [--names NAME ...] [--new] [--rival] [--device cpu]
                  [--seconds 600] [--jobs 1] [--json FILE] [--page] [--list]

Each row of models.py is measured in a process of its own (measure.py) and its result
kept in the --json file (results/DEVICE.json beside this file), from which --page writes the
table of docs/torch.md. --new: only what has no result. --rival: Inductor's times too, which take
its compiler. Fails if a model is wrong, ends its process, or stays in PyTorch for a
reason of ours.
"""

import argparse
import json
import subprocess
import sys
from itertools import zip_longest
from multiprocessing.pool import ThreadPool
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "tools")]

import frameworks  # noqa: E402
import page  # noqa: E402
import results  # noqa: E402
from models import rows  # noqa: E402

SKIPPED = 77


def measure(row, options):
    command = [frameworks.PYTHON, HERE / "measure.py", row.name, "--device", options.device]
    command += ["--rival"] if options.rival else []
    try:
        done = subprocess.run([str(word) for word in command], text=True, capture_output=True,
                              timeout=options.seconds)
    except subprocess.TimeoutExpired:
        return {"error": f"more than {options.seconds} s"}
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode < 0:
        return {"error": f"ended by signal {-done.returncode}"}
    if done.returncode or not lines:
        told = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        return {"error": told[-1][:300]}
    return json.loads(lines[-1])


def in_turn(table):
    """The families take turns."""
    families = {}
    for row in table:
        families.setdefault(row.family, []).append(row)
    return [row for group in zip_longest(*families.values()) for row in group if row]


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--filter", default="", help="only rows whose name contains this")
    parser.add_argument("--names", nargs="+", metavar="NAME", help="only these rows")
    parser.add_argument("--new", action="store_true", help="only what has no result")
    parser.add_argument("--rival", action="store_true", help="time Inductor too")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seconds", type=float, default=600, help="that one row may take")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--json", type=Path, help="where results are kept")
    parser.add_argument("--page", action="store_true", help="write the table of docs/torch.md, run nothing")
    parser.add_argument("--list", action="store_true", help="print the names, run nothing")
    options = parser.parse_args()
    options.json = options.json or results.place(options.device)
    return options


def main():
    options = parse()
    table = rows()
    known = results.load(options.json)
    if options.page:
        return page.write(table, known)
    all_names = [row.name for row in table]
    names = options.names or all_names
    if unknown := set(names) - set(all_names):
        sys.exit(f"error: there is no row {', '.join(sorted(unknown))}; --list names all")
    wanted = [row for row in in_turn(table) if row.name in names and options.filter in row.name
              and not (options.new and row.name in known)]
    if options.list:
        print(*(row.name for row in wanted), sep="\n")
        return 0
    if not frameworks.installed():
        print("skipped: there is no .venv-frameworks; ./dev frameworks makes it")
        return SKIPPED
    failed = []
    with ThreadPool(options.jobs) as pool:
        for row, found in pool.imap_unordered(lambda row: (row, measure(row, options)), wanted):
            result = {"family": row.family, **found}
            results.add(options.json, row.name, result)
            if not page.passes(result):
                failed.append(row.name)
            print(page.line(row.name, result), flush=True)
    print(f"{len(wanted) - len(failed)} of {len(wanted)} models run right; failed: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
