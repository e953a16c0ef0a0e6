"""Runs models for calibration and comparison: on ONNX Runtime or on Landfall itself."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

import landfall

from .failure import failure, first_line
from .network import Network
from .samples import Sample

Run = Callable[[Sample], dict[str, np.ndarray]]


def load_onnxruntime(path: Path, threads: int) -> Run:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4  # Failures are raised too.
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [port.name for port in session.get_outputs()]
    return lambda sample: dict(zip(names, session.run(None, sample)))


def load_landfall(path: Path, threads: int) -> Run:
    return landfall.compile(path, threads=threads).run


ENGINES: dict[str, Callable[[Path, int], Run]] = {"onnxruntime": load_onnxruntime, "landfall": load_landfall}


class Engine:
    """`file` is named in failures: the model that the user gave."""

    def __init__(self, name: str, threads: int, file: str | None) -> None:
        self.name, self.threads, self.file = name, threads, file

    def load(self, network: Network, extra_outputs: Sequence[str] = ()) -> Run:
        """`extra_outputs`: intermediate tensors that each run also gives."""
        network = network.copy()
        known = network.output_names()
        network.graph.output.extend(onnx.ValueInfoProto(name=name) for name in dict.fromkeys(extra_outputs)
                                    if name not in known)
        # Both engines map or copy the file while they load it.
        with tempfile.TemporaryDirectory(prefix="landfall-quantize-") as folder:
            path = Path(folder) / "model.onnx"
            network.write(path, path.with_name("model.data"))
            return self._guarded(self._load(path))

    def load_file(self, path: Path) -> Run:
        """A model as it is."""
        return self._guarded(self._load(path))

    def _load(self, path: Path) -> Run:
        try:
            return ENGINES[self.name](path, self.threads)
        except landfall.Error as problem:
            raise failure(problem.code, f"{self.name} refuses the model: {problem.reason}", file=self.file)
        except Exception as problem:  # onnxruntime's have no common base.
            raise failure("invalid_model", f"{self.name} refuses the model: {first_line(problem)}", file=self.file)

    def _guarded(self, run: Run) -> Run:
        def guarded(sample: Sample) -> dict[str, np.ndarray]:
            try:
                return run(sample)
            except landfall.Error as problem:
                raise failure("run_failed", f"fails on a calibration sample: {problem.reason}", file=self.file)
            except Exception as problem:
                raise failure("run_failed", f"fails on a calibration sample: {first_line(problem)}", file=self.file)

        return guarded
