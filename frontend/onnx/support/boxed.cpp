//===- boxed.cpp - Building sequences and optionals -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/boxed.h"

namespace landfall::frontend {
namespace {

Any make_box(Builder &b, BoxFunction function, std::span<const Any> arguments,
             BoxFacts facts, std::span<const int64_t> extra = {}) {
  SignatureValue result;
  result.kind = facts.kind;
  Any box = b.box(function, arguments, {&result, 1}, extra)[0];
  return with_facts(box, std::make_shared<BoxFacts>(std::move(facts)));
}

/// What holds for all of them; null if there are none.
Facts common_to_all(std::span<const Any> values) {
  Facts facts;
  for (size_t k = 0; k < values.size(); ++k) {
    Facts next = type_only(facts_of(values[k]));
    facts = k == 0 ? next : common_facts(facts, next);
  }
  return facts;
}

/// A position in a list of `length`, counted from the front; nullopt if it is
/// not known now or out of range (which the run then reports).
std::optional<size_t> known_position(Builder &b, Tensor position, size_t length,
                                     size_t limit) {
  auto value = known_integer(b, position);
  if (!value)
    return std::nullopt;
  int64_t from_front =
      *value < 0 ? *value + static_cast<int64_t>(length) : *value;
  if (from_front < 0 || from_front >= static_cast<int64_t>(limit))
    return std::nullopt;
  return static_cast<size_t>(from_front);
}

} // namespace

Any make_sequence(Builder &b, std::vector<Any> elements) {
  BoxFacts facts;
  facts.kind = ValueKind::sequence;
  facts.element = common_to_all(elements);
  facts.is_empty = elements.empty();
  facts.contents = elements;
  return make_box(b, BoxFunction::sequence_construct, elements, facts);
}

Any make_empty_sequence(Builder &b, DType dtype) {
  BoxFacts element;
  element.kind = ValueKind::tensor;
  element.dtype = dtype;
  BoxFacts facts;
  facts.kind = ValueKind::sequence;
  facts.element = std::make_shared<BoxFacts>(element);
  facts.is_empty = true;
  facts.contents = std::vector<Any>();
  int64_t extra[] = {static_cast<int64_t>(dtype)};
  return make_box(b, BoxFunction::sequence_empty, {}, facts, extra);
}

const std::vector<Any> *known_elements(const Any &sequence) {
  const Facts &facts = sequence.box.facts;
  if (!facts || facts->kind != ValueKind::sequence || !facts->contents)
    return nullptr;
  return &*facts->contents;
}

/// A position is one number.
static void require_single(Builder &b, Tensor position) {
  if (position)
    b.require(equal(position.element_count(), 1),
              "the position must be one number");
}

Any sequence_at(Builder &b, const Any &sequence, Tensor position) {
  require_single(b, position);
  if (auto *elements = known_elements(sequence))
    if (auto at =
            known_position(b, position, elements->size(), elements->size()))
      return (*elements)[*at];
  Any arguments[] = {sequence, position};
  Facts facts = facts_of(sequence);
  return unbox(b, BoxFunction::sequence_at, arguments,
               facts ? facts->element : nullptr);
}

Any sequence_insert(Builder &b, const Any &sequence, const Any &element,
                    Tensor position) {
  require_single(b, position);
  auto *elements = known_elements(sequence);
  if (elements) {
    size_t length = elements->size();
    auto at = position ? known_position(b, position, length, length + 1)
                       : std::optional(length);
    if (at) {
      std::vector<Any> longer = *elements;
      longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(*at), element);
      return make_sequence(b, longer);
    }
  }
  BoxFacts facts;
  facts.kind = ValueKind::sequence;
  Facts before = facts_of(sequence), inserted = type_only(facts_of(element));
  if (before)
    facts.element =
        before->is_empty ? inserted : common_facts(before->element, inserted);
  std::vector<Any> arguments = {sequence, element};
  if (position)
    arguments.push_back(position);
  return make_box(b, BoxFunction::sequence_insert, arguments, facts);
}

Any sequence_erase(Builder &b, const Any &sequence, Tensor position) {
  require_single(b, position);
  if (auto *elements = known_elements(sequence)) {
    size_t length = elements->size();
    auto at = position     ? known_position(b, position, length, length)
              : length > 0 ? std::optional(length - 1)
                           : std::nullopt;
    if (at) {
      std::vector<Any> shorter = *elements;
      shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(*at));
      return make_sequence(b, shorter);
    }
  }
  BoxFacts facts;
  facts.kind = ValueKind::sequence;
  if (Facts before = facts_of(sequence))
    facts.element = before->element;
  std::vector<Any> arguments = {sequence};
  if (position)
    arguments.push_back(position);
  return make_box(b, BoxFunction::sequence_erase, arguments, facts);
}

Tensor sequence_length(Builder &b, const Any &sequence) {
  if (auto *elements = known_elements(sequence))
    return b.from_size(elements->size());
  SignatureValue result;
  result.dtype = DType::i64;
  return b.box(BoxFunction::sequence_length, {&sequence, 1}, {&result, 1})[0]
      .tensor;
}

Any make_optional(Builder &b, const Any &value) {
  BoxFacts facts;
  facts.kind = ValueKind::optional;
  facts.element = type_only(facts_of(value));
  facts.is_empty = !value;
  facts.contents = value ? std::vector<Any>{value} : std::vector<Any>();
  if (!value)
    return make_box(b, BoxFunction::optional_empty, {}, facts);
  return make_box(b, BoxFunction::optional_some, {&value, 1}, facts);
}

Any unbox(Builder &b, BoxFunction function, std::span<const Any> arguments,
          const Facts &type) {
  SignatureValue result;
  result.kind = type ? type->kind : ValueKind::unknown_rank;
  if (result.kind == ValueKind::tensor) {
    if (type->dtype && type->rank) {
      result.dtype = *type->dtype;
      result.dims.resize(*type->rank);
    } else {
      result.kind = ValueKind::unknown_rank;
    }
  }
  return with_facts(b.box(function, arguments, {&result, 1})[0], type);
}

std::optional<int64_t> known_integer(Builder &b, Tensor x) {
  auto sizes = b.contents(x);
  if (!sizes || sizes->size() != 1)
    return std::nullopt;
  return (*sizes)[0].constant();
}

} // namespace landfall::frontend
