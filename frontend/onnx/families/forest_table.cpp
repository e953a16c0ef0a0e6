//===- forest_table.cpp - Decision trees as tables for kernels ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/forest_table.h"

#include "frontend/onnx/support/attribute_table.h"
#include "frontend/onnx/support/compute_type.h"
#include "ir/table.h"

#include <algorithm>
#include <bit>

namespace landfall::frontend {

namespace {

/// Up to here a sample steps so often in every tree: leaves stay where they
/// are. Deeper forests are left when all samples of a vector have a leaf.
constexpr int64_t most_fixed_steps = 12;
constexpr int word_bits = 64;

int bits_for(int64_t greatest) { return std::bit_width(uint64_t(greatest)); }

} // namespace

ForestTable::ForestTable(Builder &b, const Forest &forest, DType type,
                         const std::vector<int64_t> &numbers)
    : b_(b), type_(type), rule_(forest) {
  arrange(forest);
  depth_ = depth(forest);
  choose_fields(forest);
  std::vector<int64_t> words, place_numbers;
  std::vector<double> splits;
  for (size_t place = 0; place < places_.size(); ++place) {
    words.push_back(word_of(forest, place));
    splits.push_back(forest.nodes[places_[place]].split);
    place_numbers.push_back(numbers[places_[place]]);
  }
  words_ = constant_table(b, DType::i64, words);
  numbers_ = constant_table(b, DType::i64, place_numbers);
  sets_.emplace(b, forest, places_, type);
  if (split_.bits == 0)
    splits_ = real_table(b, type, splits, {int64_t(splits.size())});
}

/// Gives nodes their places: the roots, then the two successors of each.
void ForestTable::arrange(const Forest &forest) {
  std::vector<int64_t> pairs(forest.nodes.size(), -1); // A node's: the first.
  places_ = forest.roots;
  for (size_t root = 0; root < forest.roots.size(); ++root)
    roots_.push_back(int64_t(root));
  for (size_t place = 0; place < places_.size(); ++place) {
    int64_t id = places_[place];
    const Forest::Node &node = forest.nodes[id];
    if (node.branch == Branch::leaf) {
      lefts_.push_back(int64_t(place));
      continue;
    }
    if (pairs[id] < 0) {
      pairs[id] = int64_t(places_.size());
      places_.push_back(node.yes);
      places_.push_back(node.no);
    }
    lefts_.push_back(pairs[id]);
  }
}

/// A node's place may lie before that of one that leads to it, if it was
/// reached from another root: heights are found by depth first.
int64_t ForestTable::depth(const Forest &forest) const {
  std::vector<int64_t> heights(forest.nodes.size(), -1);
  int64_t deepest = 0;
  for (int64_t root : forest.roots) {
    std::vector<int64_t> path = {root};
    while (!path.empty()) {
      const Forest::Node &node = forest.nodes[path.back()];
      int64_t &height = heights[path.back()];
      if (height >= 0 || node.branch == Branch::leaf) {
        height = std::max<int64_t>(height, 0);
        path.pop_back();
        continue;
      }
      int64_t yes = heights[node.yes], no = heights[node.no];
      if (yes >= 0 && no >= 0)
        height = std::max(yes, no) + 1;
      if (yes < 0)
        path.push_back(node.yes);
      if (no < 0)
        path.push_back(node.no);
    }
    deepest = std::max(deepest, heights[root]);
  }
  return deepest;
}

void ForestTable::choose_fields(const Forest &forest) {
  int64_t feature = 0;
  for (int64_t id : places_)
    feature = std::max(feature, forest.nodes[id].feature);
  left_ = {inner_.end(), bits_for(int64_t(places_.size()))};
  feature_ = {left_.end(), bits_for(feature)};
  branch_ = {feature_.end(),
             rule_.used.size() > 1 ? bits_for(int64_t(Branch::leaf)) : 0};
  missing_ = {branch_.end(), rule_.any_missing ? 1 : 0};
  if (missing_.end() > word_bits)
    throw BuildError(ErrorCode::unsupported, "a forest of so many nodes");
  if (type_ == DType::f32 && missing_.end() + 32 <= word_bits)
    split_ = {missing_.end(), 32};
}

/// A leaf's word leads to its own place and has no feature: 0 will do.
int64_t ForestTable::word_of(const Forest &forest, size_t place) const {
  const Forest::Node &node = forest.nodes[places_[place]];
  uint64_t word = uint64_t(lefts_[place]) << left_.shift;
  if (node.branch == Branch::leaf)
    return int64_t(word);
  word |= uint64_t(1) << inner_.shift | uint64_t(node.feature)
                                            << feature_.shift;
  if (branch_.bits > 0)
    word |= uint64_t(node.branch) << branch_.shift;
  if (missing_.bits > 0)
    word |= uint64_t(node.missing_is_yes) << missing_.shift;
  if (split_.bits > 0)
    word |= uint64_t(std::bit_cast<uint32_t>(float(node.split)))
            << split_.shift;
  return int64_t(word);
}

Scalar ForestTable::get(Scalar word, Field field) const {
  Scalar low = field.shift > 0 ? word >> b_.index(field.shift) : word;
  return low & b_.index(field.mask());
}

Scalar ForestTable::split_of(Scalar place, Scalar word) const {
  if (splits_)
    return splits_.at({place});
  return bitcast(cast(word >> b_.index(split_.shift), DType::i32), DType::f32);
}

/// The next place; a leaf is its own successor.
Scalar ForestTable::step(Tensor x, Scalar sample, Scalar place) const {
  Scalar word = words_.at({place});
  Scalar value = convert(x.at({sample, get(word, feature_)}), type_);
  TestRule::Fields fields = {
      [&] { return get(word, branch_); },
      [&] { return get(word, missing_) == 1; },
      [&] { return split_of(place, word); },
      [&](Scalar v) { return sets_->contains(place, v); }};
  Scalar yes = rule_.takes_yes(b_, value, fields);
  Scalar no = cast(logical_not(yes), DType::i64);
  return get(word, left_) + (no & get(word, inner_));
}

Scalar ForestTable::leaf_of(Tensor x, Scalar sample, Scalar root) const {
  Scalar place = root;
  if (depth_ <= most_fixed_steps)
    place = b_.fold_to(b_.index(0), b_.index(depth_), {root},
                       [&](Scalar, std::span<const Scalar> at) {
                         return Scalars{step(x, sample, at[0])};
                       })[0];
  else
    place = b_.fold_while({root}, [&](std::span<const Scalar> at) {
      Scalar next = step(x, sample, at[0]);
      return std::pair(next != at[0], Scalars{next});
    })[0];
  return numbers_.at({place});
}

Tensor ForestTable::leaves_of(Tensor x) const {
  Tensor roots = constant_table(b_, DType::i64, roots_);
  Shape shape = {x.dim(0), int64_t(roots_.size())};
  return ir::table(b_, shape, DType::i64, [&](std::span<const Scalar> p) {
    return leaf_of(x, p[0], roots.at({p[1]}));
  });
}

} // namespace landfall::frontend
