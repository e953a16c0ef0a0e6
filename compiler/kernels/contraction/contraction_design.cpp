//===- contraction_design.cpp - How a contraction will be made ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_design.h"
#include "compiler/kernels/contraction/contraction_dot.h"

#include <limits>

namespace landfall::kernels {

namespace {

/// The joint extent of these loops, if it is a constant.
std::optional<int64_t> constant_extent(const analysis::ContractionRoles &roles,
                                       const std::vector<uint32_t> &loops) {
  analysis::SizePolynomial extent(1);
  for (uint32_t variable : loops)
    extent =
        extent * analysis::SizePolynomial::of(roles.space.extents[variable]);
  return extent.constant();
}

} // namespace

ContractionDesign::ContractionDesign(const Kernel &kernel,
                                     const Machine &machine,
                                     analysis::ContractionRoles the_roles)
    : type(kernel.accumulator), roles(std::move(the_roles)),
      shape(TileShape::choose(machine, type)),
      broadcast(roles.broadcast, roles.space, roles.rows, roles.depth),
      lane(roles.lane, roles.space, roles.depth, roles.lanes),
      lane_by_depth(roles.lane, roles.space, roles.lanes, roles.depth) {
  std::optional<int64_t> rows = constant_extent(roles, roles.rows);
  std::optional<int64_t> lanes = constant_extent(roles, roles.lanes);
  most_rows = rows.value_or(std::numeric_limits<int64_t>::max());
  streamed = lane.is_plain(kernel, type) &&
             rows.value_or(0) <= static_cast<int64_t>(shape.rows);
  dot_lanes = lane_by_depth.is_plain(kernel, type) &&
              rows.value_or(0) <= most_dot_points;
  dot_rows =
      broadcast.is_plain(kernel, type) && lanes.value_or(0) <= most_dot_points;
}

} // namespace landfall::kernels
