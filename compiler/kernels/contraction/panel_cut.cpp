//===- panel_cut.cpp - Cutting products with panels into tasks ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/panel_cut.h"
#include "compiler/kernels/contraction/word_packer.h"

#include <algorithm>

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Tasks are not made smaller than about this many multiply-adds.
constexpr int64_t work_of_a_task = int64_t(1) << 20;
/// Tasks are made smaller until a launch has `useful_tasks`; very small ones
/// are used only until there are `needed_tasks`.
constexpr int64_t useful_tasks = 32, needed_tasks = 8;
/// With so many points, packing a row is nothing beside its products.
constexpr int64_t many_points = 1024;

class CutCode {
public:
  CutCode(SizeCode &sizes, const PanelProblem &problem)
      : sizes_(sizes), problem_(problem), shape_(problem.base.shape),
        b_(sizes.b()), element_(size_of(shape_.type)),
        cache_(sizes.frame().machine.caches.l2_bytes) {}

  PanelCut emit() {
    const analysis::ContractionRoles &roles = problem_.base.roles;
    Value *m = sizes_.extent(roles.space, roles.m_loops);
    Value *n = sizes_.extent(roles.space, roles.n_loops);
    cut_.batch = sizes_.extent(roles.space, roles.batch_loops);
    cut_.rows = problem_.turned ? n : m;
    cut_.points = problem_.turned ? m : n;
    cut_.depth = sizes_.extent(roles.space, roles.k_loops);
    cut_.k = problem_.words
                 ? ceil_div(b_, cut_.depth, index(problem_.words->form.steps()))
                 : cut_.depth;
    cut_.runs = problem_.windows ? index(1) : parts(cut_.k, most_k());
    cut_.run_k = problem_.blocks ? most_k() : ceil_div(b_, cut_.k, cut_.runs);
    int64_t unit = shape_.matrix_tiles ? tile_edge : shape_.panel_steps;
    if (unit > 1) {
      cut_.run_k = round_up(b_, cut_.run_k, index(unit));
      cut_.runs = parts(cut_.k, at_least_one(cut_.run_k));
    }
    cut_.panel_stride = panel_stride();
    cut_.row_stride = problem_.windows
                          ? problem_.windows->pitch(sizes_, shape_.width)
                          : index(problem_.row_stride());
    cut_result();
    lay_out_scratch();
    return cut_;
  }

private:
  Value *index(int64_t value) { return sizes_.frame().index(value); }
  Value *at_least_one(Value *x) { return larger(b_, x, index(1)); }
  Value *parts(Value *whole, Value *most) {
    return at_least_one(ceil_div(b_, whole, most));
  }

  /// The most steps of K in a run; of whole blocks, if there are some.
  Value *most_k() {
    if (!problem_.blocks)
      return index(problem_.most_k());
    Value *in_block = at_least_one(BlockCut(sizes_, *problem_.blocks).in_block);
    return b_.CreateMul(
        at_least_one(b_.CreateUDiv(index(problem_.most_k()), in_block)),
        in_block);
  }

  Value *panel_stride() {
    if (!problem_.panels)
      return b_.CreateMul(cut_.run_k, index(problem_.width()));
    Value *stride = sizes_.value(problem_.panels->stride);
    return problem_.words
               ? b_.CreateUDiv(stride, index(problem_.words->form.steps()))
               : stride;
  }

