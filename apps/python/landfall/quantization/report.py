"""What was done and how far it is from the float model, as text; as data it is a dict:

    {"model", "output", "mode", "engine", "samples", "opset", "bytes": {"before", "after"},
     "error", "max_error", "in_subgraphs", "outputs": [{"name", "error", "cosine", "top1"}],
     "layers": [{"node", "operator", "weight", "shape", "precision", "weight_error", "error",
                 "sensitivity"}]}

"in_subgraphs" counts the nodes of layers' operators in If, Loop and Scan, which stay float.

Errors are relative root mean squares over all samples, ||quantised - float|| / ||float||.
A layer's "error" is that of its own result in the quantised model, with what earlier
layers add; "sensitivity" is the error of the model's worst output if this layer alone is
quantised; "weight_error" needs no samples. What was not measured is null.
"""

from __future__ import annotations

from typing import Any

#: Lines of the table of layers, unless all are wanted.
LISTED = 12


def text(report: dict[str, Any], all_layers: bool) -> str:
    layers = report["layers"]
    count = sum(layer["precision"] != "float32" for layer in layers)
    before, after = report["bytes"]["before"], report["bytes"]["after"]
    lines = [f"{report['model']}: {report['mode']}, {count} of {len(layers)} layers quantised, "
             f"{size(before)} -> {size(after)}"]
    if report["in_subgraphs"]:
        lines.append(f"{report['in_subgraphs']} more are in subgraphs (If, Loop, Scan), which stay as they are")
    if report["samples"]:
        lines.append(f"measured by {report['engine']} on {report['samples']} "
                     f"sample{'s' if report['samples'] > 1 else ''}; errors are ||quantised - float|| / ||float||")
    else:
        lines.append("without calibration samples: no error of outputs (--calibrate measures them)")
    if report["outputs"]:
        lines += ["", *table(["output", "error", "cosine", "top-1"], [
            [output["name"], number(output["error"]), number(output["cosine"], 6), percent(output["top1"])]
            for output in report["outputs"]])]
    shown = layers if all_layers else worst(layers)
    what = "layer" if len(shown) == len(layers) else f"the worst {len(shown)} of {len(layers)} layers (--all)"
    lines += ["", *table([what, "operator", "weight", "as", "weight error", "error", "sensitivity"], [
        [layer["node"], layer["operator"], "x".join(map(str, layer["shape"] or [])) or "-", layer["precision"],
         number(layer["weight_error"]), number(layer["error"]), number(layer["sensitivity"])] for layer in shown])]
    if report["output"]:
        lines += ["", f"written: {report['output']}"]
    return "\n".join(lines)


def worst(layers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By what is known of them, the worst first."""
    key = next((key for key in ("sensitivity", "error", "weight_error")
                if any(layer[key] is not None for layer in layers)), "weight_error")
    return sorted(layers, key=lambda layer: -1.0 if layer[key] is None else -layer[key])[:LISTED]


def table(header: list[str], rows: list[list[str]]) -> list[str]:
    """The first column to the left, numbers to the right."""
    widths = [max(len(row[k]) for row in [header, *rows]) for k in range(len(header))]
    is_text = [not any(cell[:1].isdigit() for cell in column if cell != "-") for column in zip(*rows)] \
        if rows else [True] * len(header)
    is_text[0] = True
    return ["  ".join(cell.ljust(width) if left else cell.rjust(width)
                      for cell, width, left in zip(row, widths, is_text)).rstrip() for row in [header, *rows]]


def number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}g}"


def percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}%"


def size(count: int) -> str:
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count} bytes"
