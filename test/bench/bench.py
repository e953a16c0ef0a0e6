"""Landfall beside every installed rival: the same inputs, in turns, in one process.

    ./dev bench [--quick] [--only TEXT] [--operators | --models] [--systems NAME,NAME]
                [--threads 1] [--rounds 15] [--out FOLDER] [--compare OLD.json]
    ./dev bench --install              the rivals, into .venv-rivals
    ./dev bench --compare OLD.json --with NEW.json
    ./dev bench --page RESULT.json     the tables of docs/performance.md
    ./dev bench --list

Each row is one model, measured at several sizes in a process of its own. A line is
the best rival's time / ours, our share of the roofline, and each system's quietest
round in milliseconds. --out (build/bench) gets results.json, tables.md and page.html,
also after Ctrl-C or SIGTERM. The exit code is 1 if an output of ours is not ONNX Runtime's, or if
a row crashes. For one thread, pin the command: taskset -c 1 ./dev bench.
"""

import argparse
import json
import platform
import signal
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "tools")]

import compare  # noqa: E402
import pages  # noqa: E402
import plots  # noqa: E402
import report  # noqa: E402
import rivals  # noqa: E402
import run_rows  # noqa: E402
import table  # noqa: E402
from systems import OURS, SYSTEMS  # noqa: E402
from timing import CLOCKS, Plan  # noqa: E402

VERSION = 1
RECORDED = ROOT.parent / "shared" / "models"
QUICK_ROUNDS = 5


def cpu_name():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def parse():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default="", metavar="TEXT", help="rows whose name or family contains this")
    parser.add_argument("--operators", action="store_true", help="only operators")
    parser.add_argument("--models", action="store_true", help="only models, recorded ones too")
    parser.add_argument("--recorded", type=Path, default=RECORDED, metavar="FOLDER",
                        help="models with recorded inputs: NAME/model.onnx, NAME/test_data_set_N")
    parser.add_argument("--systems", default=",".join(SYSTEMS), metavar="NAMES")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, help=f"default: {Plan.rounds}")
    parser.add_argument("--burst", type=float, default=Plan.burst_s, metavar="SECONDS", help="of a system in a round")
    parser.add_argument("--clock", choices=CLOCKS, default=Plan.clock,
                        help="processor: what other processes take does not count; for one thread")
    parser.add_argument("--limit", type=float, default=900, metavar="SECONDS", help="that a row may take")
    parser.add_argument("--quick", action="store_true", help="one row of each family at one size, few rounds")
    parser.add_argument("--tiny", action="store_true", help="small models, for tests")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench", metavar="FOLDER")
    parser.add_argument("--compare", type=Path, metavar="OLD.json")
    parser.add_argument("--with", dest="newer", type=Path, metavar="NEW.json", help="compare these, run nothing")
    parser.add_argument("--page", type=Path, metavar="RESULT.json", help="write docs/performance.md, run nothing")
    parser.add_argument("--list", action="store_true", help="print the rows, run nothing")
    parser.add_argument("--install", action="store_true", help="install the rivals")
    options = parser.parse_args()
    options.systems = options.systems.split(",")
    if options.clock == "processor" and options.threads != 1:
        parser.error("processor time is that of all threads: it says nothing of several")
    if unknown := [name for name in options.systems if name not in SYSTEMS]:
        parser.error(f"no system is called {unknown[0]}; there are {', '.join(SYSTEMS)}")
    options.rounds = options.rounds or (QUICK_ROUNDS if options.quick else Plan.rounds)
    return options


def wanted(options):
    kinds = {"operator"} if options.operators else {"model", "recorded"} if options.models else None
    rows = [row for row in table.all_rows(options.tiny, options.recorded)
            if (kinds is None or row.kind in kinds) and options.only.lower() in f"{row.name} {row.family}".lower()]
    if not options.quick:
        return rows
    return [row for k, row in enumerate(rows) if row.family not in {other.family for other in rows[:k]}]


def result_of(gathered, versions, options):
    return {"version": VERSION, "date": time.strftime("%Y-%m-%d"), "threads": options.threads,
            "rounds": options.rounds, "clock": options.clock, "systems": versions,
            "machine": {"cpu": cpu_name(), **(gathered.machine or {})}, "rows": gathered.rows, "failures": gathered.failures}


def stored(path):
    try:
        result = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise SystemExit(f"error: {path}: {error}")
    if not isinstance(result, dict) or result.get("version") != VERSION:
        raise SystemExit(f"error: {path} is no result of this version of ./dev bench")
    return result


def write(result, folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(result, indent=1) + "\n")
    (folder / "tables.md").write_text(report.markdown(result, pages.reasons()))
    (folder / "page.html").write_text(plots.page(result))
    print(f"\n{report.summary_table(result['rows'])}\n\nresults.json, tables.md and page.html are in {folder}")


def measure(options):
    """A result, and whether Ctrl-C ended it."""
    python = rivals.python()
    versions = rivals.versions(python, options.systems)
    for name in [name for name, version in versions.items() if version is None]:
        print(f"{name} is not installed: skipped" + ("; ./dev bench --install" if name in rivals.INSTALLED else ""))
    options.systems = [name for name in options.systems if versions[name]]
    gathered = run_rows.Gathered()
    interrupted = run_rows.run_all(wanted(options), options, python, gathered)
    return result_of(gathered, versions, options), interrupted


def main():
    options = parse()
    if options.install:
        return rivals.install()
    if options.list:
        print(*(f"{row.kind:9} {row.family:18} {row.name}" for row in wanted(options)), sep="\n")
        return 0
    if options.page:
        return pages.write(stored(options.page))
    if options.newer:
        print(compare.text(stored(options.compare), stored(options.newer)))
        return 0
    old = stored(options.compare) if options.compare else None
    if not wanted(options):
        raise SystemExit(f"error: no row contains '{options.only}'; --list prints them")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # As Ctrl-C.
    result, interrupted = measure(options)
    if not result["rows"] and not result["failures"]:
        return 130 if interrupted else 1
    write(result, options.out)
    if old:
        print(compare.text(old, result))
    wrong = [row for row in result["rows"] if row.get("wrong")]
    ours_missing = [row for row in result["rows"] if OURS in row["problems"]]
    for row in [*wrong, *ours_missing]:
        print(f"error: {row['row']}, {row['label']}: {row.get('wrong') or row['problems'][OURS]}")
    if interrupted:
        return 130
    return 1 if wrong or ours_missing or result["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
