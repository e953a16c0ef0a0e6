//===- decoder_only.h - Decoders of GPT-2's kind ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/generation.h"

namespace landfall::frontend {

/// A decoder that is given input_ids, position_ids, attention_mask and one
/// state [2, R, heads, past, head size] a layer. The operand `input_ids` [B, S]
/// holds the prompts; `attention_mask`: the position of that operand.
std::unique_ptr<Decoder> decoder_only(const Node &node, int attention_mask);

} // namespace landfall::frontend
