//===- gated_delta_net_state_replay.cpp - States after some tokens --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// State rows [Hv, Dv, Dk] at offsets of flat tensors: s = source[h, v, i], then
// for each of kept_count tokens s = s * decay[t, h] + key[t, h Hk / Hv, i] *
// delta[t, h, v], which is destination[h, v, i]; the rest of destination stays.
// Decay is by (t, h, i) if key begins so far behind it.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/replay.h"

namespace landfall::frontend {

static void gated_delta_net_state_replay(Node &node) {
  Builder &b = node.b();
  Replay replay(node, "capsule_backing", 11);
  auto at = [&](int number, int64_t least) {
    return replay.number(number, least, UINT32_MAX);
  };
  Size heads = at(5, 1), values = at(6, 1), keys = at(7, 1), shared = at(8, 1);
  Size capacity = at(9, 1), kept = at(10, 1);
  b.require(1 - less(capacity, kept), "kept_count exceeds capacity");
  Size state = heads * values * keys;
  Size source = replay.view(replay.source, at(0, 0), 1, state);
  Size target = replay.view(replay.destination, at(1, 0), 1, state);
  Size by_row = equal(at(3, 0) - at(2, 0), capacity * heads * keys);
  Size width = 1 + by_row * (keys - 1);
  Size starts[] = {at(2, 0), at(3, 0), at(4, 0)};
  replay.view(replay.captured, starts[0], 1, capacity * heads * width);
  replay.view(replay.captured, starts[1], 1, capacity * shared * keys);
  replay.view(replay.captured, starts[2], 1, capacity * heads * values);
  replay.output(target, state, [&](Scalar i) {
    Scalar row = i % b.scalar(keys),
           value = i / b.scalar(keys) % b.scalar(values);
    Scalar head = i / b.scalar(keys * values);
    Scalar key_head = head * b.scalar(shared) / b.scalar(heads);
    auto captured = [&](Size start, Scalar t, Size count, Scalar at) {
      return replay.captured.at({b.scalar(start) + t * b.scalar(count) + at});
    };
    Scalar before = replay.source.at({b.scalar(source) + i});
    return b.fold(
        {kept}, {before},
        [&](std::span<const Scalar> t, std::span<const Scalar> s) -> Scalars {
          Scalar decay =
              captured(starts[0], t[0], heads * width,
                       head * b.scalar(width) + row * b.scalar(by_row));
          Scalar key = captured(starts[1], t[0], shared * keys,
                                key_head * b.scalar(keys) + row);
          Scalar delta = captured(starts[2], t[0], heads * values,
                                  head * b.scalar(values) + value);
          return {s[0] * decay + key * delta};
        })[0];
  });
}

LANDFALL_ONNX(gated_delta_net_state_replay,
              {"GatedDeltaNetStateReplay", 1, gated_delta_net_state_replay,
               "com.microsoft"})

} // namespace landfall::frontend
