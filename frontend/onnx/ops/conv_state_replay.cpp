//===- conv_state_replay.cpp - States after some of the inputs --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/replay.h"

namespace landfall::frontend {

// destination[b, c, p] = source[b, c, p + k] where p + k < W, else capture[b,
// p + k - W, c], for k = kept_count and W = history_width; the views of the
// backing tensors begin at byte offsets, the rest of destination stays
static void conv_state_replay(Node &node) {
  Builder &b = node.b();
  Replay replay(node, "capture_backing", 8);
  auto at = [&](int number, int64_t least, int64_t most = UINT32_MAX) {
    return replay.number(number, least, most);
  };
  Size bytes = size_of(replay.source.dtype());
  Size batch = at(3, 0), channels = at(4, 1), width = at(5, 0);
  Size capacity = at(6, 0), kept = at(7, 0);
  b.require(1 - less(capacity, kept), "kept_count exceeds capacity");
  Size state = batch * channels * width;
  Size source = replay.view(replay.source, at(0, 0), bytes, state);
  Size target = replay.view(replay.destination, at(1, 0), bytes, state);
  Size capture = replay.view(replay.captured, at(2, 0), bytes,
                             batch * capacity * channels);
  replay.output(target, state, [&](Scalar i) {
    Scalar w = b.scalar(max(width, 1)), row = i / w;
    Scalar p = i % w + b.scalar(kept), old = p < b.scalar(width);
    Scalar lane = row % b.scalar(max(channels, 1));
    Scalar in_batch = row / b.scalar(max(channels, 1));
    Scalar time = in_batch * b.scalar(capacity) + p - b.scalar(width);
    Scalar fresh = b.scalar(capture) + time * b.scalar(channels) + lane;
    Scalar before = b.scalar(source) + row * w + p;
    Scalar zero = b.literal(replay.source.dtype(), 0);
    return select(old, replay.source.at_or({&before, 1}, old, zero),
                  replay.captured.at_or({&fresh, 1}, logical_not(old), zero));
  });
}

LANDFALL_ONNX(conv_state_replay,
              {"ConvStateReplay", 1, conv_state_replay, "com.microsoft"})

} // namespace landfall::frontend
