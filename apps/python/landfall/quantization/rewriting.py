"""A network while its nodes are rewritten, in their order."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx
from onnx import helper

from .network import Network


class Rewriting:
    """Works on a copy of the network. New nodes go before the node that is visited."""

    def __init__(self, network: Network) -> None:
        self.network = network.copy()
        self._nodes: list[onnx.NodeProto] = []
        self._scalars: dict[tuple, str] = {}

    def constant(self, name: str, array: np.ndarray) -> str:
        """Equal scalars that are asked for by one name are one."""
        array = np.asarray(array)
        if array.ndim:
            return self.network.add_constant(name, array)
        key = name, array.dtype, array.item()
        if key not in self._scalars:
            self._scalars[key] = self.network.add_constant(name, array)
        return self._scalars[key]

    def add(self, op_type: str, inputs: list[str], output: str, **attributes) -> str:
        return self.add_many(op_type, inputs, [output], **attributes)[0]

    def add_many(self, op_type: str, inputs: list[str], outputs: list[str], domain: str = "",
                 **attributes) -> list[str]:
        # Without a name: a node is known by its first output then, and small models stay small.
        outputs = [self.network.new_name(output) for output in outputs]
        self._nodes.append(helper.make_node(op_type, inputs, outputs, domain=domain, **attributes))
        return outputs

    def finish(self, rewrite: Callable[[onnx.NodeProto], bool | None], made: Callable[[str], None]) -> Network:
        """`made` is called for each tensor of the graph after what gives it; `rewrite` for each
        node, may change its inputs, and drops it with True."""
        for port in self.network.graph.input:
            made(port.name)
        for node in list(self.network.graph.node):
            if not rewrite(node):
                self._nodes.append(node)
            for name in node.output:
                made(name)
        del self.network.graph.node[:]
        self.network.graph.node.extend(self._nodes)
        self.network.remove_unused_constants()
        return self.network