  void cut_result() {
    int64_t block = shape_.m, points = shape_.n();
    // A third of the cache is for packed rows, and one for the sums, which are
    // kept between runs of K. Rows are packed again for every task along the
    // points, while panels are only read again for one along the rows: so a
    // task has rather many points.
    int64_t third = cache_ / 3 / element_;
    Value *packed_rows = index(std::max<int64_t>(third / problem_.most_k(), 1));
    if (problem_.windows)
      packed_rows = at_least_one(b_.CreateUDiv(
          index(third / problem_.windows->side.phases), cut_.row_stride));
    Value *wanted = at_least_one(smaller(b_, cut_.points, index(many_points)));
    Value *kept = b_.CreateICmpSGT(cut_.runs, index(1));
    Value *most_rows = b_.CreateSelect(
        kept, smaller(b_, b_.CreateUDiv(index(third), wanted), packed_rows),
        packed_rows);
    most_rows = b_.CreateMul(
        at_least_one(b_.CreateUDiv(most_rows, index(block))), index(block));
    Value *rows = at_least_one(smaller(b_, cut_.rows, most_rows));
    Value *room = b_.CreateUDiv(index(third / points), rows);
    Value *most_points =
        b_.CreateMul(larger(b_, room, index(4)), index(points));
    if (!problem_.panels)
      most_points = smaller(b_, most_points, packed_points());
    Value *row_tasks = parts(cut_.rows, most_rows);
    Value *point_tasks = parts(cut_.points, most_points);
    Value *work = b_.CreateMul(b_.CreateMul(cut_.batch, cut_.rows),
                               b_.CreateMul(cut_.points, cut_.k));
    Value *worth = b_.CreateUDiv(work, index(work_of_a_task));
    // Divides the rows first: tasks that differ in their points only pack the
    // same rows, and packing them costs more than reading panels again. If
    // points are packed, that costs more than packing the rows.
    auto split = [&](int64_t most_tasks, int64_t least_rows,
                     int64_t least_points) {
      Value *wanted =
          smaller(b_, worth, wanted_tasks(sizes_.frame(), most_tasks));
      auto more = [&](Value *tasks, Value *extent, int64_t least) {
        Value *all =
            b_.CreateMul(cut_.batch, b_.CreateMul(row_tasks, point_tasks));
        Value *missing = b_.CreateUDiv(wanted, at_least_one(all));
        Value *most = larger(b_, tasks, b_.CreateUDiv(extent, index(least)));
        return smaller(b_, b_.CreateMul(tasks, at_least_one(missing)), most);
      };
      auto divide_rows = [&] {
        row_tasks = more(row_tasks, cut_.rows, least_rows);
      };
      if (problem_.panels)
        divide_rows();
      point_tasks = more(point_tasks, cut_.points, least_points);
      if (!problem_.panels)
        divide_rows();
    };
    split(useful_tasks, 12 * block, 8 * points);
    split(needed_tasks, 4 * block, 2 * points);
    auto cut = [&](Value *extent, Value *tasks, int64_t unit) {
      return at_least_one(
          round_up(b_, ceil_div(b_, extent, tasks), index(unit)));
    };
    cut_.task_rows = cut(cut_.rows, row_tasks, block);
    cut_.task_points =
        cut(cut_.points, point_tasks, std::max(points, problem_.width()));
    cut_.task_lanes = !problem_.windows
                          ? cut_.task_rows
                          : PaddedPoints(sizes_, problem_.windows->side)
                                .most_lanes(cut_.task_rows);
    cut_.row_tasks = ceil_div(b_, cut_.rows, cut_.task_rows);
    cut_.point_tasks = ceil_div(b_, cut_.points, cut_.task_points);
  }

  /// The points of which a run, in panels, fills half of the cache.
  Value *packed_points() {
    Value *run = larger(b_, cut_.run_k, index(1));
    Value *fit = b_.CreateUDiv(index(cache_ / 2 / element_), run);
    int64_t unit = shape_.n();
    return b_.CreateMul(larger(b_, b_.CreateUDiv(fit, index(unit)), index(2)),
                        index(unit));
  }

