//===- reopen_model.cpp - Importing a model with free extents -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/reopen_model.h"

#include "frontend/onnx/reopen/reading_search.h"

#include <set>

namespace landfall::frontend {

/// Whether extents of one name are made free in several places.
static bool shares_names(std::span<const DynamicInput> inputs) {
  std::set<std::string> names;
  for (const DynamicInput &input : inputs)
    for (const DynamicDim &dim : input.dims)
      if (!dim.name.empty() && !names.insert(dim.name).second)
        return true;
  return false;
}

static std::string warning(int readings) {
  std::string count =
      readings == 0 ? "no constants were"
      : readings == 1
          ? "the constants of one node were"
          : "the constants of " + std::to_string(readings) + " nodes were";
  return "dynamic: " + count +
         " read as functions of the free extents, all others as numbers of the "
         "model; compare the results at another size with a fresh export once";
}

Result<ModelSummary> reopen_model(const Bytes &model, const ModelPlace &place,
                                  ir::Builder &builder,
                                  std::span<const DynamicInput> inputs,
                                  const Assumptions &assumptions) {
  Interpretation interpretation =
      TRY(ReadingSearch(model, place, inputs, assumptions).run());
  Reopening reopening(builder, inputs, interpretation);
  auto summary = TRY(
      import_model(model, place, builder, assumptions, nullptr, &reopening));
  if (auto error = failure_of([&] { reopening.finish(); }))
    return error->in_file(place.file);
  if (auto name = reopening.unknown_input()) {
    std::string which = name->empty() ? "" : " '" + *name + "'";
    Error error{ErrorCode::invalid_argument,
                "dynamic: the model has no tensor input" + which +
                    " that has a declared shape and no default value"};
    return error.in_file(place.file);
  }
  summary.warnings.push_back(warning(reopening.readings()));
  summary.shares_names |= shares_names(inputs);
  return summary;
}

} // namespace landfall::frontend
