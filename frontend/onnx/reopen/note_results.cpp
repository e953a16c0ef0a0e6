//===- note_results.cpp - How extents of results were made ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/reshape_readings.h"
#include "frontend/onnx/reopen/rules.h"

#include <algorithm>
#include <string_view>

namespace landfall::frontend {

static void note_flatten(Extents &extents, Tensor from, Tensor to) {
  auto readings = reshape_readings(extents, from.shape(), to.shape());
  if (readings.size() == 1)
    note_factors(extents, readings[0]);
}

static bool is_sum(std::string_view type) {
  static constexpr std::string_view sums[] = {
      "ReduceSum",       "ReduceL1",     "ReduceL2",
      "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"};
  return std::ranges::find(sums, type) != std::end(sums);
}

/// Operators whose results are sums no more, or other sums.
static bool ends_sums(std::string_view type) {
  static constexpr std::string_view ends[] = {"BatchNormalization",
                                              "Conv",
                                              "ConvTranspose",
                                              "Gemm",
                                              "GroupNormalization",
                                              "InstanceNormalization",
                                              "LayerNormalization",
                                              "LogSoftmax",
                                              "MatMul",
                                              "RMSNormalization",
                                              "Shape",
                                              "Sigmoid",
                                              "Softmax"};
  return std::ranges::find(ends, type) != std::end(ends);
}

/// How many elements of `from` one of the reduction `to` is made of; 1 if that
/// is no matter of free extents.
static int64_t summed(const Extents &extents, Tensor from, Tensor to) {
  Size before = from.element_count(), after = to.element_count();
  auto many = extents.exported(before), few = extents.exported(after);
  bool is_free =
      before.is_constant() != after.is_constant() || extents.is_open(before);
  return is_free && many && few && *few > 0 ? *many / *few : 1;
}

/// Sums of sums are sums, and so is what is computed from each by itself.
static void note_sums(Reopening &reopening, const NodeState &node, Tensor to) {
  int64_t own = 1;
  const Extents &extents = reopening.extents;
  if (is_sum(node.type)) {
    own = summed(extents, node.inputs[0].tensor, to);
  } else if (node.type == "MatMul") {
    Tensor a = node.inputs[0].tensor;
    Size last = a.dim(a.rank() - 1);
    if (extents.is_open(last))
      own = *extents.exported(last);
  }
  if (own > 1)
    reopening.note_sum(to, own);
  if (ends_sums(node.type))
    return;
  constexpr size_t most = 16;
  for (const Any &input : node.inputs)
    if (input.tensor)
      for (int64_t count : reopening.summed(input.tensor))
        if (reopening.summed(to).size() < most) {
          reopening.note_sum(to, count);
          if (own > 1)
            reopening.note_sum(to, count * own);
        }
}

static void note_concat(Extents &extents, NodeState &node, Tensor to) {
  int64_t axis = Node(node).int_attr("axis");
  int d = static_cast<int>(axis < 0 ? axis + to.rank() : axis);
  Shape pieces;
  for (const Any &input : node.inputs)
    if (!input.tensor)
      return;
    else
      pieces.push_back(input.tensor.dim(d));
  extents.note_sum(to.dim(d), pieces);
}

void note_results(Reopening &reopening, NodeState &node) {
  if (node.outputs.empty() || !node.outputs[0].tensor)
    return;
  Tensor to = node.outputs[0].tensor;
  if (node.type == "Flatten")
    note_flatten(reopening.extents, node.inputs[0].tensor, to);
  note_sums(reopening, node, to);
  if (node.type == "Concat")
    note_concat(reopening.extents, node, to);
}

} // namespace landfall::frontend
