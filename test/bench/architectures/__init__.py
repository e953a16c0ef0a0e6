"""Standard architectures with seeded weights: a module a family.

`rows(tiny)` of each gives its rows; tiny ones are narrow, shallow and small, so that
a test can run them in the blink of an eye.
"""

from importlib import import_module

FAMILIES = ["convolutional", "detection", "segmentation", "encoders", "vision_transformer", "speech", "language",
            "text_to_text", "recurrent", "quantized"]


def all_rows(tiny=False):
    return [row for family in FAMILIES for row in import_module(f"architectures.{family}").rows(tiny)]
