"""The rooms of the house and what each may include: the law that check.py
enforces, for includes, for CMake's libraries and for namespaces.

A room is a folder. Its parts are rooms too, where the table names them: then a
part may include what its room may, the parts named in its row, and nothing
else of its room. A room's own files, outside its parts, may include all parts.
"""

from dataclasses import dataclass, field
from fnmatch import fnmatch


@dataclass
class Room:
    path: str  # A folder; '*' stands for a target's name.
    namespace: str  # Within landfall; "" is landfall itself; '*' as in path.
    may: list[str]  # Rooms that its files may include.
    parts: dict[str, list[str]] = field(default_factory=dict)  # Part: the parts that it may include.
    libraries: tuple[str, ...] = ()  # Of LLVM's project: "mlir", "llvm" or both.
    part_namespaces: dict[str, str] = field(default_factory=dict)  # Parts with one of their own.
    part_libraries: dict[str, tuple[str, ...]] = field(default_factory=dict)


MLIR = ("mlir", "llvm")
LLVM = ("llvm",)

ROOMS = [
    # The words that all rooms share, so they have no namespace of their own.
    Room("base", "", []),
    # Descriptions of chips as text.
    Room("chip_file", "chip_file", ["base"]),
    Room("package", "", ["base"]),
    # What driver and firmware share: the rings between a card and its host.
    Room("ring", "ring", []),
    # What simulators of chips are made of.
    Room("sim_kit", "sim_kit", ["base", "package", "ring"]),
    # What a compiler, a driver, a chip's tools can tell of a kernel.
    Room("kernel_analysis", "analysis", ["base", "package"],
         {"access": [], "contraction": ["access"], "rewrite": ["access", "contraction"]}),
    # What a code generator and a driver of a chip with explicit memories share.
    Room("tile", "tile", ["base", "package", "kernel_analysis"]),
    Room("onnx_format", "onnx", ["base"]),
    Room("ir", "ir", ["base", "package"],
         {"size": [], "dialect": [], "module": ["size", "dialect"], "describe": ["size", "dialect", "module"]},
         MLIR, {"dialect": "lf"}, {"size": ()}),
    # Operators are written in core IR's builder alone.
    Room("frontend", "frontend", ["base", "package", "onnx_format", "ir"],
         {"onnx/importer": [], "onnx/reopen": ["onnx/importer"], "onnx/support": ["onnx/importer"], "onnx/families": ["onnx/importer", "onnx/support"],
          "onnx/ops": ["onnx/importer", "onnx/support", "onnx/families"]}),
    Room("compiler", "compiler", ["base", "package", "ir", "kernel_analysis"],
         {"kernels/frame": [], "kernels/lanes": ["kernels/frame"], "kernels/body": ["kernels/frame", "kernels/lanes"],
          "kernels/loops": ["kernels/frame", "kernels/lanes", "kernels/body"],
          "kernels/contraction": ["kernels/frame", "kernels/lanes", "kernels/body"],
          # One file a strategy, which knows no other.
          "kernels/contraction/strategies": ["kernels/frame", "kernels/lanes", "kernels/body", "kernels/contraction"],
          "kernels/windows": ["kernels/frame", "kernels/lanes", "kernels/body", "kernels/loops", "kernels/contraction"],
          # What targets that are processors share.
          "native": [".", "kernels/frame"],
          "native/suite": [".", "kernels/*", "native"],
          "lower": [],
          "passes": ["."]},
         MLIR, {"kernels/*": "kernels", "native": "native", "native/suite": "native"},
         {"kernels/*": LLVM, "native": LLVM, "native/suite": LLVM}),
    Room("runtime", "runtime", ["base", "package"], {"c_api": ["."]}, (), {"c_api": "c_api"}),
    # What drivers of cards are made of.
    Room("card", "card", ["base", "package", "tile", "ring", "sim_kit", "runtime"]),
    # Formats of images, in a library that the runtime loads.
    Room("images", "images", []),
    Room("device_math", "device_math", ["package"]),
    Room("riscv", "riscv", []),
    Room("targets/*/chip", "*", ["base", "package", "chip_file", "tile"]),
    Room("targets/*/sim", "*::sim", ["base", "package", "chip_file", "tile", "ring", "sim_kit", "targets/*/chip", "riscv"]),
    Room("targets/*/firmware", "*", ["package", "ring", "targets/*/chip", "device_math"]),
    Room("targets/*/codegen", "*", ["base", "package", "kernel_analysis", "tile", "ir", "compiler", "chip_file",
                                    "targets/*/chip"],
         {"dma": [], "matrix": ["dma"], "panel": ["dma", "matrix"], "task": ["dma", "matrix", "panel"]}, LLVM),
    Room("targets/*/driver", "*", ["base", "package", "kernel_analysis", "tile", "runtime", "card", "chip_file", "ring", "sim_kit",
                                   "targets/*/chip", "targets/*/sim", "targets/*/firmware", "riscv"]),
    # Applications are built on the interface that users get.
    Room("apps/cli", "cli", ["base", "onnx_format"],
         {"report": [], "tensors": ["report"], "commands": ["report", "tensors"]}),
    Room("apps/python", "python", []),
    # Plugins of other frameworks, likewise.
    Room("adapters/onnxruntime", "onnxruntime", []),
]

