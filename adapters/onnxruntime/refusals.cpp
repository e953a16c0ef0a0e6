//===- refusals.cpp - Which nodes stay with ONNX Runtime, and why ---------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/refusals.h"

#include <algorithm>
#include <map>

namespace landfall::onnxruntime {

size_t Refusals::count() const {
  return static_cast<size_t>(std::ranges::count_if(
      list_, [](const auto &reason) { return reason.has_value(); }));
}

void Refusals::report(const Log &log, const std::vector<Node> &nodes,
                      size_t groups) const {
  // {(operator, reason): (how many, the first)}
  std::map<std::pair<std::string, std::string>, std::pair<size_t, size_t>>
      kinds;
  for (size_t i = 0; i < list_.size(); ++i)
    if (list_[i] && !list_[i]->empty())
      ++kinds.try_emplace({nodes[i].full_op(), *list_[i]}, 0, i)
            .first->second.first;
  for (const auto &[kind, nodes_of_kind] : kinds) {
    auto [number, first] = nodes_of_kind;
    std::string others =
        number > 1 ? " and " + std::to_string(number - 1) + " like it" : "";
    log.write(log_warning, "leaves " + nodes[first].text() + others +
                               " to onnxruntime: " + kind.second);
  }
  size_t claimed = nodes.size() - count();
  log.write(log_info, "claims " + std::to_string(claimed) + " of " +
                          std::to_string(nodes.size()) + " nodes in " +
                          std::to_string(groups) +
                          (groups == 1 ? " group" : " groups"));
}

} // namespace landfall::onnxruntime
