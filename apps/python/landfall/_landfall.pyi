"""The compiled part of landfall; use that."""



class Value:
    """An input or output of a model."""

    @property
    def name(self) -> str:
        """Its name in the model."""

    @property
    def kind(self) -> str:
        """"tensor", "sequence", "map" or "optional"."""

    @property
    def dtype(self) -> str:
        """The element type's name in numpy or ml_dtypes, or "string"."""

    @property
    def shape(self) -> list[int | str]:
        """Extents, and the names of free dimensions."""

    @property
    def has_default(self) -> bool:
        """Whether a run may leave the input out."""

    def __repr__(self) -> str: ...

class Model:
    """
    A compiled model on a device. Runs of one model come one after the other; it may be used from any thread.
    """

    def run(self, inputs: dict[str, object], *, time_limit: float | None = None, memory_limit: int | None = None, step_limit: int | None = None) -> dict[str, object]:
        """
        Runs once: {name: array} to {name: array}.

        Inputs are read in place where they can be; outputs are new. Other threads run
        meanwhile; Ctrl-C ends the run with KeyboardInterrupt.

        A run that takes more than `time_limit` seconds fails with the code "cancelled"; one
        whose tensors (intermediate ones, copies of inputs, results) need more than
        `memory_limit` bytes at once, with "out_of_memory", before it allocates them; one that interprets a kernel for more
        than `step_limit` steps, with "cancelled".
        """

    def run_torch(self, inputs: list[object]) -> list[object]:
        """
        Runs once, by position: torch tensors (others that speak DLPack, integers) to torch
        tensors. Dense row-major inputs are read in place; outputs are new and not copied.
        """

    def time(self, inputs: dict[str, object], count: int) -> list[float]:
        """Runs `count` times and gives the milliseconds of each run."""

    def statistics(self, inputs: dict[str, object]) -> dict[str, float]:
        """
        Runs once: {"total_ms", "planning_ms" (up to the first launch), "arena_bytes",
        "launches"}.
        """

    def profile(self, inputs: dict[str, object], repeat: int = 5) -> dict[str, object]:
        """
        Runs `repeat` times, each launch timed: {"total", "kernels", "nodes", "runs"};
        lf_session_profile in landfall.h says more.
        """

    def save(self, path: str) -> None:
        """Writes the compiled model to a file (.lfm)."""

    def to_bytes(self) -> bytes:
        """What `save` writes."""

    def describe(self, what: str = 'summary') -> str:
        """
        What is in the compiled model: "summary" (JSON), "program" or "kernels".
        """

    @property
    def device(self) -> str:
        """The name of the device that it is on."""

    @property
    def inputs(self) -> list[Value]:
        """What `run` takes."""

    @property
    def outputs(self) -> list[Value]:
        """What `run` gives."""

def compile_file(path: str, options: str, device: str, device_options: str) -> Model: ...

def compile_bytes(model: bytes, directory: str, options: str, device: str, device_options: str) -> Model: ...

def package_of_file(path: str, options: str) -> bytes: ...

def package_of_bytes(model: bytes, directory: str, options: str) -> bytes: ...

def load_file(path: str, device: str, device_options: str) -> Model: ...

def load_bytes(package: bytes, device: str, device_options: str) -> Model: ...

def query_file(path: str, options: str) -> str: ...

def query_bytes(model: bytes, directory: str, options: str) -> str: ...

def is_package(beginning: bytes) -> bool: ...

def devices() -> list[str]: ...

def describe_device(device: str) -> str: ...

def version() -> str: ...
