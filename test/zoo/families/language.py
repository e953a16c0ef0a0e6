"""Transformers of Hugging Face's library from small random configurations."""

from functools import partial

from architecture import TOKEN_SHAPES, Architecture, Input, index_input, mask_input, spread

VOCABULARY = 60
PAST_SHAPES = ({"N": 2, "L": 3, "P": 5}, {"N": 1, "L": 1, "P": 1}, {"N": 3, "L": 1, "P": 34})
PAIR_SHAPES = ({"N": 2, "L": 7, "T": 4}, {"N": 1, "L": 5, "T": 1}, {"N": 3, "L": 33, "T": 9})

# What most configurations call their sizes.
SMALL = {"vocab_size": VOCABULARY, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
         "intermediate_size": 24, "max_position_embeddings": 64, "pad_token_id": 0, "bos_token_id": 1,
         "eos_token_id": 2}
GROUPED = {**SMALL, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8}

# Type of configuration, class of model ("Model" or the end of an AutoModelFor...), sizes that
# differ; None: the configuration has no such size.
ENCODERS = (
    ("bert", "MaskedLM", {}), ("bert", "SequenceClassification", {"num_labels": 3}),
    ("bert", "QuestionAnswering", {}), ("roberta", "Model", {}), ("roberta", "TokenClassification", {}),
    ("distilbert", "Model", {"dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 24}),
    ("albert", "Model", {"embedding_size": 8, "num_hidden_groups": 1}), ("electra", "Model", {"embedding_size": 8}),
    ("mpnet", "Model", {}), ("camembert", "MaskedLM", {}), ("xlm-roberta", "Model", {}),
    ("deberta", "Model", {"relative_attention": True, "pos_att_type": ["c2p", "p2c"]}),
    ("deberta-v2", "Model", {"relative_attention": True, "pos_att_type": ["c2p", "p2c"], "position_buckets": 8,
                             "norm_rel_ebd": "layer_norm", "share_att_key": True}),
    ("squeezebert", "Model", {"embedding_size": 16, "q_groups": 2, "k_groups": 2, "v_groups": 2,
                              "post_attention_groups": 1, "intermediate_groups": 2, "output_groups": 2}),
    ("mobilebert", "Model", {"hidden_size": 16, "embedding_size": 8, "intra_bottleneck_size": 8,
                             "true_hidden_size": 8}),
    ("convbert", "Model", {"embedding_size": 16, "head_ratio": 2, "conv_kernel_size": 3}),
    ("funnel", "Model", {"num_hidden_layers": None, "block_sizes": [1, 1], "d_model": 16, "n_head": 2, "d_head": 8,
                         "d_inner": 24}),
    ("fnet", "Model", {}), ("nystromformer", "Model", {"num_landmarks": 4, "segment_means_seq_len": 4}),
    ("rembert", "Model", {"input_embedding_size": 8, "output_embedding_size": 8}), ("roformer", "Model", {}),
    ("ibert", "Model", {}), ("layoutlm", "Model", {}), ("megatron-bert", "Model", {}),
    ("xmod", "Model", {"languages": ["en"], "default_language": "en"}), ("data2vec-text", "Model", {}),
    ("ernie", "Model", {}), ("esm", "Model", {"position_embedding_type": "rotary"}), ("modernbert", "Model",
                                                                                     {"global_attn_every_n_layers": 2}),
    ("splinter", "Model", {}), ("yoso", "Model", {"use_expectation": True}), ("canine", "Model", {}),
    ("big_bird", "Model", {"attention_type": "original_full"}), ("mra", "Model", {}),
    ("longformer", "Model", {"attention_window": [4, 4]}), ("luke", "Model", {"entity_vocab_size": 10}),
    ("nomic_bert", "Model", {}), ("eurobert", "Model", {}), ("lilt", "Model", {"hidden_size": 24}),
)

DECODERS = (
    ("gpt2", {"n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 64}),
    ("gpt_neo", {"attention_types": [[["global", "local"], 1]], "num_layers": 2, "num_heads": 2}),
    ("gpt_neox", {"rotary_pct": 0.5}), ("gptj", {"n_embd": 16, "n_layer": 2, "n_head": 2, "rotary_dim": 4}),
    ("opt", {"ffn_dim": 24, "word_embed_proj_dim": 16}), ("bloom", {"n_layer": 2, "n_head": 2}),
    ("codegen", {"n_embd": 16, "n_layer": 2, "n_head": 2, "rotary_dim": 4}), ("biogpt", {}),
    ("xglm", {"d_model": 16, "num_layers": 2, "attention_heads": 2, "ffn_dim": 24}),
    ("gpt_bigcode", {"n_embd": 16, "n_layer": 2, "n_head": 2, "multi_query": True}),
    ("llama", GROUPED), ("mistral", {**GROUPED, "sliding_window": 8}), ("mixtral", {**GROUPED, "num_local_experts": 4}),
    ("qwen2", GROUPED), ("qwen3", GROUPED), ("qwen2_moe", {**GROUPED, "num_experts": 4, "moe_intermediate_size": 8,
                                                            "shared_expert_intermediate_size": 8}),
    ("gemma", GROUPED), ("gemma2", {**GROUPED, "sliding_window": 8}), ("gemma3_text", {**GROUPED, "sliding_window": 8}),
    ("phi", {"partial_rotary_factor": 0.5}), ("phi3", GROUPED), ("stablelm", {**GROUPED, "partial_rotary_factor": 0.5}),
    ("starcoder2", GROUPED), ("cohere", GROUPED), ("olmo", GROUPED), ("olmo2", GROUPED), ("granite", GROUPED),
    ("falcon", {"num_kv_heads": 1, "multi_query": True}), ("mpt", {"d_model": 16, "n_heads": 2, "n_layers": 2}),
    ("persimmon", {"partial_rotary_factor": 0.5}), ("glm", GROUPED), ("helium", GROUPED), ("smollm3", GROUPED),
    ("ernie4_5", GROUPED), ("exaone4", {**GROUPED, "sliding_window": 8}), ("nemotron", GROUPED), ("seed_oss", GROUPED),
    ("openai-gpt", {"n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 64}),
    ("ctrl", {"n_embd": 16, "n_layer": 2, "n_head": 2, "dff": 24, "n_positions": 64}),
    ("mamba", {"state_size": 4}), ("rwkv", {"attention_hidden_size": 16}), ("arcee", GROUPED), ("lfm2", GROUPED),
    ("granitemoe", {**GROUPED, "num_local_experts": 4}), ("recurrent_gemma", {**GROUPED, "lru_width": 16}),
)

WITH_CACHE = ("gpt2", "llama", "qwen2", "mistral", "gemma2", "phi3", "opt", "bloom", "gpt_neox", "falcon")

SEQUENCES = (
    ("t5", {"d_model": 16, "d_kv": 8, "d_ff": 24, "num_layers": 2, "num_heads": 2}),
    ("mt5", {"d_model": 16, "d_kv": 8, "d_ff": 24, "num_layers": 2, "num_heads": 2}),
    ("bart", {}), ("mbart", {}), ("pegasus", {}), ("marian", {}), ("m2m_100", {}), ("blenderbot", {}),
    ("fsmt", {"src_vocab_size": VOCABULARY, "tgt_vocab_size": VOCABULARY, "langs": ["a", "b"]}),
    ("prophetnet", {"hidden_size": 16, "num_encoder_attention_heads": 2, "num_decoder_attention_heads": 2}),
    ("led", {"attention_window": 4}), ("umt5", {"d_model": 16, "d_kv": 8, "d_ff": 24, "num_layers": 2, "num_heads": 2}),
)
PAIRED = {"d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2,
          "decoder_attention_heads": 2, "encoder_ffn_dim": 24, "decoder_ffn_dim": 24, "decoder_start_token_id": 1,
          "num_encoder_layers": 1, "num_decoder_layers": 1}


def build(kind, ending, sizes):
    import transformers

    common = {**SMALL, **sizes, "use_cache": False}
    common = {key: value for key, value in common.items() if value is not None}
    config = transformers.AutoConfig.for_model(kind, **common)
    config.architectures = config.architectures or []  # Looked through where a kind has several.
    factory = getattr(transformers, "AutoModel" if ending == "Model" else f"AutoModelFor{ending}")
    return factory.from_config(config, attn_implementation=sizes.get("attention", "eager"))


def build_with_cache(kind, sizes):
    """Logits and new keys and values from tokens, a mask and old keys and values, stacked by layer."""
    import torch
    import transformers

    model = build(kind, "CausalLM", sizes)

    class Step(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, input_ids, attention_mask, past):
            cache = transformers.DynamicCache()
            for layer in range(past.shape[0]):
                cache.update(past[layer, 0], past[layer, 1], layer)
            found = self.model(input_ids=input_ids, attention_mask=attention_mask, past_key_values=cache,
                               use_cache=True)
            return found.logits, found.past_key_values

    return Step()


def name_of(kind, ending=""):
    return f"hf_{kind.replace('-', '_')}" + ("" if ending in ("", "Model") else f"_{ending.lower()}")


def rows():
    tokens = {"input_ids": index_input("N L", VOCABULARY), "attention_mask": mask_input("N L")}
    encoders = [Architecture(name_of(kind, ending), partial(build, kind, ending, sizes), tokens, TOKEN_SHAPES,
                             by_name=True) for kind, ending, sizes in ENCODERS]
    yield from spread(encoders, (("dynamo",), ("script",)), (
        "transformer", "dynamic_int8", "fp16", None, "int4", "optimized"))
    decoders = [Architecture(name_of(kind), partial(build, kind, "CausalLM", sizes), tokens, TOKEN_SHAPES, by_name=True)
                for kind, sizes in DECODERS]
    yield from spread(decoders, (("dynamo",), ("script",)), ("int4", "fp16", None, "optimized", "dynamic_int8"))
    table = dict(DECODERS)
    for kind in WITH_CACHE:
        sizes = table[kind]
        heads = sizes.get("num_key_value_heads", sizes.get("num_kv_heads", 2))
        yield Architecture(f"{name_of(kind)}_cache", partial(build_with_cache, kind, sizes), {
            "input_ids": index_input("N L", VOCABULARY), "attention_mask": Input("N P+L", "ones", "int64"),
            "past": Input(f"2 2 N {heads} P 8")}, PAST_SHAPES, ("dynamo", "script"))
    pair = {"input_ids": index_input("N L", VOCABULARY), "attention_mask": mask_input("N L"),
            "decoder_input_ids": index_input("N T", VOCABULARY)}
    sequences = [Architecture(name_of(kind), partial(build, kind, "Seq2SeqLM", {**PAIRED, **sizes}), pair, PAIR_SHAPES,
                              by_name=True) for kind, sizes in SEQUENCES]
    yield from spread(sequences, (("dynamo",), ("script",)), ("int4", None, "optimized"))
