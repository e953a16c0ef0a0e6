//===- encoder_decoder.h - Decoders of T5's and Whisper's kind  -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/generation.h"

namespace landfall::frontend {

/// A decoder that attends to what the graph `encoder` made of operand 0, text
/// [B, S] i32 or sound [B, features, frames]. Its sequences begin with the
/// operand decoder_input_ids [B, P], or with decoder_start_token_id. The inputs
/// and outputs of both graphs are known by the names that ONNX Runtime
/// prescribes. The encoder's graph may do the decoder's first step too.
std::unique_ptr<Decoder> encoder_decoder(const Node &node, int attention_mask,
                                         int decoder_input_ids);

} // namespace landfall::frontend
