//===- fused_activation.cpp - Activations fused by optimisers -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/fused_activation.h"

#include "frontend/onnx/families/unary.h"

namespace landfall::frontend {

namespace {

using Parameters = std::vector<float>;

struct Kind {
  std::string_view name;
  size_t parameters;
  Scalar (*apply)(Scalar x, const Parameters &p);
};

Scalar hard_sigmoid(Scalar x, double alpha, double beta) {
  return minimum(maximum(x * alpha + beta, 0), 1);
}

constexpr Kind kinds[] = {
    {"Relu", 0, [](Scalar x, const Parameters &) { return maximum(x, 0); }},
    {"Tanh", 0, [](Scalar x, const Parameters &) { return tanh(x); }},
    {"Sigmoid", 0, [](Scalar x, const Parameters &) { return sigmoid(x); }},
    {"Softplus", 0,
     [](Scalar x, const Parameters &) { return softplus_of(x); }},
    {"Softsign", 0,
     [](Scalar x, const Parameters &) { return x / (abs(x) + 1); }},
    {"HardSwish", 0,
     [](Scalar x, const Parameters &) {
       return x * hard_sigmoid(x, 1.0 / 6, 0.5);
     }},
    {"LeakyRelu", 1,
     [](Scalar x, const Parameters &p) { return select(x >= 0, x, x * p[0]); }},
    {"Elu", 1,
     [](Scalar x, const Parameters &p) {
       return select(x >= 0, x, (exp(x) - 1) * p[0]);
     }},
    {"Celu", 1,
     [](Scalar x, const Parameters &p) {
       return maximum(x, 0) + minimum((exp(x / p[0]) - 1) * p[0], 0);
     }},
    {"ThresholdedRelu", 1,
     [](Scalar x, const Parameters &p) {
       return select(x > p[0], x, x.builder().literal(x.dtype(), 0));
     }},
    {"Selu", 2, // alpha, gamma
     [](Scalar x, const Parameters &p) {
       return select(x > 0, x, (exp(x) - 1) * p[0]) * p.back();
     }},
    {"Clip", 2,
     [](Scalar x, const Parameters &p) {
       return minimum(maximum(x, p[0]), p[1]);
     }},
    {"HardSigmoid", 2,
     [](Scalar x, const Parameters &p) { return hard_sigmoid(x, p[0], p[1]); }},
    {"ScaledTanh", 2,
     [](Scalar x, const Parameters &p) { return tanh(x * p[1]) * p[0]; }},
    {"ParametricSoftplus", 2,
     [](Scalar x, const Parameters &p) {
       return softplus_of(x * p[1]) * p[0];
     }},
};

} // namespace

std::function<Scalar(Scalar)>
fused_activation(const Node &node, const std::vector<float> &parameters) {
  std::string name = node.string_attr("activation", "");
  if (name.empty())
    return {};
  for (const Kind &kind : kinds) {
    if (kind.name != name)
      continue;
    node.expect(parameters.size() >= kind.parameters,
                "the activation " + name + " needs " +
                    std::to_string(kind.parameters) + " parameters");
    return [&kind, parameters](Scalar x) { return kind.apply(x, parameters); };
  }
  node.unsupported("the fused activation \"" + name + "\" is not known");
}

Tensor activated(Tensor x, const std::function<Scalar(Scalar)> &f) {
  if (!f)
    return x;
  return x.builder().elementwise({x}, [&](std::span<const Scalar> e) {
    return convert(f(widen(e[0])), x.dtype());
  });
}

} // namespace landfall::frontend
