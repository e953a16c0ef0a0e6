//===- gemm.cpp - ONNX Gemm, ONNX Runtime's FusedGemm ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Gemm:      Y = alpha * A' * B' + beta * C, where A' and B' are A and B,
//            transposed if transA and transB say so, and C broadcasts to Y.
// FusedGemm: Y = activation(Gemm)
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/gemm.h"
#include "frontend/onnx/families/fused_activation.h"

namespace landfall::frontend {

static void gemm(Node &node) { node.output(gemm_of(node)); }

static void fused_gemm(Node &node) {
  std::vector<float> parameters;
  for (const char *name :
       {"activation_alpha", "activation_beta", "activation_gamma"})
    if (node.has_attr(name))
      parameters.push_back(float(node.float_attr(name)));
  node.output(activated(gemm_of(node), fused_activation(node, parameters)));
}

LANDFALL_ONNX(gemm, {"Gemm", 1, gemm},
              {"FusedGemm", 1, fused_gemm, "com.microsoft"})

} // namespace landfall::frontend
