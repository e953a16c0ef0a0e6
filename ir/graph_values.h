//===- graph_values.h - Handles that operators are written on --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A part of builder.h, which makes these values and says how long they live.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/dtype.h"
#include "ir/size/size.h"

#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace landfall::ir {

class Builder;

/// A scalar of a known type inside a kernel body.
class Scalar {
public:
  Scalar() = default;
  Scalar(Builder *builder, void *value) : builder_(builder), value_(value) {}
  DType dtype() const;
  Builder &builder() const { return *builder_; }
  void *opaque() const { return value_; }
  explicit operator bool() const { return value_ != nullptr; }

private:
  Builder *builder_ = nullptr;
  void *value_ = nullptr;
};

using Scalars = std::vector<Scalar>;

/// A tensor of the graph.
class Tensor {
public:
  Tensor() = default;
  Tensor(Builder *builder, void *value) : builder_(builder), value_(value) {}
  explicit operator bool() const { return value_ != nullptr; }
  DType dtype() const;
  int rank() const;
  /// Negative axes count from the back. Throws on an axis out of range.
  Size dim(int axis) const;
  const Shape &shape() const;
  Size element_count() const;
  /// Inside a body: the element at these I64 indices (one a dimension).
  Scalar at(std::span<const Scalar> indices) const;
  Scalar at(std::initializer_list<Scalar> indices) const;
  /// The element where `guard` holds, else `other`; the indices may be out of
  /// range where the guard is false.
  Scalar at_or(std::span<const Scalar> indices, Scalar guard,
               Scalar other) const;
  Builder &builder() const { return *builder_; }
  void *opaque() const { return value_; }

private:
  Builder *builder_ = nullptr;
  void *value_ = nullptr;
};

using Tensors = std::vector<Tensor>;

struct BoxFacts;

/// A boxed host value (sequence, optional, map, run-time rank).
class Box {
public:
  Box() = default;
  Box(Builder *builder, void *value) : builder_(builder), value_(value) {}
  explicit operator bool() const { return value_ != nullptr; }
  Builder &builder() const { return *builder_; }
  void *opaque() const { return value_; }

  /// What is known about the value at compile time; null: nothing.
  std::shared_ptr<const BoxFacts> facts;

private:
  Builder *builder_ = nullptr;
  void *value_ = nullptr;
};

/// What a tensor of reals was computed from: (stored - zero) * scale.
struct Dequantized {
  Tensor stored; ///< Integers, of the same shape.
  /// One element, or one for each index of the dimension `axis`.
  Tensor scale;
  Tensor zero;   ///< May be absent.
  int axis = -1; ///< -1: one scale and zero point for all.
};

/// A value of the graph: nothing (an absent optional input), a tensor or a box.
struct Any {
  Tensor tensor;
  Box box;
  /// Of a tensor, if it is known to be dequantised.
  std::shared_ptr<const Dequantized> dequantized;
  Any() = default;
  Any(Tensor t) : tensor(t) {}
  Any(Box b) : box(std::move(b)) {}
  explicit operator bool() const { return tensor || box; }
};

using PointBody = std::function<Scalar(std::span<const Scalar> indices)>;
using PointsBody = std::function<Scalars(std::span<const Scalar> indices)>;
using ElementBody = std::function<Scalar(std::span<const Scalar> elements)>;
using FoldBody = std::function<Scalars(std::span<const Scalar> indices,
                                       std::span<const Scalar> carried)>;

/// sum over `reduce` of a*b for each point of `shape` (docs/core_ir.md).
struct Contraction {
  Shape shape;  ///< The shape of the result.
  Shape reduce; ///< Extents of the summed indices.
  /// (result indices..., reduce indices...) -> (a, b), of type `accumulator`.
  std::function<std::pair<Scalar, Scalar>(std::span<const Scalar> point,
                                          std::span<const Scalar> reduce)>
      factors;
  DType accumulator = DType::f32;
  /// (result indices..., sum) -> element; absent: the sum itself.
  std::function<Scalar(std::span<const Scalar> point, Scalar sum)> epilogue;
};

/// A result of `loops`: a buffer that its body stores into.
struct LoopsResult {
  DType dtype;
  Shape shape;
  Tensor initial; ///< Contents to start from; absent: undefined.
};

/// Inside `loops`: a result buffer, readable and writable.
class Buffer {
public:
  Buffer(Builder *builder, void *value) : builder_(builder), value_(value) {}
  Scalar at(std::span<const Scalar> indices) const;
  Scalar at(std::initializer_list<Scalar> indices) const;
  void store(std::span<const Scalar> indices, Scalar value) const;
  void store(std::initializer_list<Scalar> indices, Scalar value) const;

private:
  Builder *builder_;
  void *value_;
};

} // namespace landfall::ir
