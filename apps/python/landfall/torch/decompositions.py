"""Which ATen operators are taken apart before a graph becomes ONNX."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import onnxscript
import torch
from torch.onnx._internal.exporter import _decomp, _registration

from . import attention, fused_layers

aten = torch.ops.aten


@functools.cache
def registry() -> Any:
    """What the exporter can translate."""
    found = _registration.ONNXRegistry.from_torchlib()
    found.register_op(torch.ops.landfall.product.default, lambda a, b: onnxscript.opset18.MatMul(a, b))
    return found


@functools.cache
def table() -> dict[Any, Callable[..., Any]]:
    """The exporter's own table, without two faults of it, and layers that it has not."""
    known = set(_decomp.get_onnx_implemented_overloads(registry()))
    decompositions = dict(_decomp.create_onnx_friendly_decomposition_table(known))
    # Functionalisation needs these two whole: taken apart, a graph with a tensor
    # that the model's code makes from Python numbers fails.
    for operator in (aten.lift.default, aten.lift_fresh.default):
        decompositions.pop(operator, None)
    # The exporter's translation takes no fewer heads of keys than of queries.
    decompositions[aten._scaled_dot_product_flash_attention_for_cpu.default] = attention.fused
    decompositions[aten._safe_softmax.default] = attention.safe_softmax
    decompositions[aten._native_multi_head_attention.default] = fused_layers.attention
    decompositions[aten._transformer_encoder_layer_fwd.default] = fused_layers.encoder_layer
    return decompositions
