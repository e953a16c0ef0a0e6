"""Vision, speech and vision-language models of Hugging Face's library from small random configurations."""

from functools import partial

from architecture import Architecture, Input, index_input, mask_input, spread

SIZE = 32
IMAGE = {"pixel_values": Input(f"N 3 {SIZE} {SIZE}")}
FREE_IMAGE = {"pixel_values": Input("N 3 32*H 32*W")}
SOUND = {"input_values": Input("N L")}
FEATURES = {"input_features": Input("N 8 60")}
TEXT = {"input_ids": index_input("N L", 60), "attention_mask": mask_input("N L")}
PAIR = {**TEXT, "pixel_values": Input(f"M 3 {SIZE} {SIZE}")}

BATCHES = ({"N": 2}, {"N": 1}, {"N": 5})
FREE_SHAPES = ({"N": 1, "H": 1, "W": 2}, {"N": 2, "H": 2, "W": 1}, {"N": 1, "H": 3, "W": 3})
SOUND_SHAPES = ({"N": 1, "L": 900}, {"N": 2, "L": 641}, {"N": 1, "L": 1733})
PAIR_SHAPES = ({"N": 2, "L": 7, "M": 3}, {"N": 1, "L": 3, "M": 1}, {"N": 3, "L": 17, "M": 2})

VIT = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24,
       "image_size": SIZE, "patch_size": 8, "num_channels": 3, "num_labels": 4}
STAGES = {"hidden_sizes": [8, 16], "depths": [1, 1], "num_labels": 4, "num_channels": 3, "embedding_size": 8}
SPEECH = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24,
          "conv_dim": [8, 8, 8], "conv_kernel": [8, 3, 3], "conv_stride": [4, 2, 2], "num_feat_extract_layers": 3,
          "num_conv_pos_embeddings": 8, "num_conv_pos_embedding_groups": 2, "vocab_size": 12, "num_labels": 3,
          "classifier_proj_size": 8, "tdnn_dim": [8, 8], "tdnn_kernel": [3, 1], "tdnn_dilation": [1, 1],
          "xvector_output_dim": 8, "num_attention_layers": 2, "feat_proj_dropout": 0.0}
WHISPER = {"d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2,
           "decoder_attention_heads": 2, "encoder_ffn_dim": 24, "decoder_ffn_dim": 24, "num_mel_bins": 8,
           "max_source_positions": 30, "max_target_positions": 40, "vocab_size": 60, "decoder_start_token_id": 1,
           "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
TOWER = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2}
TOWERS = {"text_config": {**TOWER, "vocab_size": 60, "max_position_embeddings": 32, "bos_token_id": 1,
                          "eos_token_id": 2, "pad_token_id": 0},
          "vision_config": {**TOWER, "image_size": SIZE, "patch_size": 8}, "projection_dim": 12}

