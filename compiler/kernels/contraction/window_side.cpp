//===- window_side.cpp - The N side of a convolution ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/window_side.h"

#include <algorithm>
#include <functional>

namespace landfall::kernels {

namespace {

/// Larger strides and dilations are not looked for: with them, points share
/// few positions.
constexpr int64_t most_stride = 4, most_dilation = 32;

bool every_form(const analysis::Factor &factor,
                const std::function<bool(const analysis::Affine &)> &holds) {
  return std::all_of(factor.loads.begin(), factor.loads.end(),
                     [&](const analysis::FactorLoad &load) {
                       return holds(load.offset) &&
                              std::all_of(load.conditions.begin(),
                                          load.conditions.end(), holds);
                     });
}

/// Whether all forms use `loop` and `tap` only as stride * loop + dilation *
/// tap.
bool share_positions(const analysis::Factor &factor, uint32_t loop,
                     uint32_t tap, int64_t stride, int64_t dilation) {
  return every_form(factor, [&](const analysis::Affine &form) {
    return form.coefficient(loop) * analysis::SizePolynomial(dilation) ==
           form.coefficient(tap) * analysis::SizePolynomial(stride);
  });
}

bool is_used(const analysis::Factor &factor, uint32_t variable) {
  return !every_form(factor, [&](const analysis::Affine &form) {
    return form.coefficient(variable).is_zero();
  });
}

/// Makes `tap` the tap of the axis that moves least with it. False if it is
/// that of none.
bool add_tap(WindowSide &side, const analysis::ContractionRoles &roles,
             uint32_t tap) {
  const analysis::Factor &factor = roles.n_side;
  auto extent = analysis::SizePolynomial::of(roles.space.extents[tap]);
  if (!is_used(factor, tap))
    return false;
  auto matches = [&](const WindowAxis &axis, int64_t stride, int64_t dilation) {
    return !axis.tap && is_used(factor, axis.loop) &&
           share_positions(factor, axis.loop, tap, stride, dilation);
  };
  for (int64_t factor = 1; factor <= most_dilation; ++factor)
    for (WindowAxis &axis : side.axes) {
      for (int64_t dilation : {factor, -factor})
        if (matches(axis, 1, dilation)) {
          axis.tap = tap;
          axis.dilation = dilation;
          axis.halo = (extent - 1) * analysis::SizePolynomial(factor);
          return true;
        }
      if (factor <= most_stride && extent.constant() &&
          matches(axis, factor, 1)) {
        axis.tap = tap;
        axis.stride = factor;
        axis.phases = std::min(factor, *extent.constant());
        axis.halo = (*extent.constant() - 1) / factor;
        return true;
      }
    }
  return false;
}

/// Excludes positions behind the last one of an axis, which the padded copy of
/// a stride contains though neither guard nor bound speaks of them.
void guard_last_position(PackSide &copy, const WindowAxis &axis,
                         const analysis::ContractionRoles &roles) {
  auto extent = [&](uint32_t variable) {
    return analysis::SizePolynomial::of(roles.space.extents[variable]);
  };
  analysis::SizePolynomial stride(axis.stride);
  analysis::Affine left;
  left.constant = (extent(axis.loop) - 1) * stride + extent(*axis.tap) - 1;
  left.terms[axis.loop] = analysis::SizePolynomial(-axis.stride);
  left.terms[*axis.tap] = analysis::SizePolynomial(-1);
  for (analysis::FactorLoad &load : copy.factor.loads)
    if (load.offset.uses(axis.loop))
      load.conditions.push_back(left);
}

PackSide copied_side(const WindowSide &side,
                     const analysis::ContractionRoles &roles) {
  auto extent = [&](uint32_t variable) {
    return analysis::SizePolynomial::of(roles.space.extents[variable]);
  };
  PackSide copy;
  copy.factor = roles.n_side;
  for (uint32_t channel : side.channels)
    copy.rows.push_back({channel, extent(channel)});
  for (const WindowAxis &axis : side.axes) {
    copy.lanes.push_back({axis.loop, extent(axis.loop) + axis.halo});
    if (axis.phases > 1)
      copy.rows.push_back({*axis.tap, axis.phases});
    if (axis.stride > 1)
      guard_last_position(copy, axis, roles);
  }
  return copy;
}

} // namespace

void WindowSide::add_taps(SizeCode &sizes, const analysis::IndexSpace &space,
                          IndexValues &indices) const {
  for (const WindowAxis &axis : axes)
    if (axis.dilation < 0)
      indices[*axis.tap] = sizes.value(
          analysis::SizePolynomial::of(space.extents[*axis.tap]) - 1);
}

std::optional<WindowSide> find_windows(const analysis::ContractionRoles &roles,
                                       size_t words) {
  WindowSide side;
  for (uint32_t loop : roles.n_loops)
    side.axes.push_back({loop, {}, 1, 1, 1, {}});
  if (roles.k_loops.size() < words)
    return std::nullopt;
  std::vector<uint32_t> outer(roles.k_loops.begin(),
                              roles.k_loops.end() - ptrdiff_t(words));
  while (!outer.empty() && add_tap(side, roles, outer.back())) {
    side.taps.insert(side.taps.begin(), outer.back());
    outer.pop_back();
  }
  if (side.taps.empty())
    return std::nullopt;
  side.channels = outer;
  side.channels.insert(side.channels.end(),
                       roles.k_loops.end() - ptrdiff_t(words),
                       roles.k_loops.end());
  for (const WindowAxis &axis : side.axes)
    side.phases *= axis.phases;
  side.copy = copied_side(side, roles);
  return side;
}

} // namespace landfall::kernels
