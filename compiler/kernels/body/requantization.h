//===- requantization.h - Quantised sums without divisions -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//   q = cast_sat(round(x / d) + zero),  x = a[0] * i[0] + a[1] * i[1] ... + c
//
// for integers i and, perhaps, bounds of x. Operation by operation this is some
// twenty instructions. However the roundings of these fall, x / d + zero is
// within e of what is computed here from constants that are made ahead:
//
//   s = (a[0] / d) * i[0] + (a[1] / d) * i[1] ... + (c / d + zero)
//
// So if s - e and s + e round to one integer, it is the result. Where they do
// not, which is seldom, it is not known ("unsure"), and the caller
// computes operation by operation.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/body/body_emitter.h"

namespace landfall::kernels {

/// One such node of a kernel, for lanes that are a vector of fixed length.
class Requantization {
public:
  /// Integers by node, as vectors of i32: what `emit` found before.
  using Wholes = llvm::DenseMap<NodeId, llvm::Value *>;

  /// Nothing if the node is not one. `ahead` knows what does not depend on the
  /// integers (emit_known).
  static std::optional<Requantization> find(NodeId node, BodyEmitter &ahead);

  NodeId node() const { return node_; }
  DType type() const { return type_; }

  /// Emits the constants, at a place that dominates where `emit` is called.
  void prepare(BodyEmitter &ahead);
  /// A vector of i32: not zero in lanes whose constants leave nothing sure.
  llvm::Value *unusable() const { return unusable_; }
  /// The results as a vector of i32, in the range of the type. What is not zero
  /// in lanes that are unsure is added to `unsure` (i32) by or.
  llvm::Value *emit(BodyEmitter &body, const Wholes &known,
                    llvm::Value *&unsure) const;

private:
  struct Scale {
    llvm::SmallVector<NodeId, 3> factors;
    bool negative = false;
  };
  struct Term {
    NodeId integer;
    Scale scale;
    int64_t most; ///< The largest magnitude; 0: of 32 bits.
    llvm::Value *coefficient = nullptr;
  };
  struct Offset {
    NodeId value;
    Scale scale;
  };
  struct Bound {
    ScalarOp op; ///< max or min.
    NodeId value;
  };

  Requantization(NodeId node, DType type) : node_(node), type_(type) {}
  bool read(BodyEmitter &ahead);
  bool read_sum(NodeId id, Scale scale, BodyEmitter &ahead);
  bool read_integer(const Node &cast, const Scale &scale, const Kernel &kernel);
  bool has_wide_term() const;
  size_t most_factors() const;

  class Constants; ///< The code of `prepare`.

  NodeId node_;
  DType type_;
  NodeId divisor_ = no_node;
  NodeId zero_ = no_node; ///< f32, a whole number of 8 bits; or none.
  llvm::SmallVector<Bound, 2> bounds_; ///< Outermost first.
  llvm::SmallVector<Term, 2> terms_;
  llvm::SmallVector<Offset, 2> offsets_;
  int additions_ = 0;
  // Made by `prepare`: vectors. With one term the margin is part of the two
  // sums that the term is added to, else of none.
  llvm::Value *below_ = nullptr, *above_ = nullptr;
  llvm::Value *offset_ = nullptr, *margin_ = nullptr;
  llvm::Value *least_ = nullptr, *greatest_ = nullptr; ///< i32.
  llvm::Value *unusable_ = nullptr;
};

/// All of a kernel's body.
class Requantizations {
public:
  /// Emits their constants; `ahead` as for Requantization.
  explicit Requantizations(BodyEmitter &ahead);

  bool empty() const { return all_.empty(); }
  /// What to begin with before `bind` (a vector of i32).
  llvm::Value *unusable() const { return unusable_; }
  /// Binds their values in `body`; adds to `unsure` as Requantization::emit.
  void bind(BodyEmitter &body, llvm::Value *&unsure) const;

private:
  llvm::SmallVector<Requantization, 2> all_;
  llvm::Value *unusable_ = nullptr;
};

} // namespace landfall::kernels
