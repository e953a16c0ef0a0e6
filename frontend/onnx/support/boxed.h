//===- boxed.h - Building sequences and optionals ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// A sequence of these elements.
Any make_sequence(Builder &b, std::vector<Any> elements);
/// An empty sequence, of tensors of `dtype`.
Any make_empty_sequence(Builder &b, DType dtype);

/// The sequence's elements, if known now.
const std::vector<Any> *known_elements(const Any &sequence);

/// sequence[position]; `position` is an integer tensor. A box if the rank of
/// the sequence's tensors is not known.
Any sequence_at(Builder &b, const Any &sequence, Tensor position);
/// The sequence with `element` before `position` (absent: at the end).
Any sequence_insert(Builder &b, const Any &sequence, const Any &element,
                    Tensor position);
/// The sequence without the element at `position` (absent: the last).
Any sequence_erase(Builder &b, const Any &sequence, Tensor position);
/// Its length, i64 of rank 0.
Tensor sequence_length(Builder &b, const Any &sequence);

/// An optional that holds `value`, or nothing.
Any make_optional(Builder &b, const Any &value);

/// The result of a host function with one result: a tensor if `type` has its
/// dtype and rank, else a box.
Any unbox(Builder &b, BoxFunction function, std::span<const Any> arguments,
          const Facts &type);

/// An integer tensor of one element as a number, if it is known now.
std::optional<int64_t> known_integer(Builder &b, Tensor x);

} // namespace landfall::frontend
