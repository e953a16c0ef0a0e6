//===- tiled_code.cpp - What a package holds of tiled kernels -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/tiled_code.h"
#include "tile/tile_plan.h"

#include <cassert>

namespace landfall::tile {

namespace {

GenerationRecord record(const Kernel &kernel,
                        const Capabilities &capabilities) {
  Result<SharedPlan> plan = make_plan(kernel, capabilities);
  assert(plan.ok());
  if ((*plan)->product)
    return {"matrix unit", {}};
  if ((*plan)->no_product.empty())
    return {"vector unit", {}};
  return {"vector unit", {{"matrix unit", (*plan)->no_product}}};
}

} // namespace

std::vector<CodeSection> tiled_code(std::string_view target,
                                    std::span<const Kernel> kernels,
                                    std::span<const Fallback> fallbacks,
                                    const Capabilities &capabilities) {
  if (fallbacks.size() == kernels.size())
    return {};
  CodeSection section = {std::string(target), "tiles", {}, {}};
  for (uint32_t k = 0; k < kernels.size(); ++k)
    if (const Fallback *fallback = find_fallback(fallbacks, k))
      section.generation.push_back(
          {"none", {{std::string(target), fallback->reason}}});
    else
      section.generation.push_back(record(kernels[k], capabilities));
  return {std::move(section)};
}

} // namespace landfall::tile
