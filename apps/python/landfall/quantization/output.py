"""The quantised model's file: replaced in one step, never the model that was read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import onnx

from .failure import failure, first_line
from .network import Network

#: Above it, constants go into a file of their own: a message of protobuf ends at 2 GiB.
LARGEST_MESSAGE = (1 << 31) - (1 << 20)


def check_destination(output: Path, read: Iterable[Path]) -> None:
    """Before anything is computed: the output may be written, and is nothing that is read."""
    folder = output.parent
    if not folder.is_dir():
        raise failure("io", f"there is no folder '{folder}'", file=output)
    if output.exists() and not output.is_file():
        raise failure("io", "not a regular file", file=output)
    if not os.access(folder, os.W_OK):
        raise failure("io", f"the folder '{folder}' cannot be written", file=output)
    for path in read:
        for written in (output, data_path(output)):
            if path.exists() and written.exists() and os.path.samefile(path, written):
                raise failure("invalid_argument", f"writing '{written}' would overwrite '{path}', which is read",
                              file=output)


def data_path(output: Path) -> Path:
    """Where constants of a large model go."""
    return output.with_name(output.name + ".data")


def check_model(network: Network, largest: int = LARGEST_MESSAGE) -> None:
    """ONNX's checker, on what would be written."""
    with tempfile.TemporaryDirectory(prefix="landfall-quantize-") as folder:
        path = Path(folder) / "model.onnx"
        network.write(path, data_path(path) if network.bytes() > largest else None)
        try:
            onnx.checker.check_model(str(path))
        except Exception as problem:
            raise failure("internal", f"an error in the quantiser, please report it: the result breaks ONNX's rules: "
                          f"{first_line(problem)}")


def write_output(network: Network, output: Path, largest: int = LARGEST_MESSAGE) -> None:
    """With external data beside it if it has more than `largest` bytes. Both files are
    complete before either gets its name."""
    output = Path(os.path.realpath(output))  # A link stays one.
    data = data_path(output) if network.bytes() > largest else None
    temporary = [_temporary(path) for path in ([output] if data is None else [output, data])]
    try:
        network.write(temporary[0], *([] if data is None else [temporary[1], data.name]))
        for path in temporary:
            with open(path, "rb") as file:
                os.fsync(file.fileno())
        # The model last: what it names is then there.
        for path, final in reversed(list(zip(temporary, [output, data]))):
            os.chmod(path, _permissions(final))
            os.replace(path, final)
    except OSError as problem:
        raise failure("io", f"cannot be written: {problem.strerror}", file=output)
    finally:
        for path in temporary:
            path.unlink(missing_ok=True)


def _temporary(path: Path) -> Path:
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as problem:
        raise failure("io", f"cannot be written: {problem.strerror}", file=path)
    os.close(handle)
    return Path(name)


def _permissions(path: Path) -> int:
    if path.exists():
        return path.stat().st_mode & 0o7777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
