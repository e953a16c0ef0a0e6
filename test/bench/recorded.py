"""Models of others with recorded inputs: a folder with model.onnx and
test_data_set_N/input_K.pb, as ONNX's model tests are kept."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

MOST_POINTS = 3


@dataclass(frozen=True)
class Recorded:
    folder: Path
    kind = "recorded"
    family = "recorded"

    @property
    def name(self):
        return self.folder.name

    def model(self):
        return str(self.folder / "model.onnx")

    def sets(self):
        """At most MOST_POINTS, evenly."""
        found = sorted(self.folder.glob("test_data_set_*"), key=lambda path: int(path.name.rsplit("_", 1)[1]))
        count = min(len(found), MOST_POINTS)
        return [found[k * (len(found) - 1) // max(1, count - 1)] for k in range(count)]

    def labels(self):
        return [path.name.removeprefix("test_data_") for path in self.sets()]

    def feeds(self, number):
        graph = onnx.load(self.model(), load_external_data=False).graph
        known = {weight.name for weight in graph.initializer}
        names = [value.name for value in graph.input if value.name not in known]
        paths = [self.sets()[number] / f"input_{k}.pb" for k in range(len(names))]
        # Copies: some systems want arrays that can be written.
        return {name: np.array(numpy_helper.to_array(onnx.load_tensor(path)))
                for name, path in zip(names, paths) if path.exists()}


def recorded_rows(folder):
    if not folder or not Path(folder).is_dir():
        return []
    return [Recorded(path.parent) for path in sorted(Path(folder).glob("*/model.onnx"))
            if any(path.parent.glob("test_data_set_*"))]
