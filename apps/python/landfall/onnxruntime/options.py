"""SessionOptions and RunOptions: what means something to Landfall, and what is accepted."""

from __future__ import annotations

import enum
import warnings
from typing import Any

from .errors import Fail, NotImplemented


class GraphOptimizationLevel(enum.IntEnum):
    """Landfall always optimises."""

    ORT_DISABLE_ALL = 0
    ORT_ENABLE_BASIC = 1
    ORT_ENABLE_EXTENDED = 2
    ORT_ENABLE_LAYOUT = 3
    ORT_ENABLE_ALL = 99


class ExecutionMode(enum.IntEnum):
    """Landfall decides itself what runs at once."""

    ORT_SEQUENTIAL = 0
    ORT_PARALLEL = 1


# Results do not depend on these, so they are accepted in silence.
_ACCEPTED = {
    "inter_op_num_threads": 0,
    "execution_mode": ExecutionMode.ORT_SEQUENTIAL,
    "execution_order": 0,
    "graph_optimization_level": GraphOptimizationLevel.ORT_ENABLE_ALL,
    "enable_cpu_mem_arena": True,
    "enable_mem_pattern": True,
    "enable_mem_reuse": True,
    "log_severity_level": -1,
    "log_verbosity_level": 0,
    "logid": "",
    "use_deterministic_compute": False,
    "use_per_session_threads": True,
}
# What an application that sets them waits for does not come: it is told so.
_WITHOUT_EFFECT = {
    "enable_profiling": (False, "`landfall explain` and landfall.Model.profile say where the time goes"),
    "profile_file_prefix": ("onnxruntime_profile_", "`landfall explain` says where the time goes"),
    "optimized_model_filepath": ("", "`landfall compile` saves a compiled model"),
}


class SessionOptions:
    """How a session is made.

    intra_op_num_threads: the device's threads; 0: one a core.
    """

    def __init__(self) -> None:
        self.intra_op_num_threads = 0
        for name, default in _ACCEPTED.items():
            setattr(self, name, default)
        for name, (default, _) in _WITHOUT_EFFECT.items():
            setattr(self, name, default)
        self._config: dict[str, str] = {}
        self._extents: dict[str, int] = {}

    def __setattr__(self, name: str, value: Any) -> None:
        known = name == "intra_op_num_threads" or name in _ACCEPTED or name in _WITHOUT_EFFECT
        if not known and not name.startswith("_"):
            raise AttributeError(f"SessionOptions has no option '{name}'")
        if name in _WITHOUT_EFFECT and value != _WITHOUT_EFFECT[name][0]:
            warnings.warn(f"SessionOptions.{name} has no effect with Landfall: {_WITHOUT_EFFECT[name][1]}",
                          stacklevel=2)
        super().__setattr__(name, value)

    def add_session_config_entry(self, key: str, value: str) -> None:
        """Kept, and given back; none changes what Landfall does."""
        self._config[key] = value

    def get_session_config_entry(self, key: str) -> str:
        if key not in self._config:
            raise RuntimeError(f"SessionOptions does not have configuration with key: {key}")
        return self._config[key]

    def add_free_dimension_override_by_name(self, name: str, extent: int) -> None:
        """The signature has the number; other extents still run."""
        self._extents[name] = extent

    def add_free_dimension_override_by_denotation(self, denotation: str, extent: int) -> None:
        """Accepted: Landfall leaves every free dimension free."""

    def register_custom_ops_library(self, path: str) -> None:
        raise NotImplemented("unsupported", f"'{path}': custom operators of onnxruntime cannot run in Landfall; use "
                             "Landfall as an execution provider, which leaves them to onnxruntime")

    def add_initializer(self, name: str, value: Any) -> None:
        raise NotImplemented("unsupported", f"initializer '{name}': initializers cannot be replaced; save the model "
                             "with its weights")

    def add_external_initializers(self, names: list[str], values: list[Any]) -> None:
        raise NotImplemented("unsupported", "initializers cannot be replaced; save the model with its weights")


class RunOptions:
    """What may differ from run to run.

    terminate: runs that begin while it is True fail.
    """

    def __init__(self) -> None:
        self.log_severity_level = -1
        self.log_verbosity_level = 0
        self.logid = ""
        self.terminate = False
        self.only_execute_path_to_fetches = False
        self.training_mode = False
        self._config: dict[str, str] = {}

    def add_run_config_entry(self, key: str, value: str) -> None:
        """Kept, and given back."""
        self._config[key] = value

    def get_run_config_entry(self, key: str) -> str:
        if key not in self._config:
            raise RuntimeError(f"RunOptions does not have configuration with key: {key}")
        return self._config[key]


def check_not_terminated(options: RunOptions | None) -> None:
    if options is not None and options.terminate:
        raise Fail("cancelled", "Exiting due to terminate flag being set to true.")
