//===- projected_attention.h - Attention and QAttention ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// Operands of ONNX Runtime's operators that project one input to queries,
/// keys and values. All but the projection may be absent.
struct ProjectedAttention {
  Tensor projection;  ///< [B, S, hidden]: Q, K and V side by side.
  Tensor mask;        ///< ScoreOffsets has the forms.
  Tensor past;        ///< Keys and values, [2, B, N, P, H].
  Tensor bias;        ///< attention_bias
  Tensor past_length; ///< Set if past and present are one buffer of P tokens.
};

/// Binds the node's outputs: the attention and, if it is wanted, `present`.
void projected_attention(Node &node, const ProjectedAttention &operands);

} // namespace landfall::frontend
