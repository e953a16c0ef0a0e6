//===- fallback.cpp - Kernels that run elsewhere --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/fallback.h"

#include <algorithm>

namespace landfall {

const Fallback *find_fallback(std::span<const Fallback> fallbacks,
                              uint32_t kernel) {
  auto at = std::ranges::lower_bound(fallbacks, kernel, {}, &Fallback::kernel);
  return at != fallbacks.end() && at->kernel == kernel ? &*at : nullptr;
}

} // namespace landfall
