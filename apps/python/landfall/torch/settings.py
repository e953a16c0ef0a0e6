"""The options of the backend: torch.compile(..., options={...})."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Settings:
    """device: one of landfall.devices(), "cpu" by default; "target" is the same.
    weights: "freeze" makes parameters and buffers constants of the artefact and
        compiles again if they change; "pass" hands them over in each run.
    fallback: whether what cannot be compiled runs in PyTorch; False: it is an error.
    compiler: all other options, those of landfall.compile.
    """

    device: str = "cpu"
    weights: str = "freeze"
    fallback: bool = True
    compiler: dict[str, Any] = field(default_factory=dict)

    @staticmethod
    def of(options: Mapping[str, Any] | None) -> Settings:
        given = dict(options or {})
        device = given.pop("device", "cpu")  # landfall.compile knows "target", which comes before it.
        weights = given.pop("weights", "freeze")
        if weights not in ("freeze", "pass"):
            raise ValueError(f'the option "weights" is "freeze" or "pass", not {weights!r}')
        return Settings(device, weights, bool(given.pop("fallback", True)), given)
