"""What a row of the zoo is: how an architecture is built, what it reads, how it is exported.

Nothing here needs a framework: `build` imports what it uses when it is called.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

# Images: ordinary, odd, and wider than high with another batch.
IMAGE_SHAPES = ({"N": 1, "H": 64, "W": 64}, {"N": 2, "H": 47, "W": 61}, {"N": 3, "H": 32, "W": 96})
# Sequences: one element, an odd number, more than a vector register holds.
TOKEN_SHAPES = ({"N": 2, "L": 7}, {"N": 1, "L": 1}, {"N": 3, "L": 33})
BATCH_SHAPES = ({"N": 2}, {"N": 1}, {"N": 5})


@dataclass(frozen=True)
class Input:
    """One input: extents (numbers, names, or sums like P+L) and what its elements are.

    values: normal; unit (in [0, 1)); index:K (integers in [0, K)); ones; mask (ones,
    then zeros at each row's end); edges:K (two rows of indices below the size K).
    """

    dims: str
    values: str = "normal"
    dtype: str = "float32"


@dataclass(frozen=True)
class Architecture:
    """One row.

    build: gives the torch module, or, with the exporter "direct", an onnx.ModelProto.
    inputs: by name, in the order of the module's parameters.
    shapes: the extents of the names in the inputs' dims, at least three.
    variants: "EXPORTER" or "EXPORTER/FORM"; exporters are those of exporters.py, forms
        those of forms.py.
    by_name: the module takes its inputs as keyword arguments.
    """

    name: str
    build: Callable
    inputs: dict[str, Input]
    shapes: tuple[dict[str, int], ...]
    variants: tuple[str, ...] = ("dynamo",)
    by_name: bool = False
    family: str = ""
    output_names: tuple[str, ...] = field(default=())

    @property
    def seed(self):
        return zlib.crc32(self.name.encode())


def index_input(dims, below, dtype="int64"):
    return Input(dims, f"index:{below}", dtype)


def mask_input(dims, dtype="int64"):
    return Input(dims, "mask", dtype)


def image_row(name, build, channels=3, shapes=IMAGE_SHAPES, **options):
    return Architecture(name, build, {"image": Input(f"N {channels} H W")}, shapes, **options)


def file_stem(name, variant):
    """The name of a variant's file, without its suffix."""
    return f"{name}.{variant.replace('/', '.')}"


def spread(rows, exporters, forms):
    """Gives row k one of the lists of exporters and one of the forms, in turn: the
    families together cover all pairs."""
    from dataclasses import replace

    for k, row in enumerate(rows):
        chosen = exporters[k % len(exporters)]
        form = forms[k % len(forms)] if forms else None
        variants = (*chosen, f"{chosen[k % len(chosen)]}/{form}") if form else tuple(chosen)
        yield replace(row, variants=variants)
