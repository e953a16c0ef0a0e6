//===- box_facts.cpp - What is known about boxed values -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "ir/box_facts.h"

#include <algorithm>

namespace landfall::ir {

Facts facts_of(const Any &value) {
  if (value.box)
    return value.box.facts;
  if (!value.tensor)
    return nullptr;
  BoxFacts facts;
  facts.kind = ValueKind::tensor;
  facts.dtype = value.tensor.dtype();
  facts.rank = value.tensor.rank();
  return std::make_shared<BoxFacts>(facts);
}

/// Empty: any.
static std::vector<int> ranks_of(const BoxFacts &facts) {
  return facts.rank ? std::vector<int>{*facts.rank} : facts.ranks;
}

static void set_common_ranks(BoxFacts &facts, const BoxFacts &a,
                             const BoxFacts &b) {
  std::vector<int> of_a = ranks_of(a), of_b = ranks_of(b), both;
  if (of_a.empty() || of_b.empty())
    return;
  std::ranges::set_union(of_a, of_b, std::back_inserter(both));
  // What a loop carries may grow by a dimension an iteration: any rank.
  constexpr size_t most = 4;
  if (both.size() == 1)
    facts.rank = both[0];
  else if (both.size() <= most)
    facts.ranks = both;
}

Facts common_facts(const Facts &a, const Facts &b) {
  if (!a || !b || a->kind != b->kind)
    return nullptr;
  BoxFacts facts;
  facts.kind = a->kind;
  if (a->dtype == b->dtype)
    facts.dtype = a->dtype;
  set_common_ranks(facts, *a, *b);
  facts.is_empty = a->is_empty && b->is_empty;
  facts.element = a->is_empty   ? type_only(b->element)
                  : b->is_empty ? type_only(a->element)
                                : common_facts(a->element, b->element);
  return std::make_shared<BoxFacts>(facts);
}

Facts type_only(const Facts &facts) {
  if (!facts || (!facts->contents && !facts->element))
    return facts;
  BoxFacts type = *facts;
  type.contents.reset();
  type.element = type_only(facts->element);
  return std::make_shared<BoxFacts>(type);
}

bool same_type(const Facts &a, const Facts &b) {
  if (!a || !b)
    return !a && !b;
  return a->kind == b->kind && a->dtype == b->dtype && a->rank == b->rank &&
         a->ranks == b->ranks && a->is_empty == b->is_empty &&
         same_type(a->element, b->element);
}

Any with_facts(Any value, Facts facts) {
  if (value.box)
    value.box.facts = std::move(facts);
  return value;
}

} // namespace landfall::ir
