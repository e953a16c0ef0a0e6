"""A zoo of architectures: exported, compiled, run at three shapes, compared with ONNX Runtime.

    zoo.py [--filter TEXT] [--family NAME,NAME] [--target cpu] [--jobs 1] [--fresh]
           [--seconds 60] [--json FILE] [--again | --new] [--first] [--names FILE]
           [--minutes M] [--page] [--list]

The rows are families/*.py; weights are random from a seed, nothing is downloaded.
`./dev frameworks` makes the environment that exports them; without it the zoo is
skipped. Exported files stay in build/zoo/models until --fresh. A row that
crashes or takes longer than --seconds costs only itself. Results are added to the
--json file (build/zoo/TARGET.json), from which --page writes docs/zoo.md.
--again repeats what did not pass, --new looks at what was never looked at, --first
takes one file of each row, --names those that a file names (slice.txt: some that
need seconds); the families take turns, and no file is begun after --minutes.
"""

import argparse
import json
import queue
import select
import subprocess
import sys
import threading
import time
from collections import defaultdict
from itertools import zip_longest
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "tools"), str(HERE.parent / "fuzz")]

import frameworks  # noqa: E402
import page  # noqa: E402
from architecture import file_stem  # noqa: E402
from table import architectures  # noqa: E402
from workers import PATIENCE, computed_seconds  # noqa: E402

MODELS = ROOT / "build" / "zoo" / "models"
SKIPPED = 77  # ctest's SKIP_RETURN_CODE.
START_SECONDS = 300


class Worker:
    """A process that answers JSON lines, replaced after a crash or a hang."""

    def __init__(self, *command):
        self.command, self.process = [str(word) for word in command], None

    def read(self, seconds):
        """A line, or None if the process died or was ended: after so many seconds of
        processor time, or PATIENCE times as long, since the machine may be busy."""
        start, computed = time.monotonic(), computed_seconds(self.process)
        self.hung = False
        while not select.select([self.process.stdout], [], [], 1)[0]:
            if (computed_seconds(self.process) - computed > seconds
                    or time.monotonic() - start > PATIENCE * seconds):
                self.hung = True
                self.process.kill()
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def ask(self, request, seconds):
        """The answer, or {"death": how the process ended}."""
        if self.process is None:
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=subprocess.DEVNULL, text=True)
            if self.read(START_SECONDS) is None:
                raise SystemExit(f"error: this does not start: {' '.join(self.command)}")
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            answer = self.read(seconds)
        except BrokenPipeError:
            answer = None
        if answer is None:
            code = self.process.wait()
            self.process = None
            return {"death": f"more than {seconds} s" if self.hung else f"exit status {code}"}
        return answer

    def stop(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()


class Keeper:
    """Exports and judges one variant after the other."""

    def __init__(self, options):
        self.options = options
        self.exporter = Worker(frameworks.PYTHON, HERE / "export_worker.py", MODELS)
        self.judge = Worker(sys.executable, HERE / "judge_worker.py", options.target)

    def look_at(self, row, variant):
        path = MODELS / f"{file_stem(row.name, variant)}.onnx"
        if self.options.fresh:
            path.with_suffix(".json").unlink(missing_ok=True)
        result = {"name": row.name, "family": row.family, "variant": variant, "declared": len(row.shapes)}
        if not path.with_suffix(".json").exists():
            answer = self.exporter.ask({"name": row.name, "variant": variant}, self.options.seconds)
            result["export_s"] = answer.get("seconds")
            if why := answer.get("error") or answer.get("death"):
                return {**result, "status": "not exported", "reason": why}
        answer = self.judge.ask({"path": str(path)}, self.options.seconds)
        if "death" in answer:
            answer = {"status": "hang" if self.judge.hung else "crash", "reason": answer["death"]}
        return {**result, **answer}

    def stop(self):
        self.exporter.stop()
        self.judge.stop()


def run(wanted, options, note):
    work = queue.SimpleQueue()
    for case in wanted:
        work.put(case)
    end = time.monotonic() + 60 * options.minutes

    def loop():
        keeper = Keeper(options)
        while time.monotonic() < end:
            try:
                row, variant = work.get_nowait()
            except queue.Empty:
                break
            note(keeper.look_at(row, variant))
        keeper.stop()

    threads = [threading.Thread(target=loop) for _ in range(options.jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def in_turns(rows):
    """The first row of each family, then the second of each."""
    families = defaultdict(list)
    for row in rows:
        families[row.family].append(row)
    return [row for group in zip_longest(*families.values()) for row in group if row is not None]


def wanted_variants(rows, options, known):
    names = options.family.split(",") if options.family else None
    named = set(options.names.read_text().split()) if options.names else None
    for row in in_turns(row for row in rows.values() if names is None or row.family in names):
        for variant in row.variants[:1] if options.first else row.variants:
            stem = file_stem(row.name, variant)
            if options.filter not in stem or options.new and stem in known:
                continue
            if options.again and known.get(stem, {}).get("status") in page.PASSES:
                continue
            if named is not None and stem not in named:
                continue
            yield row, variant


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--filter", default="", help="only files whose name contains this")
    parser.add_argument("--family", default="", help="only these modules of families/")
    parser.add_argument("--target", default="cpu")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60,
                        help="processor time that an export and a judgement may take")
    parser.add_argument("--json", type=Path, help="where results are kept")
    parser.add_argument("--fresh", action="store_true", help="export again")
    parser.add_argument("--again", action="store_true", help="only what did not pass")
    parser.add_argument("--new", action="store_true", help="only what has no result")
    parser.add_argument("--first", action="store_true", help="only the first file of each row")
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--names", type=Path, help="a file with the names of those to take")
    parser.add_argument("--page", action="store_true", help="write docs/zoo.md from the results, run nothing")
    parser.add_argument("--list", action="store_true", help="print the names, run nothing")
    options = parser.parse_args()
    options.json = options.json or ROOT / "build" / "zoo" / f"{options.target}.json"
    return options


def main():
    options = parse()
    rows = architectures()
    known = json.loads(options.json.read_text()) if options.json.exists() else {}
    if options.page:
        return page.write(rows, known, options.target)
    wanted = list(wanted_variants(rows, options, known))
    if options.list:
        print(*(file_stem(row.name, variant) for row, variant in wanted), sep="\n")
        return 0
    if not frameworks.installed():
        print("skipped: there is no .venv-frameworks; ./dev frameworks makes it")
        return SKIPPED
    options.json.parent.mkdir(parents=True, exist_ok=True)
    found, lock = {}, threading.Lock()

    def note(result):
        with lock:
            stem = file_stem(result["name"], result["variant"])
            found[stem] = known[stem] = result
            options.json.write_text(json.dumps(known, indent=1, sort_keys=True))
            print(f"{result['status']:12} {stem} {result['reason'][:300]}", flush=True)

    run(wanted, options, note)
    failures = [stem for stem, result in found.items() if result["status"] in page.FAILS]
    print(f"{options.target}: {len(found)} files, {sum(r['status'] in page.PASSES for r in found.values())} pass, "
          f"{len(failures)} fail, {sum(r['status'] in page.NOT_JUDGED for r in found.values())} are not judged")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
