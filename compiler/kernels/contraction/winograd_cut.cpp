//===- winograd_cut.cpp - Cutting Winograd's convolutions -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/winograd_cut.h"
#include "compiler/kernels/contraction/weight_panels.h"

#include <algorithm>

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Channels in a run: the values of a place's windows stay in the first-level
/// cache while they are multiplied.
constexpr int64_t most_run_channels = 128;
/// The least and the most squares of a task: windows are transformed once a
/// task, and values of squares should stay in the second-level cache.
constexpr int64_t least_squares = 64, most_squares = 256;
/// Tasks for more threads are not smaller.
constexpr int64_t least_squares_of_thread = 32;
constexpr int64_t useful_tasks = 32;
/// C * M / (C + M), for C channels and M points, from which on transforming may
/// pay for itself.
constexpr int64_t least_product = 5;
/// Transforming a square of a channel, with its copy, and one of sums, with
/// their results, takes as long as its products with so many points; a window,
/// as its products with so many squares.
constexpr int64_t of_transforms = 12, of_windows = 11, of_packed_windows = 16;
/// The most weights that each task packs again.
constexpr int64_t most_packed_weights = int64_t(1) << 18;

class CutCode {
public:
  CutCode(SizeCode &sizes, const WinogradProblem &problem)
      : sizes_(sizes), problem_(problem), shape_(problem.base.shape),
        b_(sizes.b()), element_(size_of(shape_.type)) {
    const analysis::ContractionRoles &roles = problem.base.roles;
    const WindowSide &side = problem.side();
    cut_.groups = sizes.extent(roles.space, problem.group_loops);
    cut_.channels = sizes.extent(roles.space, side.channels);
    cut_.points = sizes.extent(roles.space, roles.m_loops);
    cut_.outer = sizes.extent(roles.space, problem.outer_axes);
    images_ = b_.CreateMul(sizes.extent(roles.space, problem.image_loops),
                           cut_.outer);
    cut_.height = sizes.extent(roles.space, {problem.axis(2).loop});
    cut_.width = sizes.extent(roles.space, {problem.axis(1).loop});
    Value *two = index(winograd_results);
    cut_.image_rows = ceil_div(b_, cut_.height, two);
    cut_.rows = b_.CreateMul(images_, cut_.image_rows);
    cut_.columns = ceil_div(b_, cut_.width, two);
    // So many that their values fill the cache, within bounds.
    Value *of_cache = index(sizes.frame().machine.caches.l2_bytes / element_ /
                            winograd_places);
    Value *fitting = b_.CreateUDiv(of_cache, at_least_one(cut_.channels));
    squares_ = larger(b_, index(least_squares),
                      smaller(b_, fitting, index(most_squares)));
  }

  WinogradCut emit() {
    cut_result();
    cut_.runs = parts(cut_.channels, index(most_run_channels));
    cut_.run_channels = ceil_div(b_, cut_.channels, cut_.runs);
    lay_out_scratch();
    return cut_;
  }

  /// Counts what a vector of points multiplied with 16 places takes: measured,
  /// with what is not said here in the constants.
  Value *emit_suits() {
    auto product = [&](Value *x, Value *y) { return b_.CreateMul(x, y); };
    Value *squares = product(cut_.rows, cut_.columns);
    Value *tasks = parts(squares, squares_);
    Value *points = round_up(b_, cut_.points, index(shape_.n()));
    Value *both = product(cut_.channels, points);
    Value *ends = b_.CreateAdd(cut_.channels, cut_.points);
    Value *winograd = b_.CreateAdd(
        product(round_up(b_, squares, index(4)), both),
        b_.CreateAdd(product(product(squares, ends), index(of_transforms)),
                     product(product(tasks, both),
                             index(problem_.panels() ? of_windows
                                                     : of_packed_windows))));
    Value *results = product(images_, product(cut_.height, cut_.width));
    Value *direct = product(product(cut_.channels, cut_.points),
                            product(results, index(winograd_taps)));
    Value *faster =
        b_.CreateICmpSLE(product(winograd, index(winograd_places)), direct);
    const analysis::ContractionRoles &roles = problem_.base.roles;
    for (uint32_t tap : problem_.side().taps) {
      Value *extent = sizes_.extent(roles.space, {tap});
      faster =
          b_.CreateAnd(faster, b_.CreateICmpEQ(extent, index(winograd_edge)));
    }
    if (problem_.panels())
      return faster;
    Value *weights = product(both, index(winograd_taps));
    return b_.CreateAnd(faster,
                        b_.CreateICmpSLE(weights, index(most_packed_weights)));
  }

private:
  Value *index(int64_t value) { return sizes_.frame().index(value); }
  Value *at_least_one(Value *x) { return larger(b_, x, index(1)); }
  Value *parts(Value *whole, Value *most) {
    return at_least_one(ceil_div(b_, whole, most));
  }

