//===- zip_map.cpp - Rows of scores as maps (ai.onnx.ml) --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/boxed.h"

namespace landfall::frontend {
namespace {

/// The key table of BoxFunction::zip_map: 32-bit words.
std::vector<int64_t> key_table(std::span<const int64_t> keys) {
  std::vector<int64_t> words = {0};
  for (int64_t key : keys) {
    words.push_back(key & 0xffffffff);
    words.push_back((key >> 32) & 0xffffffff);
  }
  return words;
}

std::vector<int64_t> key_table(std::span<const std::string> keys) {
  std::vector<int64_t> words = {1};
  for (const std::string &key : keys) {
    words.push_back(static_cast<int64_t>(key.size()));
    size_t first = words.size();
    words.resize(first + (key.size() + 3) / 4, 0);
    for (size_t i = 0; i < key.size(); ++i)
      words[first + i / 4] |= int64_t(uint8_t(key[i])) << (i % 4 * 8);
  }
  return words;
}

// Z[n] = {key_c: X[n, c] for all columns c}
void zip_map(Node &node) {
  Any x = node.input(0, "X");
  node.expect(x.tensor.rank() == 1 || x.tensor.rank() == 2,
              "'X' must have rank 1 or 2");
  auto texts = node.strings_attr("classlabels_strings");
  auto numbers = node.ints_attr("classlabels_int64s");
  node.expect(texts.empty() != numbers.empty(),
              "exactly one of 'classlabels_strings' and 'classlabels_int64s' "
              "is needed");
  node.b().require(equal(x.tensor.dim(-1), texts.size() + numbers.size()),
                   "ZipMap needs one key a column");
  BoxFacts map;
  map.kind = ValueKind::map;
  BoxFacts facts;
  facts.kind = ValueKind::sequence;
  facts.element = std::make_shared<BoxFacts>(map);
  SignatureValue result;
  result.kind = ValueKind::sequence;
  Any maps =
      node.b().box(BoxFunction::zip_map, {&x, 1}, {&result, 1},
                   texts.empty() ? key_table(numbers) : key_table(texts))[0];
  node.output(with_facts(maps, std::make_shared<BoxFacts>(facts)));
}

} // namespace

LANDFALL_ONNX(zip_map, {"ZipMap", 1, zip_map, "ai.onnx.ml"})

} // namespace landfall::frontend
