//===- tree_ensemble_regressor.cpp - ONNX TreeEnsembleRegressor -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[n, t] = post_transform(base[t] + aggregate over the trees of the weights
// for target t of the leaf that sample n reaches)
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/forest.h"
#include "frontend/onnx/families/linear_model.h"
#include "frontend/onnx/support/attribute_table.h"
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

static Aggregate bind_aggregate(const Node &node) {
  std::string name = node.string_attr("aggregate_function", "SUM");
  if (name == "AVERAGE")
    return Aggregate::average;
  if (name == "MIN")
    return Aggregate::min;
  if (name == "MAX")
    return Aggregate::max;
  node.expect(name == "SUM",
              "aggregate_function \"" + name + "\" is not known");
  return Aggregate::sum;
}

static void tree_ensemble_regressor(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X");
  if (x.rank() == 1)
    x = b.reshape(x, {1, x.dim(0)});
  node.expect(x.rank() == 2, "X must be [samples, features]");
  Forest forest =
      bind_flat_forest(node, "target", node.int_attr("n_targets", 1));
  check(node, forest, x);
  Tensor scores = evaluate(b, forest, x, bind_aggregate(node));
  std::vector<double> base = reals_attr(node, "base_values");
  if (!base.empty()) {
    node.expect(int64_t(base.size()) == forest.targets,
                "base_values needs one value a target");
    Tensor table = constant_table(b, DType::f64, base);
    scores =
        b.map(scores.shape(), scores.dtype(), [&](std::span<const Scalar> p) {
          return scores.at(p) + convert(table.at({p[1]}), scores.dtype());
        });
  }
  scores = post_transformed(node, scores);
  node.output(b.elementwise({scores}, [](std::span<const Scalar> e) {
    return convert(e[0], DType::f32);
  }));
}

LANDFALL_ONNX(tree_ensemble_regressor, {"TreeEnsembleRegressor", 1,
                                        tree_ensemble_regressor, "ai.onnx.ml"})

} // namespace landfall::frontend