  /// Each area begins on a cache line and has room for some vectors more than
  /// its elements, as packing, turning and the epilogue access whole vectors.
  void lay_out_scratch() {
    int64_t width = shape_.width;
    auto bytes = [&](Value *elements) {
      Value *padded = b_.CreateAdd(elements, index(width));
      return round_up(b_, b_.CreateMul(padded, index(element_)), index(64));
    };
    Value *block = index(shape_.m);
    cut_.padded_rows = round_up(b_, cut_.task_lanes, block);
    Value *packed = nullptr;
    if (problem_.rows_side_by_side()) {
      // An odd number of vectors, so that the steps of K do not share the same
      // few places of a cache.
      Value *rows = problem_.words
                        ? round_up(b_, cut_.padded_rows, index(staged_points))
                        : cut_.padded_rows;
      Value *vectors = ceil_div(b_, rows, index(width));
      cut_.k_stride = b_.CreateMul(
          b_.CreateOr(b_.CreateAdd(vectors, index(1)), index(1)), index(width));
      packed =
          b_.CreateMul(b_.CreateAdd(cut_.run_k, index(width)), cut_.k_stride);
    } else {
      cut_.k_stride = index(1);
      packed = b_.CreateMul(
          b_.CreateAdd(cut_.padded_rows, index(std::max<int64_t>(width, 16))),
          index(problem_.row_stride()));
      if (problem_.windows)
        packed = WindowAreas(sizes_, *problem_.windows, problem_.words->form,
                             shape_.width, cut_.task_lanes)
                     .words;
    }
    // If sums are not kept, all chunks use the place of the first; its last
    // block may be a whole one.
    Value *kept = b_.CreateICmpSGT(cut_.runs, index(1));
    int64_t widest = width * most_panel_vectors(problem_, 1);
    int64_t chunk =
        shape_.m +
        (problem_.words && !problem_.turned ? most_rows_of_chunk(problem_) : 0);
    Value *sums =
        b_.CreateSelect(kept, b_.CreateMul(cut_.padded_rows, cut_.task_points),
                        index(chunk * shape_.n()));
    // Blocks of few rows are wider; turning reads whole squares.
    if (!problem_.panels) {
      cut_.sums_stride = round_up(b_, cut_.task_points, index(width));
      Value *rows = b_.CreateSelect(kept, cut_.padded_rows, index(shape_.m));
      sums = b_.CreateMul(rows, cut_.sums_stride);
    }
    sums = b_.CreateAdd(sums, index(4 * widest + width * shape_.n()));
    cut_.sums_at = bytes(packed);
    cut_.turned_at = b_.CreateAdd(cut_.sums_at, bytes(sums));
    int64_t turned =
        problem_.turned ? shape_.n() * turned_stride(problem_) + width : 0;
    cut_.scratch_bytes = b_.CreateAdd(cut_.turned_at, bytes(index(turned)));
    if (problem_.blocks) {
      cut_.unpacked_at = cut_.scratch_bytes;
      Value *points = b_.CreateAdd(cut_.task_points, index(widest));
      cut_.scratch_bytes = b_.CreateAdd(
          cut_.unpacked_at, bytes(b_.CreateMul(cut_.run_k, points)));
    }
    if (!problem_.words)
      return;
    cut_.words_at = cut_.scratch_bytes;
    cut_.scratch_bytes =
        b_.CreateAdd(cut_.words_at, WordAreas(sizes_, problem_, cut_).bytes);
  }

  SizeCode &sizes_;
  const PanelProblem &problem_;
  const TileShape &shape_;
  llvm::IRBuilderBase &b_;
  int64_t element_, cache_;
  PanelCut cut_{};
};

} // namespace

PanelCut emit_panel_cut(SizeCode &sizes, const PanelProblem &problem) {
  return CutCode(sizes, problem).emit();
}

unsigned most_panel_vectors(const PanelProblem &problem, unsigned rows) {
  const TileShape &shape = problem.base.shape;
  // Registers: the sums, the step's vectors or elements, whichever are fewer,
  // and one of the others.
  unsigned most = 1;
  while (most < 8 &&
         rows * (most + 1) + std::min(rows, most + 1) + 1 <= shape.registers)
    ++most;
  unsigned of_panel = std::max(unsigned(problem.width()) / shape.width, 1u);
  return most < of_panel ? shape.vectors : most - most % of_panel;
}

} // namespace landfall::kernels
