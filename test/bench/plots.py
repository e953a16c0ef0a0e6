"""The page of a result: plots of efficiency against shape, one line a system, as SVG
in one HTML file that needs nothing else."""

from html import escape

import report
from systems import SYSTEMS

COLOURS = dict(zip(SYSTEMS, ["#c0392b", "#2471a3", "#1e8449", "#b9770e", "#7d3c98", "#616a6b"]))
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 420, 250, 40, 78, 24
STYLE = """body { font: 14px sans-serif; margin: 24px; } svg { margin: 6px; border: 1px solid #ddd; }
text { font: 10px sans-serif; fill: #333; } .title { font: bold 12px sans-serif; }
table { border-collapse: collapse; } td, th { padding: 2px 8px; border: 1px solid #ddd; text-align: left; }"""


def plot(name, rows, machine, systems):
    """Efficiency of one row at its points, in their order."""
    values = {system: [report.efficiency(row, system, machine) for row in rows] for system in systems}
    top = max([v for line in values.values() for v in line if v is not None], default=1)
    top = max(0.1, -(-top * 10 // 1) / 10)
    inner_width, inner_height = WIDTH - LEFT - 10, HEIGHT - TOP - BOTTOM
    x = lambda k: LEFT + inner_width * (k + 0.5) / len(rows)
    y = lambda value: TOP + inner_height * (1 - value / top)
    parts = [f'<svg width="{WIDTH}" height="{HEIGHT}"><text class="title" x="{LEFT}" y="15">{escape(name)}</text>']
    for tick in range(5):
        value = top * tick / 4
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#ddd"/>'
                     f'<text x="{LEFT - 4}" y="{y(value) + 3:.1f}" text-anchor="end">{100 * value:.0f}%</text>')
    for k, row in enumerate(rows):
        at = f"{x(k):.1f},{TOP + inner_height + 10}"
        parts.append(f'<text transform="translate({at}) rotate(-35)" text-anchor="end">{escape(row["label"])}</text>')
    for system, line in values.items():
        known = [(x(k), y(value)) for k, value in enumerate(line) if value is not None]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in known)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[system]}" stroke-width="1.6"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.5" fill="{COLOURS[system]}"/>' for a, b in known]
    return "".join(parts) + "</svg>"


def legend(systems):
    return " ".join(f'<b style="color: {COLOURS[name]}">&#9632; {name}</b>' for name in systems)


def html_table(markdown_table):
    lines = [line.strip("|").split("|") for line in markdown_table.splitlines() if not line.startswith("|---")]
    rows = ["".join(f"<td>{escape(cell.strip())}</td>" for cell in line) for line in lines]
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def page(result):
    machine, systems = result["machine"], report.measured_systems(result)
    parts = [f"<!doctype html><meta charset='utf-8'><title>Landfall bench</title><style>{STYLE}</style>",
             f"<h1>Landfall bench</h1><p>{escape(result['date'])}, {escape(report.machine_text(result))}. "
             f"{escape(report.systems_text(result))}.</p>", html_table(report.summary_table(result["rows"])),
             "<p>Each plot: the share of the roofline that each system reaches, at the sizes of a row; the roofline "
             f"is the machine's in the same run.</p><p>{legend(systems)}</p>"]
    for family, members in report.by(result["rows"], "family").items():
        parts.append(f"<h2>{escape(family)}</h2>")
        parts += [plot(name, rows, machine, systems) for name, rows in report.by(members, "row").items()]
    return "\n".join(parts) + "\n"
