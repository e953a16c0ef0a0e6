"""From a torch module to an ONNX file with free dimensions, by either of torch's exporters."""

import numpy as np
import torch

SCRIPT_OPSET = 17
NARROW_OPSET = 22  # The first whose convolutions and pools read bfloat16.
DTYPES = {"float32": torch.float32, "float16": torch.float16, "int64": torch.int64, "int32": torch.int32,
          "bool": torch.bool, "float64": torch.float64, "uint8": torch.uint8}


def flat(value):
    """The tensors of an output, in order: lists, mappings and key-value caches are opened."""
    if torch.is_tensor(value):
        return [value]
    if hasattr(value, "layers") and hasattr(value, "get_seq_length"):
        return [t for layer in value.layers for t in (layer.keys, layer.values) if t is not None]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [t for v in value for t in flat(v)]
    return []


class Flat(torch.nn.Module):
    """A module whose inputs are positional and whose outputs are a tuple of tensors."""

    def __init__(self, module, names, by_name):
        super().__init__()
        self.module, self.names, self.by_name = module, names, by_name

    def forward(self, *inputs):
        if self.by_name:
            return tuple(flat(self.module(**dict(zip(self.names, inputs)))))
        return tuple(flat(self.module(*inputs)))


def settle(module, seed):
    """Statistics and scales of normalizations as after training: none is 0 or 1, so
    that whatever leaves them out shows."""
    generator = torch.Generator().manual_seed(seed)

    def draw(tensor, low, high):
        tensor.copy_(torch.rand(tensor.shape, generator=generator) * (high - low) + low)

    with torch.no_grad():
        for part in module.modules():
            if getattr(part, "running_mean", None) is not None:
                draw(part.running_mean, -0.2, 0.2)
                draw(part.running_var, 0.5, 1.5)
            if "Norm" in type(part).__name__:
                for name, low, high in (("weight", 0.7, 1.3), ("bias", -0.2, 0.2)):
                    if torch.is_tensor(tensor := getattr(part, name, None)) and tensor.is_floating_point():
                        draw(tensor, low, high)
    return module


def built(architecture):
    torch.manual_seed(architecture.seed)
    module = architecture.build()
    if isinstance(module, torch.jit.ScriptModule):
        return module.eval()
    return settle(module, architecture.seed).eval()


def free_names(dims):
    """The axes of an input whose extent is free: {axis: name}."""
    return {axis: "size_" + dim.replace("+", "_plus_").replace("*", "_times_")
            for axis, dim in enumerate(dims.split()) if not dim.isdigit()}


def sample_inputs(architecture, feeds):
    return tuple(torch.from_numpy(np.ascontiguousarray(feeds[name])).to(DTYPES[value.dtype])
                 for name, value in architecture.inputs.items())


def by_dynamo(module, architecture, inputs, path, opset=None):
    """Dimensions that the module's code fixes stay fixed: Dim.AUTO lets it."""
    free = torch.export.Dim.AUTO
    shapes = [{axis: free for axis in free_names(value.dims)} for value in architecture.inputs.values()]
    dynamic = (tuple(shapes),) if isinstance(module, Flat) else tuple(shapes)
    program = torch.onnx.export(module, inputs, dynamo=True, dynamic_shapes=dynamic, verbose=False,
                                opset_version=opset, input_names=list(architecture.inputs))
    program.save(str(path), external_data=False)


def by_script(module, architecture, inputs, path):
    axes = {name: free_names(value.dims) for name, value in architecture.inputs.items()}
    torch.onnx.export(module, inputs, str(path), dynamo=False, dynamic_axes=axes, opset_version=SCRIPT_OPSET,
                      input_names=list(architecture.inputs))


NARROW = {"half": torch.float16, "bf16": torch.bfloat16}


def export_module(architecture, exporter, feeds, path):
    """exporter: dynamo, script; dynamo-half and -bf16 with the module in that dtype."""
    way, _, narrow = exporter.partition("-")
    module, inputs = built(architecture), sample_inputs(architecture, feeds)
    if not isinstance(module, torch.jit.ScriptModule):
        module = Flat(module, list(architecture.inputs), architecture.by_name)
    if narrow:
        module = module.to(NARROW[narrow])
        inputs = tuple(t.to(NARROW[narrow]) if t.is_floating_point() else t for t in inputs)
    with torch.no_grad():
        if way == "dynamo":
            by_dynamo(module, architecture, inputs, path, NARROW_OPSET if narrow else None)
        else:
            by_script(module, architecture, inputs, path)
