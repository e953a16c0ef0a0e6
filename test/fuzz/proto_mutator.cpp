//===- proto_mutator.cpp - Mutations that keep a message well-formed ------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// libFuzzer changes bytes, which breaks the lengths of almost every message
// that encloses them, so that a reader sees no more than that. Here a change is
// made in the tree of fields, and the message encoded again; some inputs are
// left to libFuzzer.
//
//===----------------------------------------------------------------------===//
#include "test/fuzz/proto_tree.h"

#include <algorithm>
#include <cstring>
#include <random>

namespace landfall::fuzz {

namespace {

using Random = std::minstd_rand;

size_t below(Random &random, size_t limit) { return random() % limit; }

/// A field and the message that it is in.
struct Position {
  ProtoFields *fields;
  size_t index;
  ProtoField &field() const { return (*fields)[index]; }
};

void list(ProtoFields &fields, std::vector<Position> &all) {
  for (size_t i = 0; i < fields.size(); ++i) {
    all.push_back({&fields, i});
    list(fields[i].fields, all);
  }
}

std::vector<Position> positions(ProtoFields &fields) {
  std::vector<Position> all;
  list(fields, all);
  return all;
}

/// Numbers that extents, counts, types and versions are computed with badly.
uint64_t interesting(Random &random, uint64_t value) {
  static constexpr uint64_t numbers[] = {
      0,          1,          2,
      3,          4,          5,
      7,          16,         23,
      255,        256,        65535,
      1 << 20,    1u << 31,   0xffffffff,
      1ull << 32, 1ull << 34, (1ull << 62) + 1,
      1ull << 63, ~0ull};
  switch (below(random, 4)) {
  case 0:
    return value + 1;
  case 1:
    return value - 1;
  case 2:
    return value ^ uint64_t(1) << below(random, 64);
  default:
    return numbers[below(random, std::size(numbers))];
  }
}

void change_bytes(Bytes &bytes) {
  constexpr size_t growth = 16;
  size_t size = bytes.size();
  bytes.resize(size + growth);
  bytes.resize(LLVMFuzzerMutate(bytes.data(), size, bytes.size()));
}

void change_value(Random &random, ProtoField &field) {
  if (field.is_message && !field.fields.empty())
    std::swap(field.fields.front(),
              field.fields[below(random, field.fields.size())]);
  else if (field.wire == 2)
    change_bytes(field.bytes);
  else
    field.value = interesting(random, field.value);
}

/// Takes over the contents of a field of the same number elsewhere: another
/// name, operator, type.
void copy_similar(Random &random, const Position &to,
                  const std::vector<Position> &all) {
  std::vector<ProtoField *> similar;
  for (const Position &other : all)
    if (other.field().number == to.field().number &&
        other.field().wire == to.field().wire)
      similar.push_back(&other.field());
  ProtoField copy = *similar[below(random, similar.size())];
  to.field() = std::move(copy);
}

void mutate(Random &random, ProtoFields &message) {
  std::vector<Position> all = positions(message);
  if (all.empty())
    return;
  Position at = all[below(random, all.size())];
  ProtoFields &fields = *at.fields;
  auto place = fields.begin() + long(at.index);
  switch (below(random, 10)) {
  case 0:
    fields.erase(place);
    break;
  case 1: {
    ProtoField copy = *place;
    fields.insert(place, std::move(copy));
    break;
  }
  case 2:
    std::swap(*place, fields[below(random, fields.size())]);
    break;
  case 3:
    place->number = 1 + uint32_t(below(random, 30));
    break;
  case 4:
  case 5:
  case 6:
    copy_similar(random, at, all);
    break;
  default:
    change_value(random, *place);
  }
}

/// A field of `other` is put into a message of `message` that has one of that
/// number.
void cross(Random &random, ProtoFields &message, ProtoFields &other) {
  std::vector<Position> to = positions(message), from = positions(other);
  if (to.empty() || from.empty())
    return;
  ProtoField field = from[below(random, from.size())].field();
  std::erase_if(to, [&](const Position &position) {
    return position.field().number != field.number;
  });
  if (to.empty())
    return;
  Position at = to[below(random, to.size())];
  if (below(random, 2) == 0)
    at.field() = std::move(field);
  else
    at.fields->insert(at.fields->begin() + long(at.index), std::move(field));
}

/// 0: it does not fit.
size_t put(const ProtoFields &message, uint8_t *data, size_t max_size) {
  Bytes bytes;
  encode(message, bytes);
  if (bytes.size() > max_size)
    return 0;
  std::ranges::copy(bytes, data);
  return bytes.size();
}

} // namespace

} // namespace landfall::fuzz

using namespace landfall::fuzz;

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t max_size, unsigned seed) {
  Random random(seed);
  ProtoFields message;
  if (below(random, 16) == 0 || !decode({data, size}, message))
    return LLVMFuzzerMutate(data, size, max_size);
  for (size_t count = 1 + below(random, 3); count > 0; --count)
    mutate(random, message);
  size_t mutated = put(message, data, max_size);
  return mutated ? mutated : LLVMFuzzerMutate(data, size, max_size);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size,
                                            const uint8_t *other,
                                            size_t other_size, uint8_t *out,
                                            size_t max_size, unsigned seed) {
  Random random(seed);
  ProtoFields message, second;
  if (!decode({data, size}, message) || !decode({other, other_size}, second))
    return 0;
  cross(random, message, second);
  return put(message, out, max_size);
}
