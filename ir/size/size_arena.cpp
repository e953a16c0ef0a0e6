//===- size_arena.cpp - One node for each expression -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "ir/size/size_node.h"

#include <functional>

namespace landfall::ir {

namespace {

void mix(size_t &hash, size_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15ull;
  hash ^= hash >> 29;
}

void mix(size_t &hash, Size size) {
  mix(hash, std::hash<const void *>()(size.node()));
  mix(hash, size_t(size.constant().value_or(0)));
}

} // namespace

size_t SizeArena::Hash::operator()(const SizeNode *node) const {
  size_t hash = size_t(node->kind) * 4 + size_t(node->opaque);
  mix(hash, node->args[0]);
  mix(hash, node->args[1]);
  for (const Term &term : node->polynomial.terms) {
    mix(hash, size_t(term.coefficient));
    for (const SizeNode *atom : term.atoms)
      mix(hash, std::hash<const void *>()(atom));
  }
  return hash;
}

bool SizeArena::Same::operator()(const SizeNode *a, const SizeNode *b) const {
  return a->kind == b->kind && a->opaque == b->opaque &&
         a->args[0] == b->args[0] && a->args[1] == b->args[1] &&
         a->polynomial == b->polynomial;
}

Size SizeArena::intern(SizeNode node) {
  if (auto found = interned_.find(&node); found != interned_.end())
    return Size(*found);
  node.arena = this;
  node.number = uint32_t(nodes_.size());
  nodes_.push_back(std::move(node));
  interned_.insert(&nodes_.back());
  return Size(&nodes_.back());
}

Size SizeArena::symbol(std::string_view name, SizeRange range) {
  std::string unique(name), base(name);
  while (symbols_.contains(unique))
    unique = base + "_" + std::to_string(++suffixes_[base]);
  SizeNode node;
  node.arena = this;
  node.number = uint32_t(nodes_.size());
  node.range = range;
  node.name = unique;
  nodes_.push_back(std::move(node));
  symbols_.emplace(std::move(unique), &nodes_.back());
  return Size(&nodes_.back());
}

std::optional<Size> SizeArena::find_symbol(std::string_view name) const {
  auto found = symbols_.find(std::string(name));
  if (found == symbols_.end())
    return std::nullopt;
  return Size(found->second);
}

Size SizeArena::function(SizeKind kind, Size a, Size b) {
  SizeNode node;
  node.kind = kind;
  node.args[0] = a;
  node.args[1] = b;
  node.range = range_of(kind, a.range(), b.range());
  return intern(std::move(node));
}

Size SizeArena::opaque(SizeNode::Opaque kind, Size a, Size b) {
  SizeNode node;
  node.kind = SizeKind::polynomial;
  node.opaque = kind;
  node.args[0] = a;
  node.args[1] = b;
  node.range = kind == SizeNode::Opaque::sum
                   ? add_ranges(a.range(), b.range())
                   : multiply_ranges(a.range(), b.range());
  return intern(std::move(node));
}

Size SizeArena::from(Polynomial polynomial) {
  if (polynomial.is_constant())
    return Size(polynomial.constant_term());
  const Term &lead = polynomial.terms.front();
  if (polynomial.terms.size() == 1 && lead.coefficient == 1 &&
      lead.atoms.size() == 1)
    return Size(lead.atoms.front());
  SizeNode node;
  node.kind = SizeKind::polynomial;
  node.polynomial = std::move(polynomial);
  if (auto found = interned_.find(&node); found != interned_.end())
    return Size(*found);
  node.range = range_of(node.polynomial);
  return intern(std::move(node));
}

SizeArena *arena_of(Size a, Size b) {
  if (a.node())
    return a.node()->arena;
  return b.node() ? b.node()->arena : nullptr;
}

Polynomial polynomial_of(Size size) {
  if (auto value = size.constant())
    return Polynomial::of(*value);
  return size.node()->is_atom() ? Polynomial::of(size.node())
                                : size.node()->polynomial;
}

} // namespace landfall::ir
