"""What a run has found, as text and as Markdown tables.

A result is JSON: {"version", "date", "machine": {"cpu", "gflops", "bandwidth"},
"threads", "rounds", "clock", "systems": {name: version or null}, "rows": [...], "failures":
[{"row", "why"}]}. A row of it is one point: {"row", "kind", "family", "label",
"number", "macs", "bytes", "times": {system: {"least_ms", "median_ms", "rounds_ms"}},
"load_s", "problems": {system: why}, "narrower": [system that computes float64 in
float32], "difference" or, of quantised models, "agreement" (agreement.py), "wrong"}.
"""

import math
from collections import defaultdict

import work
from systems import OURS, SYSTEMS

LOST = 0.95  # A ratio below it is a lost point.


def least(row, system):
    return row["times"].get(system, {}).get("least_ms")


def best_rival(row):
    """(ms, name), or None"""
    rivals = [(least(row, name), name) for name in row["times"] if name != OURS]
    return min(rivals, default=None)


def ratio(row):
    """Of the best rival's time to ours: above 1 Landfall is faster. None without both."""
    rival, ours = best_rival(row), least(row, OURS)
    return rival[0] / ours if rival and ours else None


def efficiency(row, system, machine):
    """Of the roofline, by the peak of the same run; None where work is not known."""
    ms = least(row, system)
    if not ms or row["macs"] is None:
        return None
    return work.roofline_ms(row["macs"], row["bytes"], machine) / ms


def mean(values):
    """Geometric."""
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def number(value, digits=2):
    return "-" if value is None else f"{value:.{digits}f}"


def milliseconds(value):
    return "-" if value is None else f"{value:.4g}"


def percent(value):
    return "-" if value is None else f"{100 * value:.0f}%"


def point_line(row, machine):
    """One line on a terminal."""
    times = "  ".join(f"{name} {milliseconds(least(row, name))}" for name in SYSTEMS if name in row["times"])
    extra = "".join(f"  {name}: {why[:80]}" for name, why in row["problems"].items())
    wrong = f"  WRONG: {row['wrong']}" if row.get("wrong") else ""
    return (f"{number(ratio(row)):>6}  {percent(efficiency(row, OURS, machine)):>5}  {row['row']}, {row['label']}:"
            f"  {times}{wrong}{extra}")


def by(rows, key):
    groups = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def figures(rows):
    """(points, lost points, geometric mean of ratios, least ratio)"""
    ratios = [r for row in rows if (r := ratio(row))]
    return len(rows), sum(r < LOST for r in ratios), mean(ratios), min(ratios, default=None)


def summary_table(rows):
    lines = ["| group | points | lost | best rival / Landfall | least |", "|---|---|---|---|---|"]
    for kind, title in (("operator", "operators"), ("model", "models"), ("recorded", "recorded models")):
        members = [row for row in rows if row["kind"] == kind]
        if not members:
            continue
        groups = by(members, "family") if kind != "recorded" else {}
        for family, found in [*groups.items(), (f"all {title}", members)]:
            count, lost, middle, worst = figures(found)
            lines.append(f"| {family} | {count} | {lost} | {number(middle)} | {number(worst)} |")
    return "\n".join(lines)


def family_table(rows, machine, systems):
    """A line for each point."""
    lines = [f"| row | sizes | {' | '.join(f'{name} ms' for name in systems)} | ratio | of roofline |",
             "|---|---|" + "---|" * (len(systems) + 2)]
    for row in rows:
        times = " | ".join(milliseconds(least(row, name)) + (" (f32)" if name in row.get("narrower", []) else "")
                           for name in systems)
        lines.append(f"| {row['row']} | {row['label']} | {times} | {number(ratio(row))} | "
                     f"{percent(efficiency(row, OURS, machine))} |")
    return "\n".join(lines)


def lost_table(rows, reasons):
    """The points that a rival wins, the worst first, by row, with the reason."""
    lost = {name: [r for row in found if (r := ratio(row)) and r < LOST] for name, found in by(rows, "row").items()}
    lines = ["| row | lost points | least ratio | faster | why |", "|---|---|---|---|---|"]
    for name, ratios in sorted(lost.items(), key=lambda item: min(item[1], default=2)):
        if ratios:
            members = [row for row in rows if row["row"] == name]
            winners = sorted({best_rival(row)[1] for row in members if (r := ratio(row)) and r < LOST})
            lines.append(f"| {name} | {len(ratios)} of {len(members)} | {min(ratios):.2f} | {', '.join(winners)} | "
                         f"{reason(name, reasons)} |")
    return "\n".join(lines) if len(lines) > 2 else "None."


def reason(name, reasons):
    """Of the longest key that the row's name begins with."""
    return next((why for key, why in sorted(reasons.items(), key=lambda item: -len(item[0]))
                 if name.startswith(key)), "not known")


def systems_text(result):
    return ", ".join(f"{name} {version}" if version else f"{name} is not installed"
                     for name, version in result["systems"].items())


def machine_text(result):
    machine = result["machine"]
    rates = ", ".join(f"{rate:.0f} GB/s from {size_text(size)}" for size, rate in machine["bandwidth"])
    threads = f"{result['threads']} thread{'s' if result['threads'] > 1 else ''}"
    clock = ", processor time" if result["clock"] == "processor" else ""
    return f"{machine['cpu']}, {threads}{clock}: {machine['gflops']:.0f} GFLOP/s; {rates}"


def size_text(size):
    return f"{size >> 20} MiB" if size >= 1 << 20 else f"{size >> 10} KiB"


def measured_systems(result):
    return [name for name in SYSTEMS if any(name in row["times"] for row in result["rows"])]


def problems_text(result):
    """What did not run, each reason once."""
    found = {(row["row"], name): why for row in result["rows"] for name, why in row["problems"].items()
             if result["systems"].get(name)}
    lines = [f"- {row}: {name}: {' '.join(why.split())[:160]}" for (row, name), why in found.items()]
    lines += [f"- {failure['row']}: {failure['why']}" for failure in result["failures"]]
    return "\n".join(lines).replace("|", "\\|").replace("<", "&lt;") or "None."


def markdown(result, reasons):
    """The generated part of a page."""
    rows, machine = result["rows"], result["machine"]
    systems = measured_systems(result)
    text = f"{result['date']}, {machine_text(result)}. {systems_text(result)}.\n\n{summary_table(rows)}\n"
    text += f"\n### Lost rows\n\n{lost_table(rows, reasons)}\n"
    for kind, title in (("model", "Models"), ("recorded", "Recorded models"), ("operator", "Operators")):
        members = [row for row in rows if row["kind"] == kind]
        if members:
            text += f"\n### {title}\n\n{family_table(members, machine, systems)}\n"
    return text + f"\n### What did not run\n\n{problems_text(result)}\n"