# Type of configuration, class ("Model" or the end of AutoModelFor...), sizes, inputs, shapes.
TABLE = (
    ("vit", "ImageClassification", VIT, IMAGE, BATCHES), ("deit", "ImageClassification", VIT, IMAGE, BATCHES),
    ("beit", "ImageClassification", VIT, IMAGE, BATCHES), ("dinov2", "Model", {**VIT, "mlp_ratio": 2}, IMAGE, BATCHES),
    ("dinov2_with_registers", "Model", {**VIT, "mlp_ratio": 2}, IMAGE, BATCHES),
    ("vit_msn", "Model", VIT, IMAGE, BATCHES), ("data2vec-vision", "Model", VIT, IMAGE, BATCHES),
    ("ijepa", "Model", VIT, IMAGE, BATCHES), ("yolos", "ObjectDetection", {**VIT, "image_size": [SIZE, SIZE],
                                                                         "num_detection_tokens": 5}, IMAGE, BATCHES),
    ("swin", "ImageClassification", {"image_size": SIZE, "patch_size": 4, "embed_dim": 8, "depths": [1, 1],
                                     "num_heads": [1, 2], "window_size": 4}, IMAGE, BATCHES),
    ("swinv2", "Model", {"image_size": SIZE, "patch_size": 4, "embed_dim": 8, "depths": [1, 1],
                         "num_heads": [1, 2], "window_size": 4}, IMAGE, BATCHES),
    ("swin2sr", "ImageToImage", {"image_size": SIZE, "patch_size": 1, "embed_dim": 8, "depths": [1],
                                         "num_heads": [2], "window_size": 4, "upscale": 2}, IMAGE, BATCHES),
    ("donut-swin", "Model", {"image_size": SIZE, "patch_size": 4, "embed_dim": 8, "depths": [1, 1],
                             "num_heads": [1, 2], "window_size": 4}, IMAGE, BATCHES),
    ("convnext", "ImageClassification", {**STAGES, "num_stages": 2}, FREE_IMAGE, FREE_SHAPES),
    ("convnextv2", "ImageClassification", {**STAGES, "num_stages": 2}, FREE_IMAGE, FREE_SHAPES),
    ("resnet", "ImageClassification", STAGES, FREE_IMAGE, FREE_SHAPES),
    ("regnet", "ImageClassification", {**STAGES, "groups_width": 8}, FREE_IMAGE, FREE_SHAPES),
    ("bit", "ImageClassification", {**STAGES, "num_groups": 4}, FREE_IMAGE, FREE_SHAPES),
    ("poolformer", "Model", {"hidden_sizes": [8, 8, 8, 8], "depths": [1, 1, 1, 1]}, FREE_IMAGE, FREE_SHAPES),
    ("pvt", "Model", {"image_size": SIZE, "hidden_sizes": [8, 8, 8, 8], "depths": [1, 1, 1, 1],
                      "num_attention_heads": [1, 1, 2, 2]}, IMAGE, BATCHES),
    ("segformer", "SemanticSegmentation", {"hidden_sizes": [8, 8, 16, 16], "depths": [1, 1, 1, 1],
                                           "num_attention_heads": [1, 1, 2, 2], "decoder_hidden_size": 8},
     FREE_IMAGE, FREE_SHAPES),
    ("glpn", "DepthEstimation", {"hidden_sizes": [8, 8, 16, 16], "depths": [1, 1, 1, 1],
                                 "num_attention_heads": [1, 1, 2, 2], "decoder_hidden_size": 8},
     FREE_IMAGE, FREE_SHAPES),
    ("dpt", "DepthEstimation", {**VIT, "num_hidden_layers": 4, "backbone_out_indices": [0, 1, 2, 3],
                                "neck_hidden_sizes": [8, 8, 8, 8], "fusion_hidden_size": 8}, IMAGE, BATCHES),
    ("mobilevit", "ImageClassification", {"image_size": 64, "hidden_sizes": [8, 8, 16],
                                          "neck_hidden_sizes": [8, 8, 8, 8, 8, 8, 16], "num_attention_heads": 2},
     FREE_IMAGE, FREE_SHAPES),
    ("mobilenet_v1", "ImageClassification", {"depth_multiplier": 0.25}, FREE_IMAGE, FREE_SHAPES),
    ("mobilenet_v2", "ImageClassification", {"depth_multiplier": 0.25}, FREE_IMAGE, FREE_SHAPES),
    ("levit", "ImageClassification", {"image_size": 64, "hidden_sizes": [16, 24, 32], "depths": [1, 1, 1],
                                      "num_attention_heads": [2, 2, 2], "key_dim": [8, 8, 8]},
     {"pixel_values": Input("N 3 64 64")}, BATCHES),
    ("cvt", "ImageClassification", {"embed_dim": [8, 8, 16], "depth": [1, 2, 3], "num_heads": [1, 1, 2]},
     FREE_IMAGE, FREE_SHAPES),
    ("focalnet", "ImageClassification", {"image_size": SIZE, "embed_dim": 8, "hidden_sizes": [8, 16], "depths": [1, 1],
                                         "focal_levels": [2, 2], "focal_windows": [3, 3]}, IMAGE, BATCHES),
    ("hiera", "Model", {"image_size": [SIZE, SIZE], "embed_dim": 8, "depths": [1, 1], "num_heads": [1, 2],
                        "query_stride": [2, 2], "masked_unit_size": [4, 4], "num_query_pool": 1}, IMAGE, BATCHES),
    ("wav2vec2", "CTC", SPEECH, SOUND, SOUND_SHAPES), ("wav2vec2", "AudioClassification", SPEECH, SOUND, SOUND_SHAPES),
    ("hubert", "CTC", SPEECH, SOUND, SOUND_SHAPES), ("wavlm", "Model", SPEECH, SOUND, SOUND_SHAPES),
    ("unispeech", "CTC", SPEECH, SOUND, SOUND_SHAPES), ("unispeech-sat", "Model", SPEECH, SOUND, SOUND_SHAPES),
    ("data2vec-audio", "Model", SPEECH, SOUND, SOUND_SHAPES),
    ("sew", "Model", {**SPEECH, "squeeze_factor": 2}, SOUND, SOUND_SHAPES),
    ("wav2vec2-conformer", "Model", {**SPEECH, "conv_depthwise_kernel_size": 5}, SOUND, SOUND_SHAPES),
    ("wav2vec2-bert", "Model", {**SPEECH, "feature_projection_input_dim": 8, "conv_depthwise_kernel_size": 5},
     {"input_features": Input("N L 8")}, PAIR_SHAPES),
    ("whisper", "SpeechSeq2Seq", WHISPER, {**FEATURES, "decoder_input_ids": index_input("N L", 60)}, PAIR_SHAPES),
    ("speech_to_text", "SpeechSeq2Seq", {**WHISPER, "input_feat_per_channel": 8, "conv_channels": 12},
     {"input_features": Input("N 60 8"), "decoder_input_ids": index_input("N L", 60)}, PAIR_SHAPES),
    ("audio-spectrogram-transformer", "AudioClassification", {**VIT, "max_length": 32, "num_mel_bins": 16,
                                                              "frequency_stride": 8, "time_stride": 8},
     {"input_values": Input("N 32 16")}, BATCHES),
    ("clip", "Model", TOWERS, PAIR, PAIR_SHAPES), ("siglip", "Model", TOWERS, PAIR, PAIR_SHAPES),
    ("chinese_clip", "Model", TOWERS, PAIR, PAIR_SHAPES), ("altclip", "Model", TOWERS, PAIR, PAIR_SHAPES),
    ("metaclip_2", "Model", TOWERS, PAIR, PAIR_SHAPES),
    ("clipseg", "Model", TOWERS, PAIR, PAIR_SHAPES),
    ("vilt", "Model", {**VIT, "vocab_size": 60, "max_position_embeddings": 32},
     {**TEXT, "pixel_values": Input(f"N 3 {SIZE} {SIZE}")}, PAIR_SHAPES),
    ("patchtst", "Model", {"num_input_channels": 2, "context_length": 16, "patch_length": 4, "patch_stride": 4,
                           "d_model": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "ffn_dim": 12},
     {"past_values": Input("N 16 2")}, BATCHES),
    ("patchtsmixer", "Model", {"num_input_channels": 2, "context_length": 16, "patch_length": 4, "patch_stride": 4,
                               "d_model": 8, "num_layers": 1}, {"past_values": Input("N 16 2")}, BATCHES),
)


def build(kind, ending, sizes):
    import transformers

    config = transformers.AutoConfig.for_model(kind, **sizes)
    config.architectures = config.architectures or []  # Looked through where a kind has several.
    factory = getattr(transformers, "AutoModel" if ending == "Model" else f"AutoModelFor{ending}")
    return factory.from_config(config, attn_implementation="eager")


def name_of(kind, ending):
    return f"hf_{kind.replace('-', '_')}" + ("" if ending == "Model" else f"_{ending.lower()}")


def rows():
    plain = [Architecture(name_of(kind, ending), partial(build, kind, ending, sizes), inputs, shapes, by_name=True)
             for kind, ending, sizes, inputs, shapes in TABLE]
    return spread(plain, (("dynamo",), ("script",)), ("static_int8", "fp16", None, "optimized", "dynamic_int8"))
