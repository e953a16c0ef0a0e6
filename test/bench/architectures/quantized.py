"""Architectures of the other families, quantised by `landfall.quantize`.

Seeded networks are judged by end results beside the float model's, not by differences
from another runtime: integers that round to the other side are no error.
"""

from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from zlib import crc32

import numpy as np
from rows import Row, points


@dataclass(frozen=True)
class QuantizedRow(Row):
    """`options` are `landfall.quantize`'s; `calibration` has the sizes of each sample."""

    source: Row = None
    options: dict = field(default_factory=dict)
    calibration: list = field(default_factory=list)

    @cached_property
    def float_model(self):
        """What the results are judged by."""
        return self.source.model()

    def model(self):
        import landfall

        found = landfall.quantize(self.float_model, calibrate=self.samples() or None, **self.options)
        return found.model.SerializeToString()

    def samples(self):
        arrays = {}
        for k, sizes in enumerate(self.calibration):
            random = np.random.default_rng(crc32(f"{self.source.name} sample {k}".encode()))
            arrays |= {f"{name}.{k}": value.value(sizes, random) for name, value in self.inputs.items()}
        return arrays


# Several sizes: a mean over few positions is larger than one over many, and ranges must hold both.
IMAGES = points("n h w", (1, 96, 96), (1, 224, 224), (1, 333, 517))
TEXTS = points("n seq", (1, 1), (1, 16), (1, 128), (1, 512))
#: (family, row, what its name gets, options, sizes of calibration samples)
KINDS = [
    ("convolutional", "ResNet-50", "int8", {}, IMAGES),
    ("convolutional", "MobileNet-V2", "int8", {}, IMAGES),
    ("detection", "YOLO-like", "int8", {}, IMAGES),
    ("encoders", "BERT-base", "int8", {}, TEXTS),
    ("encoders", "BERT-base", "int8 dynamic", {"mode": "dynamic"}, []),
    ("text_to_text", "T5-like encoder", "int8", {}, TEXTS),
    ("text_to_text", "T5-like encoder", "int8 dynamic", {"mode": "dynamic"}, []),
    ("text_to_text", "T5-like decoder step", "int8 dynamic", {"mode": "dynamic"}, []),
    ("language", "Llama-like prefill", "int4", {"mode": "int4"}, []),
    ("language", "Llama-like decode", "int4", {"mode": "int4"}, []),
]


def rows(tiny=False):
    made = []
    for family, name, suffix, options, calibration in KINDS:
        source = next(row for row in import_module(f"architectures.{family}").rows(tiny) if row.name == name)
        made.append(QuantizedRow(f"{name} {suffix}", "quantized models", source.inputs, source.body, source.points,
                                 source.kind, source.opset, source, options,
                                 source.points if tiny and calibration else calibration))
    return made
