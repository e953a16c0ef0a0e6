"""A stored result beside a new one."""

import report
from systems import OURS

CHANGED = 0.05  # A change of our time below it is not shown.


def text(old, new):
    """Points that both have. "others": how the best rival's time has changed, which
    nothing but the machine explains; a change of ours is seen against it."""
    before = {(row["row"], row["label"]): row for row in old["rows"]}
    pairs = [(before[key], row) for row in new["rows"] if (key := (row["row"], row["label"])) in before]
    pairs = [(a, b) for a, b in pairs if report.least(a, OURS) and report.least(b, OURS)]
    lines, changes = [], []
    for a, b in pairs:
        ours = report.least(b, OURS) / report.least(a, OURS)
        others = rival_change(a, b)
        change = ours / others if others else ours
        changes.append(change)
        if abs(change - 1) >= CHANGED:
            lines.append((change, f"{change:6.2f}  ours {report.milliseconds(report.least(a, OURS))} -> "
                                  f"{report.milliseconds(report.least(b, OURS))} ms, others x{report.number(others)}, "
                                  f"ratio {report.number(report.ratio(a))} -> {report.number(report.ratio(b))}  "
                                  f"{b['row']}, {b['label']}"))
    head = [f"compared with {old['date']}: {len(pairs)} points of both; {len(before) - len(pairs)} of the old one are "
            f"missing. Our time, by that of rivals, new / old: geometric mean {report.number(report.mean(changes), 3)}"]
    if any(old[key] != new[key] for key in ("threads", "clock")) or old["machine"]["cpu"] != new["machine"]["cpu"]:
        head.append("warning: another machine, other threads, or another clock")
    return "\n".join([*head, *(line for _, line in sorted(lines, reverse=True))])


def rival_change(old, new):
    """Geometric mean over the rivals that both measured; None without one."""
    names = [name for name in old["times"] if name != OURS and name in new["times"]]
    return report.mean([report.least(new, name) / report.least(old, name) for name in names])