  void cut_result() {
    cut_.column_tasks = parts(cut_.columns, squares_);
    cut_.task_columns = part(cut_.columns, cut_.column_tasks, 1);
    Value *most_rows = at_least_one(b_.CreateUDiv(squares_, cut_.task_columns));
    cut_.row_tasks = parts(cut_.rows, most_rows);
    cut_.point_tasks = index(1);
    // Rows first: tasks that differ in their points only transform the same
    // squares.
    Value *wanted = wanted_tasks(sizes_.frame(), useful_tasks);
    auto more = [&](Value *tasks, Value *extent, Value *least) {
      Value *all = b_.CreateMul(b_.CreateMul(cut_.groups, cut_.column_tasks),
                                b_.CreateMul(cut_.row_tasks, cut_.point_tasks));
      Value *missing = at_least_one(b_.CreateUDiv(wanted, at_least_one(all)));
      Value *most = larger(b_, tasks, b_.CreateUDiv(extent, least));
      return smaller(b_, b_.CreateMul(tasks, missing), most);
    };
    Value *least_rows =
        parts(index(least_squares_of_thread), cut_.task_columns);
    cut_.row_tasks = more(cut_.row_tasks, cut_.rows, least_rows);
    cut_.point_tasks =
        more(cut_.point_tasks, cut_.points, index(2 * int64_t(shape_.n())));
    cut_.task_rows = part(cut_.rows, cut_.row_tasks, 1);
    int64_t unit = shape_.n();
    if (problem_.panels())
      unit = std::max(unit, problem_.panels()->width);
    cut_.task_points = part(cut_.points, cut_.point_tasks, unit);
    cut_.row_tasks = ceil_div(b_, cut_.rows, cut_.task_rows);
    cut_.point_tasks = ceil_div(b_, cut_.points, cut_.task_points);
  }

  Value *part(Value *extent, Value *tasks, int64_t unit) {
    return at_least_one(round_up(b_, ceil_div(b_, extent, tasks), index(unit)));
  }

  /// An odd number of cache lines: rows must not compete for the same sets.
  Value *odd_lines(Value *elements) {
    int64_t line = 64 / element_;
    return b_.CreateMul(
        b_.CreateOr(ceil_div(b_, elements, index(line)), index(1)),
        index(line));
  }

  void lay_out_scratch() {
    int64_t width = shape_.width, n = shape_.n(), places = winograd_places;
    // Whole vectors of squares are read, and a vector of zeros is written.
    Value *columns = round_up(b_, cut_.task_columns, index(width));
    cut_.line_stride = b_.CreateAdd(
        b_.CreateMul(columns, index(winograd_results)), index(2 * width));
    // Two lines for each row of squares, and two more in each image.
    Value *images = b_.CreateAdd(
        b_.CreateUDiv(cut_.task_rows, at_least_one(cut_.image_rows)), index(2));
    Value *lines = b_.CreateMul(b_.CreateAdd(cut_.task_rows, images),
                                index(winograd_results));
    cut_.channel_stride = odd_lines(b_.CreateMul(lines, cut_.line_stride));
    Value *squares = b_.CreateMul(cut_.task_rows, cut_.task_columns);
    Value *whole = b_.CreateAdd(round_up(b_, squares, index(shape_.m)),
                                index(std::max<int64_t>(shape_.m, width)));
    cut_.values_stride = odd_lines(whole);
    cut_.place_stride = b_.CreateMul(cut_.channels, cut_.values_stride);
    cut_.windows_stride = b_.CreateMul(cut_.run_channels, index(n));
    cut_.sums_stride = b_.CreateMul(whole, index(n));
    Value *end = index(0);
    auto reserve = [&](Value *elements) {
      Value *begin = end;
      Value *bytes =
          b_.CreateMul(b_.CreateAdd(elements, index(width)), index(element_));
      end = b_.CreateAdd(end, round_up(b_, bytes, index(64)));
      return begin;
    };
    auto all_places = [&](Value *stride) {
      return b_.CreateMul(stride, index(places));
    };
    // The copy; behind it, blocks of rows may read so many lanes.
    (void)reserve(b_.CreateAdd(b_.CreateMul(cut_.channels, cut_.channel_stride),
                               index(int64_t(shape_.m) + 2 * width)));
    cut_.values_at = reserve(b_.CreateAdd(all_places(cut_.place_stride),
                                          index(int64_t(shape_.m) + width)));
    // In their place, the windows' taps if a product of these is needed.
    cut_.windows_at = reserve(larger(b_, all_places(cut_.windows_stride),
                                     b_.CreateMul(cut_.channels, index(n))));
    cut_.sums_at = reserve(all_places(cut_.sums_stride));
    cut_.results_at =
        reserve(index(winograd_results * winograd_line(shape_) + n));
    cut_.turned_at = reserve(index(winograd_turned_stride(shape_) * n));
    cut_.weights_at = end;
    if (problem_.panels()) {
      cut_.weights_stride = index(problem_.panels()->width);
    } else {
      cut_.weights_stride = round_up(b_, cut_.task_points, index(n));
      Value *steps = b_.CreateMul(cut_.channels, index(winograd_taps));
      (void)reserve(
          b_.CreateMul(b_.CreateAdd(steps, index(width)), cut_.weights_stride));
    }
    cut_.scratch_bytes = end;
  }

