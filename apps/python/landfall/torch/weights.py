"""Weights that are constants of an artefact, and how a change of them is noticed."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence

import torch

_version = operator.attrgetter("_version")


class Frozen:
    """Tensors whose contents an artefact holds, by their positions in its arguments."""

    def __init__(self, weights: Mapping[int, torch.Tensor]) -> None:
        self._positions = list(weights)
        self._tensors = list(weights.values())
        self._versions = list(map(_version, self._tensors))
        self._places = list(map(torch.Tensor.data_ptr, self._tensors))

    def are(self, arguments: Sequence[torch.Tensor]) -> bool:
        """Whether these arguments hold what the artefact does. PyTorch counts the
        writes to a tensor, but for those through `.data`."""
        given = map(arguments.__getitem__, self._positions)
        return (all(map(operator.is_, given, self._tensors)) and list(map(_version, self._tensors)) == self._versions
                and list(map(torch.Tensor.data_ptr, self._tensors)) == self._places)

    def changed(self, arguments: Sequence[torch.Tensor]) -> tuple[list[int], list[int]]:
        """Positions of (tensors that were written to, other tensors)."""
        rows = list(zip(self._positions, self._tensors, self._versions, self._places))
        others = [k for k, tensor, _, _ in rows if arguments[k] is not tensor]
        written = [k for k, tensor, version, place in rows if arguments[k] is tensor
                   and (tensor._version, tensor.data_ptr()) != (version, place)]
        return written, others


def may_freeze(value: object) -> bool:
    """Inference tensors have no count of writes."""
    return isinstance(value, torch.Tensor) and not value.is_inference()
