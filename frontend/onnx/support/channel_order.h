//===- channel_order.h - Channels second or last ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/permute.h"

namespace landfall::frontend {

/// [N, spatial..., C] as [N, C, spatial...].
inline Tensor channels_second(Tensor x) {
  if (x.rank() < 3)
    throw BuildError(ErrorCode::invalid_model,
                     "a tensor of shape " + to_string(x.shape()) +
                         " needs a batch, a spatial and a channel dimension");
  std::vector<int> order = {0, x.rank() - 1};
  for (int d = 1; d + 1 < x.rank(); ++d)
    order.push_back(d);
  return permute(x, order);
}

/// [N, C, spatial...] as [N, spatial..., C].
inline Tensor channels_last(Tensor x) {
  std::vector<int> order = {0};
  for (int d = 2; d < x.rank(); ++d)
    order.push_back(d);
  order.push_back(1);
  return permute(x, order);
}

} // namespace landfall::frontend
