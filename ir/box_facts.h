//===- box_facts.h - What is known about boxed values ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/builder.h"

namespace landfall::ir {

/// The type of a boxed value (or of the tensors in it), and its contents if
/// they are known. Compile-time information for operators; not part of the
/// program.
struct BoxFacts {
  ValueKind kind = ValueKind::unknown_rank;
  std::optional<DType> dtype; ///< Tensors only.
  std::optional<int> rank;    ///< Tensors only.
  /// Tensors whose rank is not known: the ranks that they may have, ascending;
  /// empty: any.
  std::vector<int> ranks;
  /// The type inside: of a sequence's elements or an optional's value.
  std::shared_ptr<const BoxFacts> element;
  /// A sequence or optional that holds nothing: any element is of its type.
  bool is_empty = false;
  /// A sequence's elements, or an optional's value if it has one, if known.
  std::optional<std::vector<Any>> contents;
};

using Facts = std::shared_ptr<const BoxFacts>;

/// The facts known about a value; null: none.
Facts facts_of(const Any &value);

/// The facts that hold for both values, without contents; null: none.
Facts common_facts(const Facts &a, const Facts &b);

/// The facts without contents.
Facts type_only(const Facts &facts);

/// Whether both say the same of the type.
bool same_type(const Facts &a, const Facts &b);

/// The value with these facts, if it is a box.
Any with_facts(Any value, Facts facts);

} // namespace landfall::ir