  SizeCode &sizes_;
  const WinogradProblem &problem_;
  const TileShape &shape_;
  llvm::IRBuilderBase &b_;
  int64_t element_;
  Value *images_ = nullptr, *squares_ = nullptr;
  WinogradCut cut_{};
};

} // namespace

WinogradProblem::WinogradProblem(const ContractionProblem &problem)
    : base(problem) {
  const analysis::ContractionRoles &roles = base.roles;
  if (!panels())
    weights_by_k =
        PackSide(roles.m_side, roles.space, roles.k_loops, roles.m_loops);
  for (uint32_t loop : roles.batch_loops)
    (roles.m_side.uses[loop] ? group_loops : image_loops).push_back(loop);
  for (size_t axis = 0; axis + 2 < side().axes.size(); ++axis)
    outer_axes.push_back(side().axes[axis].loop);
}

std::string why_not_winograd(const ContractionProblem &problem) {
  const analysis::ContractionRoles &roles = problem.roles;
  if (problem.machine.vector.scalable)
    return "registers have no known length";
  if (problem.type != DType::f32)
    return "sums are not of float32";
  if (!problem.windows || problem.windows->axes.size() < 2 ||
      problem.windows->taps.size() != 2)
    return "the N side has no windows of two axes";
  const std::vector<WindowAxis> &axes = problem.windows->axes;
  for (size_t k = 0; k < 2; ++k) {
    const WindowAxis &axis = axes[axes.size() - 2 + k];
    if (!axis.tap)
      return "the N side has no windows of two axes";
    // What no constant says is known at a launch.
    const Extent &taps = roles.space.extents[*axis.tap];
    if (axis.tap != problem.windows->taps[k] || axis.stride != 1 ||
        axis.dilation != 1 || (taps.constant && taps.value != winograd_edge))
      return "windows are not of 3x3 neighbours";
  }
  std::optional<int64_t> channels =
      roles.extent(problem.windows->channels).constant();
  if (channels && problem.m &&
      *channels * *problem.m < least_product * (*channels + *problem.m))
    return "transforming takes longer than it saves for so few channels";
  const analysis::Factor &weights = roles.m_side;
  if (weights.loads.size() != 1 || weights.loads[0].node != weights.value ||
      problem.kernel.nodes[weights.value].type != problem.type)
    return "the weights are computed from what is loaded";
  for (const analysis::FactorLoad &load : roles.n_side.loads)
    if (load.panels)
      return "the image is in panels";
  if (const auto &panels = weights.loads[0].panels)
    if (panels->width % int64_t(problem.shape.width) != 0)
      return "the panels are not of whole vectors";
  if (const auto &panels = weights.loads[0].panels)
    return why_not_in_order(roles, weights, *panels, roles.m_loops);
  return {};
}

Value *WinogradCut::tasks(SizeCode &sizes) const {
  llvm::IRBuilderBase &b = sizes.b();
  return b.CreateMul(b.CreateMul(groups, point_tasks),
                     b.CreateMul(row_tasks, column_tasks));
}

WinogradCut emit_winograd_cut(SizeCode &sizes, const WinogradProblem &problem) {
  return CutCode(sizes, problem).emit();
}

Value *emit_winograd_suits(SizeCode &sizes, const WinogradProblem &problem) {
  return CutCode(sizes, problem).emit_suits();
}

} // namespace landfall::kernels
