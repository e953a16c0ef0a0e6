"""The models of run_models.py: random weights, real structure, moderate sizes.

Nothing here needs a framework until a row's `build` is called.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial


@dataclass(frozen=True)
class Row:
    """build: gives the module.
    inputs: from a size, (one of `sizes`) to the keyword or positional arguments of a call.
    sizes: the first is compiled for and timed, the others run on the same artefact.
    call: how the module is used; by default module(*inputs) or module(**inputs).
    """

    name: str
    family: str
    build: Callable
    inputs: Callable
    sizes: tuple
    call: Callable | None = None


def images(size, channels=3):
    import torch

    batch, height, width = size
    return (torch.randn(batch, channels, height, width),)


FREE = ((2, 96, 96), (1, 128, 96), (3, 64, 96))  # Batch, height, width.


def fixed(side):
    return ((2, side, side), (1, side, side), (5, side, side))


def torchvision_model(expression):
    import torchvision.models

    return eval(expression, vars(torchvision.models))


TORCHVISION = """
resnet18 | resnet18() |
resnext | ResNet(resnet.Bottleneck, [1, 1, 1, 1], groups=32, width_per_group=4) |
mobilenet_v2 | mobilenet_v2() |
mobilenet_v3_small | mobilenet_v3_small() |
efficientnet_b0 | efficientnet_b0() |
shufflenet_v2 | shufflenet_v2_x0_5() |
squeezenet | squeezenet1_1() |
regnet_y | regnet_y_400mf() |
densenet | DenseNet(16, (3, 6, 6), 32) |
googlenet | googlenet(init_weights=False, aux_logits=False) |
convnext | ConvNeXt([convnext.CNBlockConfig(64, 128, 2), convnext.CNBlockConfig(128, None, 2)]) |
vit | VisionTransformer(96, 16, 4, 4, 128, 256) | 96
swin | SwinTransformer([4, 4], 48, [2, 2], [3, 6], [4, 4]) | 64
deeplabv3 | segmentation.deeplabv3_mobilenet_v3_large(weights_backbone=None, num_classes=3) |
lraspp | segmentation.lraspp_mobilenet_v3_large(weights_backbone=None, num_classes=3) |
"""

# Name in timm, what makes it smaller, the side of its images where that is fixed.
TIMM = """
mobilenetv3_small_100 | |
efficientnet_lite0 | |
ghostnet_100 | |
regnetx_002 | |
seresnet18 | |
repvgg_a0 | |
hrnet_w18_small | |
convnextv2_atto | depths=(1, 1, 2, 1) |
mobilevit_xxs | |
edgenext_xx_small | |
vit_tiny_patch16_224 | depth=4, img_size=96 | 96
deit_tiny_distilled_patch16_224 | depth=4, img_size=96 | 96
swinv2_tiny_window8_256 | depths=(1, 1, 2, 1), img_size=64, window_size=4 | 64
beit_base_patch16_224 | depth=2, embed_dim=192, num_heads=3, img_size=96 | 96
mixer_s32_224 | img_size=96 | 96
levit_128s | img_size=224 | 224
efficientvit_b0 | |
"""


def timm_model(name, options):
    import timm

    return timm.create_model(name, pretrained=False, **eval(f"dict({options})"))


SIZES = {"vocab_size": 1000, "hidden_size": 192, "num_hidden_layers": 3, "num_attention_heads": 4,
         "intermediate_size": 384, "max_position_embeddings": 256, "pad_token_id": 0, "bos_token_id": 1,
         "eos_token_id": 2}
GROUPED = {"num_key_value_heads": 2, "head_dim": 48}


def transformer(kind, ending, sizes, common=SIZES):
    import transformers

    sizes = {key: value for key, value in {**common, **sizes}.items() if value is not None}
    config = transformers.AutoConfig.for_model(kind, **sizes)
    factory = getattr(transformers, "AutoModel" if ending == "Model" else f"AutoModelFor{ending}")
    return factory.from_config(config)


def tokens(size):
    import torch

    batch, length = size
    mask = torch.ones(batch, length, dtype=torch.int64)
    mask[-1, length - length // 4:] = 0
    return {"input_ids": torch.randint(3, 1000, (batch, length)), "attention_mask": mask}


TEXT = ((2, 40), (1, 23), (3, 64))  # Batch, length.

ENCODERS = (
    ("bert", "SequenceClassification", {}), ("roberta", "Model", {}), ("albert", "Model", {"embedding_size": 64}),
    ("distilbert", "Model", {"dim": 192, "n_layers": 3, "n_heads": 4, "hidden_dim": 384}),
    ("electra", "Model", {}), ("mpnet", "Model", {}), ("modernbert", "Model", {"global_attn_every_n_layers": 2}),
    ("deberta-v2", "Model", {"relative_attention": True, "pos_att_type": ["c2p", "p2c"], "position_buckets": 32}),
    ("roformer", "Model", {}),
)

DECODERS = (
    ("gpt2", {"n_embd": 192, "n_layer": 3, "n_head": 4, "n_positions": 256}), ("llama", GROUPED),
    ("qwen2", GROUPED), ("qwen3", GROUPED), ("mistral", {**GROUPED, "sliding_window": 64}),
    ("gemma2", {**GROUPED, "sliding_window": 64}), ("phi3", GROUPED), ("olmo2", GROUPED),
    ("falcon", {"multi_query": True}), ("opt", {"ffn_dim": 384, "word_embed_proj_dim": 192}),
    ("bloom", {"n_layer": 3, "n_head": 4}), ("gpt_neox", {"rotary_pct": 0.5}),
    ("mamba", {"state_size": 8}),
)


def without_cache(module, inputs):
    return module(**inputs, use_cache=False)


def greedy(module, inputs, steps=4, **cache):
    """Logits of a prompt and of each token after it, with a cache of keys and values."""
    import torch

    ids, logits, past = inputs["input_ids"], [], cache.get("past")
    position = torch.arange(ids.shape[1])
    for _ in range(steps):
        found = module(input_ids=ids, past_key_values=past, use_cache=True, cache_position=position)
        past, ids = found.past_key_values, found.logits[:, -1:].argmax(-1)
        position = position[-1:] + 1
        logits.append(found.logits)
    return logits


def greedy_static(module, inputs):
    """The same with a cache of a fixed size that is written in place."""
    import transformers

    config = getattr(module, "_orig_mod", module).config
    return greedy(module, inputs, past=transformers.StaticCache(config=config, max_cache_len=128))


PAIRED = {"d_model": 192, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4,
          "decoder_attention_heads": 4, "encoder_ffn_dim": 384, "decoder_ffn_dim": 384, "decoder_start_token_id": 1}
TRANSLATORS = (
    ("t5", {"d_model": 192, "d_kv": 48, "d_ff": 384, "num_layers": 2, "num_heads": 4, "decoder_start_token_id": 1}),
    ("bart", PAIRED), ("marian", PAIRED),
)


def pairs(size):
    import torch

    return {**tokens(size), "decoder_input_ids": torch.randint(3, 1000, (size[0], 5 + size[1] // 4)),
            "use_cache": False}


WAVES = {"hidden_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 192,
         "conv_dim": (32, 32, 32), "conv_stride": (5, 2, 2), "conv_kernel": (10, 3, 3), "num_feat_extract_layers": 3,
         "vocab_size": 40, "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 4}


def waves(size):
    import torch

    return {"input_values": torch.randn(*size)}


def spectrogram(size):
    import torch

    return {"input_features": torch.randn(size[0], 16, 64), "decoder_input_ids": torch.randint(3, 1000, size),
            "use_cache": False}


VIT = {"hidden_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 192,
       "image_size": 64, "patch_size": 16}
TOWERS = {"text_config": {**SIZES, "max_position_embeddings": 64}, "vision_config": VIT, "projection_dim": 64}


def pixels(size):
    return {"pixel_values": images(size)[0]}


def words_and_pixels(size):
    import torch

    batch, length = size
    return {"input_ids": torch.randint(3, 900, (batch, length)), "attention_mask": torch.ones(batch, length).long(),
            "pixel_values": images((batch, 64, 64))[0]}


def detector(expression):
    import torchvision.models.detection as detection

    import torch

    module = eval(expression, {**vars(detection), "SMALL": {
        "weights": None, "weights_backbone": None, "num_classes": 4, "min_size": 96, "max_size": 128}})
    # Statistics of these weights, so that scores differ: the order of equal ones is a
    # matter of chance.
    for part in module.backbone.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.momentum = 1.0
    with torch.no_grad():
        module.backbone.train()(torch.randn(2, 3, 160, 160))
    return module


def one_image(module, inputs):
    return [tensor for found in module([inputs[0][0]]) for tensor in found.values()]


DETECTORS = """
ssdlite320 | ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None, num_classes=4, score_thresh=0.25)
retinanet | retinanet_resnet50_fpn(**SMALL, score_thresh=0.01)
"""


def cells(table):
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def vision_rows():
    for name, expression, side in cells(TORCHVISION):
        yield Row(name, "torchvision", partial(torchvision_model, expression), images,
                  fixed(int(side)) if side else FREE)
    for name, expression in cells(DETECTORS):
        yield Row(name, "detectors", partial(detector, expression), images, ((1, 96, 96), (1, 80, 112)), one_image)
    for name, options, side in cells(TIMM):
        yield Row(name, "timm", partial(timm_model, name, options), images, fixed(int(side)) if side else FREE)


def language_rows():
    for kind, ending, sizes in ENCODERS:
        yield Row(kind, "encoders", partial(transformer, kind, ending, sizes), tokens, TEXT)
    for kind, sizes in DECODERS:
        yield Row(kind, "decoders", partial(transformer, kind, "CausalLM", sizes), tokens, TEXT, without_cache)
    for kind in ("gpt2", "llama", "qwen2"):
        yield Row(f"{kind}, cache", "decoders", partial(transformer, kind, "CausalLM", dict(DECODERS)[kind]),
                  tokens, TEXT, greedy)
    yield Row("llama, static cache", "decoders", partial(transformer, "llama", "CausalLM", GROUPED), tokens,
              TEXT, greedy_static)
    for kind, sizes in TRANSLATORS:
        yield Row(kind, "translators", partial(transformer, kind, "Seq2SeqLM", sizes), pairs, TEXT)


def other_rows():
    for kind in ("wav2vec2", "hubert"):
        yield Row(kind, "speech", partial(transformer, kind, "CTC", WAVES, {}), waves, ((2, 4000), (1, 5200), (3, 2400)))
    yield Row("whisper", "speech", partial(transformer, "whisper", "SpeechSeq2Seq", {
        **PAIRED, "num_mel_bins": 16, "max_source_positions": 32}), spectrogram, ((2, 7), (1, 5), (3, 12)))
    yield Row("clip", "vision and language", partial(transformer, "clip", "Model", TOWERS, {}), words_and_pixels,
              ((2, 20), (1, 9), (3, 33)))
    alike = {**TOWERS, "text_config": {**TOWERS["text_config"], "hidden_size": 96}}
    yield Row("siglip", "vision and language", partial(transformer, "siglip", "Model", alike, {}), words_and_pixels,
              ((2, 20), (1, 9), (3, 33)))
    yield Row("vilt", "vision and language", partial(transformer, "vilt", "Model", {**VIT, "vocab_size": 1000}, {}),
              words_and_pixels, ((2, 20), (1, 9), (3, 33)))
    yield Row("dinov2", "vision and language", partial(transformer, "dinov2", "Model", VIT, {}), pixels, fixed(64))
    yield Row("segformer", "vision and language", partial(transformer, "segformer", "SemanticSegmentation", {
        "hidden_sizes": (16, 32, 64, 96), "depths": (1, 1, 1, 1)}, {}), pixels, FREE)


def rows():
    return [*vision_rows(), *language_rows(), *other_rows()]
