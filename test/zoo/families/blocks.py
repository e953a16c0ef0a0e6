"""Nets written here: U-Nets, super resolution, diffusion, graphs, recurrences, control flow.

Their modules are nets/*.py.
"""

from functools import partial

from architecture import IMAGE_SHAPES, Architecture, Input, index_input

EVEN_SHAPES = ({"N": 1, "H": 4, "W": 4}, {"N": 2, "H": 3, "W": 5}, {"N": 3, "H": 2, "W": 7})
SEQUENCE_SHAPES = ({"N": 2, "L": 20}, {"N": 1, "L": 9}, {"N": 3, "L": 41})
GRAPH_SHAPES = ({"V": 9, "E": 20}, {"V": 1, "E": 3}, {"V": 33, "E": 7})
SOUND_SHAPES = ({"N": 1, "L": 640}, {"N": 2, "L": 497}, {"N": 1, "L": 1201})

IMAGE = {"image": Input("N 3 H W")}
EVEN_IMAGE = {"image": Input("N 3 8*H 8*W")}
TIMED_IMAGE = {"image": Input("N 4 4*H 4*W"), "time": Input("N", "unit")}
SEQUENCE = {"x": Input("N L 8")}
GRAPH = {"nodes": Input("V 6"), "edges": Input("2 E", "index:V", "int64")}
SOUND = {"sound": Input("N L")}
TOKENS = {"tokens": index_input("N L", 50)}
BOTH = ("dynamo", "script")

