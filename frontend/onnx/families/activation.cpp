//===- activation.cpp - Activations of recurrent cells --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/recurrence.h"

#include <algorithm>
#include <cctype>

namespace landfall::frontend {

namespace {

struct ActivationKind {
  std::string_view name;
  int parameters; ///< 0: none, 1: alpha, 2: alpha and beta.
  double alpha;
  double beta;
  Scalar (*apply)(Scalar x, double alpha, double beta);
};

Scalar zero_of(Scalar x) { return x.builder().literal(x.dtype(), 0); }

constexpr ActivationKind kinds[] = {
    {"relu", 0, 0, 0, [](Scalar x, double, double) { return maximum(x, 0); }},
    {"tanh", 0, 0, 0, [](Scalar x, double, double) { return tanh(x); }},
    {"sigmoid", 0, 0, 0, [](Scalar x, double, double) { return sigmoid(x); }},
    {"affine", 2, 1, 0,
     [](Scalar x, double alpha, double beta) { return x * alpha + beta; }},
    {"leakyrelu", 1, 0.01, 0,
     [](Scalar x, double alpha, double) {
       return select(x >= 0, x, x * alpha);
     }},
    {"thresholdedrelu", 1, 1, 0,
     [](Scalar x, double alpha, double) {
       return select(x >= alpha, x, zero_of(x));
     }},
    {"scaledtanh", 2, 1, 1,
     [](Scalar x, double alpha, double beta) {
       return tanh(x * beta) * alpha;
     }},
    {"hardsigmoid", 2, 0.2, 0.5,
     [](Scalar x, double alpha, double beta) {
       return minimum(maximum(x * alpha + beta, 0), 1);
     }},
    {"elu", 1, 1, 0,
     [](Scalar x, double alpha, double) {
       return select(x >= 0, x, (exp(x) - 1) * alpha);
     }},
    {"softsign", 0, 0, 0,
     [](Scalar x, double, double) { return x / (abs(x) + 1); }},
    {"softplus", 0, 0, 0,
     [](Scalar x, double, double) {
       return maximum(x, 0) + log1p(exp(-abs(x)));
     }},
};

const ActivationKind *find_kind(std::string_view name) {
  for (const ActivationKind &kind : kinds)
    if (kind.name == name)
      return &kind;
  return nullptr;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return char(std::tolower(c)); });
  return text;
}

} // namespace

Scalar activate(const Activation &activation, Scalar x) {
  const ActivationKind *kind = find_kind(activation.name);
  return kind->apply(x, activation.alpha, activation.beta);
}

std::vector<Activation>
bind_activations(const Node &node, int directions,
                 const std::vector<std::string> &defaults) {
  std::vector<std::string> names;
  if (node.has_attr("activations"))
    names = node.strings_attr("activations");
  if (names.empty())
    for (int i = 0; i < directions; ++i)
      names.insert(names.end(), defaults.begin(), defaults.end());
  node.expect(names.size() == defaults.size() * directions,
              "attribute activations needs one name a gate function and "
              "direction");
  // Each list holds values only for the functions that take them.
  std::vector<float> alphas = node.floats_attr("activation_alpha");
  std::vector<float> betas = node.floats_attr("activation_beta");
  size_t next_alpha = 0, next_beta = 0;
  std::vector<Activation> result;
  for (const std::string &name : names) {
    const ActivationKind *kind = find_kind(lower(name));
    if (!kind)
      node.invalid("activation \"" + name + "\" is not known");
    Activation a{std::string(kind->name), kind->alpha, kind->beta};
    if (kind->parameters >= 1 && next_alpha < alphas.size())
      a.alpha = alphas[next_alpha++];
    if (kind->parameters >= 2 && next_beta < betas.size())
      a.beta = betas[next_beta++];
    result.push_back(a);
  }
  return result;
}

} // namespace landfall::frontend
