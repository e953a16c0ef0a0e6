//===- choices.cpp - The readings of constants ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/choices.h"

namespace landfall::frontend {

Extents::Probes Question::difference(size_t a, size_t b) const {
  Extents::Probes result;
  for (size_t probe = 0; probe < Extents::probes; ++probe)
    result[probe] = values[a][probe] != values[b][probe];
  return result;
}

std::string text_of(const Shape &sizes) { return ir::to_string(sizes); }

Question question(const Extents &extents, const Interpretation &interpretation,
                  const std::string &place, const ModelNode &node,
                  const std::string &what, const std::vector<Shape> &readings) {
  Question result{place, node, what, {}, 0, {}};
  for (const Shape &reading : readings) {
    result.readings.push_back(text_of(reading));
    result.key += " | " + result.readings.back();
    auto &values = result.values.emplace_back();
    for (int probe = 0; probe < Extents::probes; ++probe) {
      auto &row = values.emplace_back();
      for (Size size : reading)
        row.push_back(extents.at(probe, size));
    }
  }
  auto answer = interpretation.taken.find(result.key);
  for (size_t k = 0; k < readings.size(); ++k)
    if (answer != interpretation.taken.end() &&
        answer->second == result.readings[k])
      result.taken = k;
  return result;
}

} // namespace landfall::frontend
