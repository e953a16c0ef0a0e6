//===- timestamp_rules.h - Where Whisper's timestamps may stand -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/generation.h"

namespace landfall::frontend {

/// The scores [R, V] f32 of next tokens; where the 0/1 size `apply` is 1, those
/// that Whisper's decoding does not allow are the lowest float. Timestamps are
/// the tokens from `beginning_timestamp_token_id` on. They come in pairs but
/// for the first, never decrease, and the first is at most 50 (a second);
/// special tokens do not follow it; and if all timestamps together are likelier
/// than each other token, one of them is next.
Tensor with_timestamp_rules(const Node &node, const Decoder &decoder,
                            Tensor scores, const Generation &state, Size apply);

} // namespace landfall::frontend
