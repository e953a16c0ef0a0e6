//===- reshape_units.cpp - Extents of 1 in a reshape ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/reshape_units.h"

#include <algorithm>

namespace landfall::frontend {

namespace {

using Parts = std::vector<ReshapePart>;

bool is_unit(const ReshapePart &part) { return part.value == 1; }

size_t leading_units(const Parts &parts) {
  auto end = std::ranges::find_if_not(parts, is_unit);
  return static_cast<size_t>(end - parts.begin());
}

/// All ways to put constants of 1 among the units, in order, so that there are
/// `count`; those behind all others first.
std::vector<Parts> filled(const Parts &units, size_t count) {
  if (units.size() == count)
    return {units};
  std::vector<Parts> result;
  std::vector<char> is_given(count);
  std::fill_n(is_given.begin(), units.size(), 1);
  do {
    Parts &next = result.emplace_back();
    size_t from = 0;
    for (char given : is_given)
      next.push_back(given ? units[from++] : ReshapePart{1, 1});
  } while (std::ranges::prev_permutation(is_given).found);
  return result;
}

/// The data with `count` units in front, if it has units and they are not all.
std::vector<Parts> with_leading(const Parts &data, size_t count) {
  size_t own = leading_units(data);
  Parts units(data.begin(), data.begin() + static_cast<ptrdiff_t>(own));
  if (std::ranges::none_of(units, &ReshapePart::open))
    return {data};
  while (units.size() > count) {
    auto constant = std::ranges::find_if_not(units, &ReshapePart::open);
    if (constant == units.end())
      break;
    units.erase(constant);
  }
  constexpr size_t most = 6; // Of a tensor's extents; 20 ways at most.
  if (count > most)
    return {};
  std::vector<Parts> result;
  for (Parts next : filled(units, std::max(count, units.size()))) {
    next.insert(next.end(), data.begin() + static_cast<ptrdiff_t>(own),
                data.end());
    result.push_back(std::move(next));
  }
  return result;
}

Parts reversed(Parts parts) {
  std::ranges::reverse(parts);
  return parts;
}

} // namespace

std::vector<Parts> with_equal_units(const Parts &data, const Parts &target) {
  std::vector<Parts> leading = with_leading(data, leading_units(target));
  if (leading_units(data) == data.size())
    return leading;
  std::vector<Parts> result;
  size_t behind = leading_units(reversed(target));
  for (const Parts &front : leading)
    for (const Parts &both : with_leading(reversed(front), behind))
      result.push_back(reversed(both));
  return result;
}

} // namespace landfall::frontend
