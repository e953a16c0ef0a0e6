//===- support_vectors.cpp - Kernels of support vector machines -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/support_vectors.h"

#include "frontend/onnx/support/attribute_table.h"
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

Tensor samples(Node &node) {
  Tensor x = node.input(0, "X");
  if (x.rank() == 1)
    x = node.b().reshape(x, {1, x.dim(0)});
  node.expect(x.rank() == 2, "X must be [samples, features]");
  return x;
}

namespace {

struct KernelFunction {
  std::string name;
  double gamma = 0, coef0 = 0, degree = 0;

  Scalar finish(Scalar sum) const {
    if (name == "RBF")
      return exp(sum * -gamma);
    if (name == "LINEAR")
      return sum;
    Scalar x = sum * gamma + coef0;
    return name == "SIGMOID" ? tanh(x)
                             : pow(x, x.builder().literal(x.dtype(), degree));
  }
};

KernelFunction bind_kernel(const Node &node, const std::string &name) {
  node.expect(name == "LINEAR" || name == "POLY" || name == "RBF" ||
                  name == "SIGMOID",
              "kernel_type \"" + name + "\" is not known");
  KernelFunction kernel{name};
  std::vector<float> values = node.floats_attr("kernel_params");
  if (values.empty())
    return kernel;
  node.expect(values.size() == 3, "kernel_params needs three values");
  kernel.gamma = values[0];
  kernel.coef0 = values[1];
  kernel.degree = int64_t(values[2]);
  return kernel;
}

} // namespace

Tensor kernel_values(Node &node, Tensor x, const std::string &name,
                     int64_t rows, const std::string &kernel_name) {
  Builder &b = node.b();
  KernelFunction kernel = bind_kernel(node, kernel_name);
  std::vector<float> values = node.floats_attr(name);
  node.expect(rows > 0 && !values.empty() && values.size() % size_t(rows) == 0,
              name + " does not hold whole rows");
  int64_t features = int64_t(values.size()) / rows;
  if (x.dim(1) != Size(features))
    b.require(equal(x.dim(1), features),
              "X must have " + std::to_string(features) + " features");
  Tensor vectors = constant_table(b, DType::f32, values, {rows, features});
  DType type = x.dtype() == DType::f64 ? DType::f64 : DType::f32;
  Contraction c;
  c.shape = {x.dim(0), rows};
  c.reduce = {features};
  c.accumulator = type;
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
    Scalar left = convert(x.at({p[0], k[0]}), type);
    Scalar right = convert(vectors.at({p[1], k[0]}), type);
    Scalar difference = left - right;
    return kernel.name == "RBF" ? std::pair(difference, difference)
                                : std::pair(left, right);
  };
  c.epilogue = [&](std::span<const Scalar>, Scalar sum) {
    return kernel.finish(sum);
  };
  return b.contract(c);
}

} // namespace landfall::frontend