# Module of nets/, class, inputs, shapes, files that are made of it.
NETS = (
    ("images", "UNet", EVEN_IMAGE, EVEN_SHAPES, (*BOTH, "script/static_int8", "dynamo/fp16")),
    ("images", "UNetPadded", IMAGE, IMAGE_SHAPES, BOTH),
    ("images", "UNetNested", EVEN_IMAGE, EVEN_SHAPES, BOTH),
    ("images", "AttentionUNet", EVEN_IMAGE, EVEN_SHAPES, (*BOTH, "script/optimized")),
    ("images", "SubPixel", IMAGE, IMAGE_SHAPES, (*BOTH, "dynamo/static_int8", "dynamo-bf16", "dynamo-half")),
    ("images", "ResidualDense", IMAGE, IMAGE_SHAPES, BOTH),
    ("images", "ChannelAttention", IMAGE, IMAGE_SHAPES, (*BOTH, "dynamo-bf16")),
    ("images", "Denoiser", IMAGE, IMAGE_SHAPES, (*BOTH, "script/operators_int8")),
    ("images", "PyramidHead", EVEN_IMAGE, EVEN_SHAPES, BOTH),
    ("images", "AnchorDetector", EVEN_IMAGE, EVEN_SHAPES, (*BOTH, "script/static_int8")),
    ("images", "CenterDetector", EVEN_IMAGE, EVEN_SHAPES, BOTH),
    ("images", "StyleTransfer", IMAGE, IMAGE_SHAPES, BOTH),
    ("images", "SpatialTransformer", IMAGE, IMAGE_SHAPES, BOTH),
    ("images", "OpticalFlow", EVEN_IMAGE, EVEN_SHAPES, BOTH),
    ("images", "PatchDiscriminator", IMAGE, IMAGE_SHAPES, (*BOTH, "dynamo-half")),
    ("diffusion", "TimedUNet", TIMED_IMAGE, EVEN_SHAPES, (*BOTH, "dynamo-half", "dynamo-bf16")),
    ("diffusion", "ImageEncoder", EVEN_IMAGE, EVEN_SHAPES, (*BOTH, "dynamo/fp16")),
    ("diffusion", "ImageDecoder", {"image": Input("N 4 H W")}, EVEN_SHAPES, (*BOTH, "dynamo-half")),
    ("diffusion", "PatchTransformer", TIMED_IMAGE, EVEN_SHAPES, (*BOTH, "dynamo-bf16", "dynamo/int4")),
    ("diffusion", "VectorQuantizer", EVEN_IMAGE, EVEN_SHAPES, BOTH),
    ("diffusion", "CrossAttentionBlock", {**TIMED_IMAGE, "text": Input("N 5 12")}, EVEN_SHAPES, BOTH),
    ("sequences", "Tagger", TOKENS, SEQUENCE_SHAPES, (*BOTH, "script/dynamic_int8")),
    ("sequences", "AttentionPool", SEQUENCE, SEQUENCE_SHAPES, BOTH),
    ("sequences", "Seq2Seq", TOKENS, SEQUENCE_SHAPES, BOTH),
    ("sequences", "TemporalConv", SEQUENCE, SEQUENCE_SHAPES, (*BOTH, "dynamo/static_int8")),
    ("sequences", "GatedConv", SEQUENCE, SEQUENCE_SHAPES, BOTH),
    ("sequences", "LinearAttention", SEQUENCE, SEQUENCE_SHAPES, (*BOTH, "dynamo-half")),
    ("sequences", "StateSpace", SEQUENCE, SEQUENCE_SHAPES, BOTH),
    ("sequences", "RelativeAttention", SEQUENCE, SEQUENCE_SHAPES, BOTH),
    ("sequences", "RotaryDecoder", TOKENS, SEQUENCE_SHAPES, (*BOTH, "dynamo/int4", "dynamo-bf16")),
    ("sequences", "AlibiAttention", SEQUENCE, SEQUENCE_SHAPES, BOTH),
    ("sequences", "Experts", SEQUENCE, SEQUENCE_SHAPES, BOTH),
    ("sequences", "Forecaster", SEQUENCE, SEQUENCE_SHAPES, (*BOTH, "script/dynamic_int8")),
    ("sequences", "TokenMixer", {"x": Input("N 12 8")}, SEQUENCE_SHAPES, BOTH),
    ("sequences", "CellLoop", {"x": Input("N 6 8")}, SEQUENCE_SHAPES, BOTH),
    ("sound", "Conformer", {"x": Input("N L 16")}, SEQUENCE_SHAPES, (*BOTH, "dynamo/fp16", "script/dynamic_int8")),
    ("sound", "Spectrogram", SOUND, SOUND_SHAPES, BOTH),
    ("sound", "WaveformEncoder", SOUND, SOUND_SHAPES, (*BOTH, "script/static_int8")),
    ("sound", "WaveNet", SOUND, SOUND_SHAPES, BOTH),
    ("sound", "Separator", SOUND, SOUND_SHAPES, BOTH),
    ("sound", "SpeechRecognizer", {"x": Input("N L 16")}, SEQUENCE_SHAPES, BOTH),
    ("sound", "KeywordSpotter", {"x": Input("N L 16")}, SEQUENCE_SHAPES, (*BOTH, "script/static_int8")),
    ("sound", "Vocoder", {"x": Input("N 8 L")}, SEQUENCE_SHAPES, BOTH),
    ("graphs", "GraphConvolution", GRAPH, GRAPH_SHAPES, BOTH),
    ("graphs", "GraphAttention", GRAPH, GRAPH_SHAPES, BOTH),
    ("graphs", "SageMean", GRAPH, GRAPH_SHAPES, BOTH),
    ("graphs", "SageMax", GRAPH, GRAPH_SHAPES, BOTH),
    ("graphs", "EdgeConvolution", GRAPH, GRAPH_SHAPES, BOTH),
    ("graphs", "MessagePassing", GRAPH, GRAPH_SHAPES, BOTH),
    ("graphs", "DenseGraph", {"nodes": Input("N V 6")}, ({"N": 2, "V": 9}, {"N": 1, "V": 1}, {"N": 3, "V": 17}), BOTH),
    ("graphs", "PointNet", {"points": Input("N V 3")}, ({"N": 2, "V": 9}, {"N": 1, "V": 1}, {"N": 3, "V": 65}), BOTH),
    ("graphs", "NearestPoints", {"points": Input("N V 3")}, ({"N": 2, "V": 9}, {"N": 1, "V": 5}, {"N": 3, "V": 33}), BOTH),
    ("graphs", "Recommender", {"users": index_input("N", 20), "items": index_input("N L", 30)}, SEQUENCE_SHAPES,
     (*BOTH, "script/dynamic_int8")),
    ("graphs", "FactorizationMachine", {"fields": index_input("N 5", 30), "numbers": Input("N 4")}, SEQUENCE_SHAPES, BOTH),
    ("graphs", "WideDeep", {"fields": index_input("N 5", 30), "numbers": Input("N 4")}, SEQUENCE_SHAPES,
     (*BOTH, "dynamo/fp16")),
    ("control", "CondNet", SEQUENCE, SEQUENCE_SHAPES, ("dynamo",)),
    ("control", "CondNested", SEQUENCE, SEQUENCE_SHAPES, ("dynamo",)),
    ("control", "WhileNet", SEQUENCE, SEQUENCE_SHAPES, ("dynamo",)),
    ("control", "ScanNet", SEQUENCE, SEQUENCE_SHAPES, ("dynamo",)),
    ("control", "ScriptLoop", SEQUENCE, SEQUENCE_SHAPES, ("script", "script/optimized")),
    ("control", "ScriptIf", SEQUENCE, SEQUENCE_SHAPES, ("script",)),
    ("control", "ScriptIfShape", SEQUENCE, SEQUENCE_SHAPES, ("script",)),
    ("control", "ScriptWhile", SEQUENCE, SEQUENCE_SHAPES, ("script",)),
    ("control", "ScriptList", SEQUENCE, SEQUENCE_SHAPES, ("script",)),
    ("control", "ScriptNested", SEQUENCE, SEQUENCE_SHAPES, ("script",)),
    ("control", "GreedyDecoder", TOKENS, SEQUENCE_SHAPES, ("script",)),
    ("control", "EarlyExit", SEQUENCE, SEQUENCE_SHAPES, ("script",)),
)


def build(module, name):
    import importlib

    found = getattr(importlib.import_module(f"nets.{module}"), name)()
    if name.startswith(("Script", "Greedy", "Early")):
        import torch

        return torch.jit.script(found.eval())
    return found


def rows():
    for module, name, inputs, shapes, variants in NETS:
        yield Architecture(f"{module}_{name}", partial(build, module, name), inputs, shapes, variants)
