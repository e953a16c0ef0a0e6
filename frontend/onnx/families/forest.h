//===- forest.h - Decision trees ------------------------------ -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// The test of an inner node, numbered as TreeEnsemble numbers them.
enum class Branch : uint8_t { leq, lt, gte, gt, eq, neq, member, leaf };

/// A set of trees as the attributes of the TreeEnsemble operators describe it.
/// A leaf votes for some targets with weights.
struct Forest {
  struct Node {
    Branch branch = Branch::leaf;
    int64_t feature = 0;
    double split = 0;
    int64_t yes = 0, no = 0;     ///< Node numbers.
    bool missing_is_yes = false; ///< The branch that NaN takes.
    std::vector<double> members; ///< For Branch::member: the set.
    std::vector<std::pair<int64_t, double>> votes; ///< Leaf: target, weight.
  };
  std::vector<Node> nodes;
  std::vector<int64_t> roots;
  int64_t targets = 0;
};

enum class Aggregate : uint8_t { average, sum, min, max };

/// The forest of TreeEnsembleClassifier and -Regressor; `votes` is "class" or
/// "target", the prefix of the leaves' attributes.
Forest bind_flat_forest(const Node &node, const std::string &votes,
                        int64_t targets);

/// What is wrong with the forest: a number out of range, a tree that leads back
/// into itself. Empty: every path from a root ends in a leaf.
std::string flaw(const Forest &forest);

/// Throws on a flaw; requires x to have all features.
void check(const Node &node, const Forest &forest, Tensor x);

/// [N, targets] in f32, or f64 if x is: the votes of each sample's leaves. A
/// target that gets no vote is 0.
Tensor evaluate(Builder &b, const Forest &forest, Tensor x,
                Aggregate aggregate);

/// The attribute `name` (floats), or `name`_as_tensor.
std::vector<double> reals_attr(const Node &node, const std::string &name);

/// Elements of a real tensor as doubles.
std::vector<double> to_doubles(const Node &node, const ConstantData &data);

} // namespace landfall::frontend
