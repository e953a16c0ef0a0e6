"""The command line: `landfall quantize`, or `python -m landfall.quantize`."""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

import landfall

from . import report as reports
from .engine import ENGINES
from .failure import EXIT_CODES, failure
from .job import Job
from .options import MODES, RANGES, Options

PROGRAM = "landfall quantize"
DESCRIPTION = "Quantise a model: write an ONNX model that computes with integers of 8 or 4 bits, and report its errors."
EXAMPLES = """Examples:
  landfall quantize model.onnx --calibrate data.npz       writes model.int8.onnx here
  landfall quantize model.onnx --calibrate data.npz --max-error 0.02 -o small.onnx
  landfall quantize model.onnx --mode dynamic             without calibration data
  landfall quantize model.onnx --mode int4 --block 128    4-bit weights
  landfall quantize model.onnx --calibrate data.npz --exclude '/head/*' --exclude Softmax

Calibration samples have the names of the model's inputs. An array of the input's
shape is one sample; NAME.0, NAME.1, ... are several, and so is an array with one
axis more in front. docs/quantize.md says more."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise failure("invalid_argument", f"{message} ({PROGRAM} --help shows how)")


def parser() -> argparse.ArgumentParser:
    made = _Parser(prog=PROGRAM, usage=f"{PROGRAM} model.onnx [options]", description=DESCRIPTION, epilog=EXAMPLES, allow_abbrev=False,
                   formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("model", help="an .onnx file")
    made.add_argument("-o", "--output", metavar="FILE",
                      help="the quantised model; default: the model's name with .int8.onnx or .int4.onnx, here")
    made.add_argument("--calibrate", metavar="FILE.npz", help="samples of the model's inputs")
    made.add_argument("--mode", default="static", choices=MODES,
                      help="static (the default): int8 with calibrated scales; dynamic: int8, scales are found at run "
                      "time; int4: weights in blocks of 4 bits")
    made.add_argument("--max-error", type=float, metavar="E",
                      help="leave the layers that hurt most float, until the error of every output, "
                      "||quantised - float|| / ||float||, is at most this")
    made.add_argument("--sensitivity", action="store_true",
                      help="measure the error of each layer alone; --max-error does too")
    made.add_argument("--only", action="append", default=[], metavar="PATTERN",
                      help="layers by name or operator, as 'MatMul' or '/encoder/*'; others stay float")
    made.add_argument("--exclude", action="append", default=[], metavar="PATTERN", help="what stays float")
    made.add_argument("--ranges", default="minmax", choices=RANGES,
                      help="of activations: all that occurs, without rare outliers, or of the least square error")
    made.add_argument("--reduce-range", action="store_true",
                      help="weights of 7 bits, for runtimes whose int8 products saturate without VNNI")
    made.add_argument("--block", type=int, default=32, metavar="ROWS", help="of int4; default: 32")
    made.add_argument("--contrib", action="store_true",
                      help="allow com.microsoft operators: MatMulNBits (int4 at any opset), DynamicQuantizeLSTM")
    made.add_argument("--engine", default="onnxruntime", choices=tuple(ENGINES), help="what runs the samples")
    made.add_argument("--threads", type=int, default=0, help="default: one a core")
    made.add_argument("--python", metavar="FILE", help="the interpreter; default: the repository's .venv, or python3")
    made.add_argument("--all", action="store_true", help="list all layers")
    made.add_argument("--json", action="store_true", help="report as JSON")
    return made


def run(words: list[str]) -> int:
    """The exit code."""
    as_json = "--json" in words
    signal.signal(signal.SIGTERM, _end)
    try:
        arguments = parser().parse_args(words)
        found = _quantize(arguments)
        print(json.dumps(_finite(found), indent=2) if as_json else reports.text(found, arguments.all), flush=True)
        return 0
    except landfall.Error as error:
        return _report_error(error, as_json)
    except MemoryError:
        return _report_error(failure("out_of_memory", "there is not enough memory"), as_json)
    except (BrokenPipeError, OSError) as error:
        return _report_error(failure("io", f"standard output cannot be written: {error.strerror}"), as_json, say=False)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return _report_error(failure("internal", "an error in Landfall itself, please report it: "
                                     f"{type(error).__name__}: {error}"), as_json)


def _quantize(arguments: argparse.Namespace) -> dict[str, Any]:
    suffix = ".int4.onnx" if arguments.mode == "int4" else ".int8.onnx"
    output = Path(arguments.output or Path(arguments.model).stem + suffix)
    progress = _Progress()
    options = Options(mode=arguments.mode, max_error=arguments.max_error, sensitivity=arguments.sensitivity,
                      only=arguments.only, exclude=arguments.exclude, ranges=arguments.ranges,
                      reduce_range=arguments.reduce_range, block=arguments.block, contributed=arguments.contrib,
                      engine=arguments.engine, threads=arguments.threads, progress=progress.show)
    try:
        return Job(arguments.model, arguments.calibrate, output, options).run().report
    finally:
        progress.clear()


def _finite(value: Any) -> Any:
    """JSON has no infinities: null."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class _Progress:
    """One line on a terminal; nothing elsewhere."""

    def __init__(self) -> None:
        self.is_shown = sys.stderr is not None and sys.stderr.isatty()

    def show(self, line: str) -> None:
        if self.is_shown:
            sys.stderr.write(f"\r\033[K{line}")
            sys.stderr.flush()

    def clear(self) -> None:
        if self.is_shown:
            sys.stderr.write("\r\033[K")


def _end(number: int, frame: Any) -> NoReturn:
    # Temporary files are removed on the way out.
    raise SystemExit(128 + number)


def _report_error(error: landfall.Error, as_json: bool, say: bool = True) -> int:
    try:
        sys.stderr.write(f"error: {error}\n")
        sys.stderr.flush()
        if as_json and say:
            print(json.dumps({"error": described(error)}, indent=2), flush=True)
    except (OSError, AttributeError):
        pass
    if not say:  # What Python would flush at its end cannot be written either.
        os._exit(EXIT_CODES[error.code])
    return EXIT_CODES[error.code]


def described(error: landfall.Error) -> dict[str, Any]:
    """As the other commands' JSON has errors."""
    return {"code": error.code, "message": str(error), "reason": error.reason, "file": error.file, "node": error.node,
            "operator": error.operator, "opset": error.opset, "enclosing": error.enclosing,
            "fused_with": error.fused_with, "sizes": error.sizes}
