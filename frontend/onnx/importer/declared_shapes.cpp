//===- declared_shapes.cpp - Declarations against what is computed --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/declared_shapes.h"

namespace landfall::frontend {

static std::string text(const std::vector<onnx::Dimension> &declared) {
  std::string out = "[";
  for (const onnx::Dimension &dimension : declared)
    out += (out.size() > 1 ? "," : "") +
           (dimension.value           ? std::to_string(*dimension.value)
            : dimension.param.empty() ? "?"
                                      : std::string(dimension.param));
  return out + "]";
}

static bool contradicts(const std::vector<onnx::Dimension> &declared,
                        const ir::Shape &shape) {
  if (declared.size() != shape.size())
    return true;
  for (size_t d = 0; d < declared.size(); ++d) {
    auto extent = shape[d].constant();
    bool is_fixed = declared[d].value.value_or(0) > 0;
    if (is_fixed && extent && *extent != *declared[d].value)
      return true;
  }
  return false;
}

std::vector<std::string> wrong_declarations(const onnx::GraphProto &graph,
                                            const Scope &scope) {
  constexpr size_t most = 3; // A model that is wrong once is so often.
  std::vector<std::string> wrong;
  size_t count = 0;
  for (auto *list : {&graph.output, &graph.value_info})
    for (const onnx::ValueInfoProto &value : *list) {
      const ir::Any *found = scope.find(value.name);
      if (!found || !found->tensor || !value.type.shape ||
          !contradicts(*value.type.shape, found->tensor.shape()) ||
          ++count > most)
        continue;
      wrong.push_back(
          "'" + std::string(value.name) + "' is declared with the shape " +
          text(*value.type.shape) + ", but it has the shape " +
          to_string(found->tensor.shape()) + "; the declaration is ignored");
    }
  if (count > most)
    wrong.push_back(std::to_string(count - most) +
                    " more values are declared with wrong shapes");
  return wrong;
}

} // namespace landfall::frontend
