//===- batch_normalization.cpp - Normalises each channel --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/parameter_shape.h"
#include "frontend/onnx/support/row.h"

namespace landfall::frontend {

namespace {

struct Operands {
  Tensor x, scale, bias, mean, variance;
  double epsilon, momentum;
  bool by_channel; ///< Else one parameter an element of a sample (`spatial` 0).
};

Operands operands_of(const Node &node) {
  return {real_input(node, 0, "X"),
          node.input(1, "scale"),
          node.input(2, "B"),
          node.input(3, "input_mean"),
          node.input(4, "input_var"),
          node.float_attr("epsilon", 1e-5f),
          node.float_attr("momentum", 0.9f),
          node.version() >= 9 || node.flag_attr("spatial", true)};
}

/// The parameter of the point `i` of X.
Scalar parameter_at(const Operands &o, Tensor parameter,
                    std::span<const Scalar> i) {
  DType type = compute_type(o.x.dtype());
  Scalar value =
      o.by_channel ? parameter.at({i[1]}) : parameter.at(i.subspan(1));
  return convert(value, type);
}

/// scale / sqrt(variance + epsilon): a tensor of its own, so that constants
/// make it a constant.
Tensor gain_of(const Operands &o, Tensor variance) {
  DType type = compute_type(o.x.dtype());
  return o.x.builder().map(
      o.scale.shape(), type, [&](std::span<const Scalar> i) {
        return convert(o.scale.at(i), type) /
               sqrt(convert(variance.at(i), type) + o.epsilon);
      });
}

/// B - mean gain, likewise.
Tensor offset_of(const Operands &o, Tensor gain) {
  DType type = compute_type(o.x.dtype());
  return o.x.builder().map(o.scale.shape(), type,
                           [&](std::span<const Scalar> i) {
                             return convert(o.bias.at(i), type) -
                                    convert(o.mean.at(i), type) * gain.at(i);
                           });
}

// Y = X gain + (B - mean gain): one operation an element. It is as exact as
// where it is folded into weights, and less than the sum in `normalized` where
// means are much larger than deviations.
Tensor inferred(const Operands &o) {
  Tensor gain = gain_of(o, o.variance);
  Tensor offset = offset_of(o, gain);
  return o.x.builder().map(
      o.x.shape(), o.x.dtype(), [&](std::span<const Scalar> i) {
        return convert(fma(widen(o.x.at(i)), parameter_at(o, gain, i),
                           parameter_at(o, offset, i)),
                       o.x.dtype());
      });
}

// Y = (X - mean) scale / sqrt(variance + epsilon) + B
Tensor normalized(const Operands &o, Tensor mean, Tensor variance) {
  Builder &b = o.x.builder();
  Tensor gain = gain_of(o, variance);
  return b.map(o.x.shape(), o.x.dtype(), [&](std::span<const Scalar> i) {
    Scalar centred = widen(o.x.at(i)) - parameter_at(o, mean, i);
    return convert(centred * parameter_at(o, gain, i) +
                       parameter_at(o, o.bias, i),
                   o.x.dtype());
  });
}

/// Mean and variance over the batch (and space), shaped as the operands are.
Tensors batch_statistics(const Operands &o) {
  std::vector<int> axes = {0};
  for (int d = 2; o.by_channel && d < o.x.rank(); ++d)
    axes.push_back(d);
  Rows rows = Rows::along(o.x, axes);
  Tensors result = fold_rows(rows, std::array{rows.type, rows.type},
                             [](const Row &row) -> Scalars {
                               Scalar mean = row.mean();
                               return {mean, row.variance(mean)};
                             });
  for (Tensor &tensor : result)
    tensor = o.x.builder().reshape(tensor, o.mean.shape());
  return result;
}

// running = operand momentum + batch (1 - momentum)
Tensor running(const Operands &o, Tensor operand, Tensor batch) {
  return o.x.builder().elementwise(
      {operand, batch}, [&](std::span<const Scalar> e) {
        DType type = compute_type(operand.dtype());
        Scalar blend = convert(e[0], type) * o.momentum +
                       convert(e[1], type) * (1 - o.momentum);
        return convert(blend, operand.dtype());
      });
}

void check_shapes(const Node &node, const Operands &o) {
  auto check = [&](Tensor operand, std::string_view name) {
    if (o.by_channel)
      return require_list(node, operand, name, o.x.dim(1));
    Shape sample(o.x.shape().begin() + 1, o.x.shape().end());
    node.expect(operand.shape() == sample, "operand " + std::string(name) +
                                               " must have X's shape but "
                                               "for the batch");
  };
  check(o.scale, "scale");
  check(o.bias, "B");
  check(o.mean, "input_mean");
  check(o.variance, "input_var");
}

void train(Node &node, const Operands &o) {
  Tensors batch = batch_statistics(o);
  node.output(0, normalized(o, batch[0], batch[1]));
  if (node.wants_output(1))
    node.output(1, running(o, o.mean, batch[0]));
  if (node.wants_output(2))
    node.output(2, running(o, o.variance, batch[1]));
  for (int saved : {3, 4}) // Outputs until opset 13.
    if (node.wants_output(saved))
      node.output(saved, batch[saved - 3]);
}

/// Opset 14 has an attribute; before, asking for the statistics, of which there
/// are four, meant training.
bool is_training(const Node &node) {
  if (node.version() >= 14)
    return node.flag_attr("training_mode", false);
  bool wants_any = false;
  for (int statistic = 1; statistic < node.output_count(); ++statistic)
    wants_any |= node.wants_output(statistic);
  node.expect(!wants_any || node.output_count() == 5,
              "BatchNormalization before opset 14 has one result or five");
  return !node.flag_attr("is_test", false) && wants_any;
}

void batch_normalization(Node &node) {
  Operands o = operands_of(node);
  node.expect(o.x.rank() >= 1, "X needs a batch dimension");
  if (o.x.rank() == 1) { // One channel.
    node.expect(!is_training(node), "training needs a channel dimension");
    o.x = node.b().reshape(o.x, {o.x.dim(0), 1});
    check_shapes(node, o);
    Tensor y = inferred(o);
    return node.output(node.b().reshape(y, {o.x.dim(0)}));
  }
  check_shapes(node, o);
  if (is_training(node))
    return train(node, o);
  node.output(inferred(o));
}

} // namespace

LANDFALL_ONNX(batch_normalization,
              {"BatchNormalization", 1, batch_normalization})

} // namespace landfall::frontend
