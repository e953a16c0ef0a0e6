//===- reopening.h - An import with free extents ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/node_hook.h"
#include "frontend/onnx/importer/node_state.h"
#include "frontend/onnx/reopen/choices.h"
#include "frontend/onnx/reopen/dynamic_input.h"
#include "frontend/onnx/reopen/size_numbers.h"

#include <array>
#include <deque>

namespace landfall::frontend {

/// One import of a model with free extents. Frees the inputs' extents, finds
/// what each baked constant is a function of (rules.h), and refuses what holds
/// at the exported size only.
class Reopening : public NodeHook {
public:
  /// The builder is the import's, and outlives this.
  Reopening(Builder &b, std::span<const DynamicInput> inputs,
            const Interpretation &interpretation);
  ~Reopening() override { b_.observe_requirements({}); }

  //===--- For its owner --------------------------------------------------===//
  const std::vector<Question> &questions() const { return questions_; }
  /// The probes at which a requirement does not hold.
  Extents::Probes failures() const { return failures_; }
  /// By probe: how many questions were asked before the first requirement that
  /// does not hold there.
  using Depths = std::array<size_t, Extents::probes>;
  const Depths &depths() const { return depths_; }
  bool has_positions() const { return has_positions_; }
  /// A dynamic input that the model does not have (empty: its only one).
  std::optional<std::string> unknown_input() const;
  /// How many nodes had constants that became functions of the extents.
  int readings() const { return readings_; }

  //===--- For the importer -----------------------------------------------===//
  void declare(SignatureValue &input) override;
  void bind(const SignatureValue &input, Tensor value) override;
  void before(NodeState &node) override;
  void after(NodeState &node) override;

  //===--- For the rules --------------------------------------------------===//
  Extents extents;

  /// One of the readings, the likely one first; there is at least one. `what`
  /// names the constant.
  Shape choose(const NodeState &node, const std::string &what,
               std::vector<Shape> readings);
  Size choose(const NodeState &node, const std::string &what,
              const std::vector<Size> &readings);
  /// The elements of a constant operand of sizes; nullopt if it is absent, or
  /// not of integers. Elements that are sizes already are kept.
  std::optional<std::vector<Size>> sizes_of(const NodeState &node,
                                            size_t position) const;
  /// Whether the operand, a constant, is a known function of the indices along
  /// the free extents of `target`.
  bool is_table(Tensor constant, const Shape &target) const;
  /// The operand with these extents; empty if it is not. Adds what runs must
  /// fulfil.
  Tensor reopened_table(Tensor constant, const Shape &target);
  /// Gives the node a string attribute; the texts are literals.
  void set_text(NodeState &node, const char *name, const char *value);
  /// A sum of so many elements, at the exported size, or computed from one: a
  /// factor that is this number or its inverse would make it a mean.
  void note_sum(Tensor sum, int64_t count);
  std::set<int64_t> summed(Tensor x) const;
  /// Numbers that may come from the extents met so far.
  const SizeNumbers &numbers();
  /// Requirements of runs that hold only if the model's paddings were computed
  /// from sizes: dropped if one is found that was not.
  void require_same_padding(const NodeState &node, Size condition);
  void note_explicit_padding() { explicit_padding_ = true; }
  /// A constant that looks computed from the exported size, although no reading
  /// of it is known: the model is refused unless another reading of the rest
  /// leaves no doubt. The first counts.
  void doubt(const std::string &what, const std::string &why);
  const std::optional<Error> &doubts() const { return doubt_; }
  /// Builds what was put off until all nodes are known.
  void finish();

private:
  void see_requirement(Size condition, const std::string &message);

  struct Padding {
    ModelNode node;
    Size condition;
  };
  Builder &b_;
  std::span<const DynamicInput> inputs_;
  const Interpretation &interpretation_;
  std::vector<Question> questions_;
  std::vector<bool> found_;       ///< By dynamic input.
  std::vector<int64_t> exported_; ///< Of the input declared last; -1: kept.
  Extents::Probes failures_;
  Depths depths_ = {};
  bool has_positions_ = false;
  std::optional<SizeNumbers> numbers_; ///< Until other extents are met.
  std::string constants_; ///< Of the node imported last, for messages.
  bool explicit_padding_ = false;
  int readings_ = 0;
  std::vector<Padding> paddings_;
  std::optional<Error> doubt_;
  ModelNode node_;                              ///< The node imported last.
  std::map<void *, std::set<int64_t>> sums_;    ///< By tensor (opaque).
  std::deque<onnx::AttributeProto> attributes_; ///< That nodes were given.
};

/// Refuses a constant of the node that is not a function of the sizes.
[[noreturn]] void refuse_baked(const NodeState &node, const std::string &what,
                               const std::string &why);

/// The constant operands of a node, for a message: "'w' [4608, 10]".
std::string constants_text(const NodeState &node);

} // namespace landfall::frontend