# (including files, included files): crossings that are meant, each with why.
CROSSINGS = [
    ("compiler/pipeline.cpp", "frontend/onnx/reopen/*"),  # The pipeline joins the rooms.
    ("compiler/support_report.cpp", "frontend/onnx/importer/*"),  # So does a query, which goes part of its way.
    ("compiler/plugin.cpp", "runtime/compiler_plugin.h"),  # The C interface that it implements.
    ("images/plugin.cpp", "runtime/image_plugin.h"),  # The C interface that it implements.
    ("*", "include/landfall/*"),  # The public interface may be used by all.
]
# (including files, included files): what a room that may include the other one
# may still not, each with why.
PRIVATE = [
    ("frontend/*", "ir/builder_impl.h", "operators are written in ir/builder.h alone"),
    ("frontend/*", "ir/module/module_impl.h", "operators are written in ir/builder.h alone"),
    ("frontend/*", "ir/dialect/*", "operators are written in ir/builder.h alone"),
    ("frontend/*", "ir/describe/*", "operators are written in ir/builder.h alone"),
]
# (library, library of another room that it is linked to), each with why.
LINK_CROSSINGS = [
    ("landfall_compiler", "landfall_frontend"),  # The pipeline joins the rooms.
]
# (CMakeLists.txt, sources of another room that it compiles), each with why.
CMAKE_CROSSINGS = [
    ("test/fuzz/CMakeLists.txt", "apps/cli/*"),  # Two formats of the command line, without the rest of it.
    ("test/new_chip/CMakeLists.txt", "compiler/plugin.cpp"),  # A compiler that knows more targets.
    ("test/new_chip/CMakeLists.txt", "card/*"),  # The suite of chips of the tiler, on a new one.
    ("targets/cpu/CMakeLists.txt", "base/*"),  # A small program for other architectures.
    ("targets/cpu/CMakeLists.txt", "runtime/*"),  # The same.
    ("targets/*/firmware/CMakeLists.txt", "device_math/*"),  # Compiled for the chip.
    ("targets/*/codegen/CMakeLists.txt", "device_math/*"),  # Compiled for an emulator.
]


@dataclass
class Place:
    """Where a file lives: its room and, if it is in one, the part."""

    room: Room
    part: str | None
    target: str | None  # The folder of targets/, in the rooms of targets.

    @property
    def namespace(self):
        name = match_row(self.room.part_namespaces, self.part, self.room.namespace)
        return "::".join(word for word in ("landfall", name.replace("*", self.target or "")) if word)

    @property
    def libraries(self):
        return match_row(self.room.part_libraries, self.part, self.room.libraries)


def match_row(rows, part, otherwise):
    for pattern, value in rows.items():
        if part and fnmatch(part, pattern):
            return value
    return otherwise


def place_of(name):
    """The place of a file; None for what no room owns (tests, tools)."""
    folders = name.split("/")[:-1]
    for room in ROOMS:
        length = room.path.count("/") + 1
        if len(folders) < length or not fnmatch("/".join(folders[:length]), room.path):
            continue
        rest = "/".join(folders[length:])
        parts = [part for part in room.parts if rest == part or rest.startswith(part + "/")]
        target = folders[1] if folders[0] == "targets" else None
        return Place(room, max(parts, key=len, default=None), target)
    return None


def unknown_folder(name):
    """The folder of a source that lies in a room that has parts, but in none of them."""
    place = place_of(name)
    folder = name.rpartition("/")[0]
    if place is None or not place.room.parts:
        return None
    depth = place.room.path.count("/") + 1
    rest = "/".join(folder.split("/")[depth:])
    return folder if rest and rest != place.part else None


def why_not(name, included):
    """Why the file `name` may not include the file `included`; None: it may."""
    if any(fnmatch(name, who) and fnmatch(included, what) for who, what in CROSSINGS):
        return None
    for who, what, why in PRIVATE:
        if fnmatch(name, who) and fnmatch(included, what):
            return why
    here, there = place_of(name), place_of(included)
    if included.startswith("apps/") and not name.startswith("apps/"):
        return "nothing may include apps"
    if here is None or there is None:
        return None
    if here.target and there.target and here.target != there.target:
        return "a target must not know another one"
    is_test = name.endswith(("_test.cpp", "_for_test.h"))
    if is_test or here.part == there.part and here.room is there.room:
        return None
    if here.room is not there.room:
        if there.room.path in here.room.may:
            return None
        return f"{here.room.path} may include {', '.join(here.room.may) or 'no other room'} (tools/rooms.py)"
    if here.part is None or any(fnmatch(there.part or ".", row) for row in here.room.parts[here.part]):
        return None
    below = ", ".join(here.room.parts[here.part]) or "no other part"
    return f"{here.room.path}/{here.part} may include of its room {below} (tools/rooms.py)"


def library_of(included):
    """Which of LLVM's libraries a header belongs to, if any."""
    if included.startswith(("mlir/", "mlir-c/")):
        return "mlir"
    if included.startswith(("llvm/", "llvm-c/", "lld/")):
        return "llvm"
    return None


def cycle():
    """Rooms or parts that may include each other in a circle; None: there are none."""
    edges = {room.path: room.may for room in ROOMS}
    for room in ROOMS:
        whole = {part: [other for other in room.parts if any(fnmatch(other, row) for row in rows)]
                 for part, rows in room.parts.items()}
        edges |= {f"{room.path}:{part}": [f"{room.path}:{other}" for other in others]
                  for part, others in whole.items()}
    done, path = set(), []

    def visit(node):
        if node in path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        path.append(node)
        for other in edges.get(node, []):
            if found := visit(other):
                return found
        path.pop()
        done.add(node)
        return None

    return next((found for node in edges if (found := visit(node))), None)
