//===- matrix_tiling.cpp - Cutting a product for the matrix unit ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/matrix/matrix_tiling.h"

#include "targets/reef/chip/registers.h"
#include "targets/reef/codegen/matrix/matrix_unit.h"

#include <bit>

namespace landfall::reef {

using llvm::Value;

namespace {

/// Panels begin where DRAM's lines would.
constexpr int64_t line_bytes = 64;
/// Vectors of sums are read whole, up to this much behind the last one.
constexpr int64_t margin_bytes = block_margin_bytes;
/// Tiles up to this edge use a panel of lanes for long enough with one panel of
/// rows, twice as wide ones with two.
constexpr int64_t edge_of_one = 32;
/// The depth is shared in no shorter parts, and no more of them: each costs
/// a turn through DRAM for the sums.
constexpr int64_t least_part = 128, most_parts = 8;
/// More would make runs of the depth too short.
constexpr int64_t most_row_panels = 8;
/// Tasks begin at multiples of so many lanes.
constexpr int64_t whole_lanes = 16;
/// Cycles of a step on four whole tiles, and on four of half the edge, where
/// instructions take longer to issue than to work. Evaluating a panel of lanes
/// takes longer than either, and half as long for half the lanes.
constexpr int64_t whole_step = 16, half_step = 12;
constexpr int64_t whole_evaluation = 32, half_evaluation = 16;

class TilingCode {
public:
  TilingCode(kernels::SizeCode &sizes, const analysis::ContractionRoles &roles,
             const TilingWishes &wishes)
      : sizes_(sizes), b(sizes.b()), roles_(roles), wishes_(wishes) {}

  MatrixTiling emit() {
    t_.batch = extent(roles_.batch);
    t_.rows = extent(roles_.rows);
    t_.lanes = extent(roles_.lanes);
    t_.depth = extent(roles_.depth);
    Value *quarter = b.CreateLShr(chip(core_register::scratch_bytes), index(2));
    t_.quarter_bytes = b.CreateAnd(quarter, index(-64));
    choose_channels();
    cut_tiles();
    share_depth();
    cut_depth();
    cut_result();
    t_.copies = b.CreateMul(blocks(), block_bytes());
    Value *is_simple =
        b.CreateAnd(b.CreateNot(is_shared_), b.CreateICmpEQ(t_.runs, index(1)));
    t_.alternates = b.CreateAnd(is_simple, b.CreateICmpSGT(blocks(), index(1)));
    return t_;
  }

private:
  Value *index(int64_t value) { return sizes_.frame().index(value); }
  Value *chip(uint64_t offset) {
    Value *&value = registers_[offset];
    if (!value)
      value = read_core_register(sizes_.frame(), offset);
    return value;
  }
  void choose_channels() {
    Value *all = chip(core_register::dma_channels);
    for (size_t k = 0; k < t_.channels.size(); ++k) {
      Value *channel = index(int64_t(k));
      for (size_t around = 0; around < k; ++around)
        channel = b.CreateSelect(b.CreateICmpSLT(channel, all), channel,
                                 b.CreateSub(channel, all));
      t_.channels[k] = channel;
    }
  }
  /// Of a power of two: divisions take twenty cycles, shifts one.
  Value *log2_of(Value *power) {
    Value *bits =
        b.CreateBitCast(b.CreateUIToFP(power, b.getDoubleTy()), b.getInt64Ty());
    return b.CreateSub(b.CreateLShr(bits, index(52)), index(1023));
  }
  /// Parts of 2^log that an extent takes; at least 1.
  Value *shifted_parts(Value *extent, Value *log) {
    Value *last = b.CreateSub(b.CreateShl(index(1), log), index(1));
    return at_least_one(b.CreateLShr(b.CreateAdd(extent, last), log));
  }
  Value *row_panels() { return shifted_parts(t_.rows, t_.panel_log); }
  Value *lane_panels() { return shifted_parts(t_.lanes, t_.panel_log); }
  Value *extent(const std::vector<uint32_t> &loops) {
    return sizes_.extent(roles_.space, loops);
  }
  Value *at_least_one(Value *x) { return kernels::larger(b, x, index(1)); }
  Value *parts(Value *whole, Value *most) {
    return at_least_one(kernels::ceil_div(b, whole, most));
  }
  Value *panel_row_bytes() {
    return b.CreateShl(t_.pitch, index(element_log()));
  }
  int64_t steps_at_once() const { return 4 / wishes_.element_bytes; }
  /// Of an element's bytes.
  int64_t element_log() const {
    return std::countr_zero(uint64_t(wishes_.element_bytes));
  }
  Value *bytes_of(Value *depth) {
    Value *rows = b.CreateAdd(depth, index(wishes_.rows_behind));
    return b.CreateMul(rows, panel_row_bytes());
  }
  /// Steps of so many panels, or of those side by side, that fit; a multiple of
  /// those at once.
  Value *steps_in(Value *bytes, Value *panels) {
    Value *row_log = b.CreateAdd(b.CreateAdd(t_.panel_log, t_.abreast_log),
                                 index(element_log()));
    Value *rows = b.CreateUDiv(b.CreateLShr(bytes, row_log), panels);
    Value *left = b.CreateSub(rows, index(wishes_.rows_behind));
    Value *at_once = index(steps_at_once());
    return kernels::larger(b, b.CreateAnd(left, b.CreateNeg(at_once)), at_once);
  }

  /// Blocks that the core with the most has, with tiles of this edge.
  Value *rounds(Value *panel_log) {
    Value *blocks =
        b.CreateMul(t_.batch, b.CreateMul(shifted_parts(t_.rows, panel_log),
                                          shifted_parts(t_.lanes, panel_log)));
    return parts(blocks, chip(core_register::cores));
  }

  /// Tiles of half the edge where whole ones leave cores idle, or themselves
  /// empty.
  void cut_tiles() {
    Value *whole = chip(core_register::tile_edge);
    Value *register_bytes = b.CreateLShr(chip(core_register::vector_bits), 3);
    if (wishes_.bytes())
      whole = kernels::smaller(b, whole, b.CreateLShr(register_bytes, 1));
    Value *half = b.CreateLShr(whole, index(1));
    Value *whole_log = log2_of(whole); // Of half a tile's panel, too.
    bool dear = wishes_.dear_lanes;
    int64_t half_cost = half_step + (dear ? half_evaluation : 0);
    int64_t whole_cost = whole_step + (dear ? whole_evaluation : 0);
    Value *pays =
        b.CreateICmpSLT(b.CreateMul(rounds(whole_log), index(half_cost)),
                        b.CreateMul(rounds(b.CreateAdd(whole_log, index(1))),
                                    index(whole_cost)));
    // A chip has room for a block of half tiles (chip_parse.cpp).
    Value *fits = b.CreateICmpSLE(
        b.CreateShl(b.CreateMul(whole, whole), index(4)), sums_room());
    pays = b.CreateOr(pays, b.CreateNot(fits));
    t_.edge = b.CreateSelect(pays, half, whole);
    t_.panel = b.CreateShl(t_.edge, index(1));
    t_.panel_log =
        b.CreateAdd(whole_log, b.CreateSelect(pays, index(0), index(1)));
    t_.pitch = wishes_.bytes() ? b.CreateShl(register_bytes, 1) : t_.panel;
    t_.abreast_log = wishes_.bytes()
                         ? b.CreateSub(log2_of(t_.pitch), t_.panel_log)
                         : index(0);
    t_.panels_per_row = b.CreateShl(index(1), t_.abreast_log);
  }

  /// Row panels that share a panel of lanes: the wider tiles are, the fewer
  /// cycles a panel of lanes takes to use and the more to fetch.
  Value *wanted_row_panels() {
    return b.CreateSelect(is_shared_, shared_row_panels(),
                          wanted_row_panels_alone());
  }
  Value *wanted_row_panels_alone() {
    if (wishes_.costly_row_panels)
      return index(1);
    Value *wanted = at_least_one(b.CreateUDiv(t_.edge, index(edge_of_one)));
    if (wishes_.dear_lanes) {
      Value *lanes = kernels::smaller(b, lane_panels(), index(2));
      Value *many = kernels::smaller(b, b.CreateUDiv(blocks(), lanes),
                                     index(most_row_panels));
      wanted = kernels::larger(b, wanted,
                               kernels::smaller(b, many, rounds(t_.panel_log)));
    }
    return kernels::smaller(b, wanted, row_panels());
  }
  /// Row panels that are dear to make but share those of lanes: two side by
  /// side, if the core with the most then has no more of them.
  Value *paired_row_panels() {
    Value *two = kernels::smaller(b, t_.panels_per_row, index(2));
    Value *two_log = kernels::smaller(b, t_.abreast_log, index(1));
    Value *cores = chip(core_register::cores);
    auto rounds_of = [&](Value *tasks) {
      return parts(b.CreateMul(t_.batch, tasks), cores);
    };
    Value *alone = rounds_of(row_panels());
    Value *paired = rounds_of(shifted_parts(row_panels(), two_log));
    return b.CreateSelect(b.CreateICmpSLE(b.CreateMul(paired, two), alone), two,
                          index(1));
  }
  /// Of the last quarter, whose end may be the stack.
  Value *sums_room() {
    Value *stack = stack_in(sizes_.frame(), chip(core_register::scratch_bytes));
    return b.CreateSub(b.CreateSub(t_.quarter_bytes, index(margin_bytes)),
                       stack);
  }
  Value *blocks_in(Value *bytes) {
    Value *log = b.CreateShl(b.CreateAdd(t_.panel_log, index(1)), index(1));
    return b.CreateLShr(bytes, log); // panel x panel x 4
  }
  Value *block_bytes() {
    return b.CreateMul(t_.panel, b.CreateMul(t_.panel, index(sum_bytes)));
  }
  /// Of sums, that the scratchpad has room for besides the copies, if for
  /// those.
  Value *blocks() {
    Value *all = blocks_in(sums_room());
    Value *copies =
        b.CreateAdd(index(wishes_.copies),
                    b.CreateSelect(is_shared_, index(parts_at_once), index(0)));
    t_.copies_fit = b.CreateICmpSGT(all, copies);
    return at_least_one(
        b.CreateSub(all, b.CreateSelect(t_.copies_fit, copies, index(0))));
  }

  /// Row panels that share a panel of lanes where tasks share the depth: those
  /// that are dear to make are made for several.
  Value *shared_row_panels() {
    constexpr int64_t most = 4;
    return kernels::smaller(b, row_panels(),
                            index(wishes_.dear_lanes ? most : 1));
  }

  /// As many parts as leave no core idle, where there are few blocks.
  void share_depth() {
    Value *cores = chip(core_register::cores);
    Value *along_lanes = lane_panels(), *along_rows = row_panels();
    Value *blocks = b.CreateMul(t_.batch, b.CreateMul(along_rows, along_lanes));
    Value *rows = shared_row_panels();
    Value *groups = at_least_one(b.CreateMul(b.CreateMul(t_.batch, along_lanes),
                                             parts(along_rows, rows)));
    Value *most = kernels::smaller(b, b.CreateUDiv(t_.depth, index(least_part)),
                                   index(most_parts));
    Value *wanted = kernels::smaller(b, b.CreateUDiv(cores, groups), most);
    Value *few = b.CreateICmpSLE(
        b.CreateMul(blocks, index(wishes_.dear_lanes ? 1 : 2)), cores);
    Value *room = blocks_in(sums_room());
    Value *fits = b.CreateAnd(
        b.CreateICmpSGE(
            room, b.CreateAdd(rows, index(wishes_.copies + parts_at_once))),
        b.CreateICmpSLE(b.CreateMul(groups, rows), index(most_shared_blocks)));
    fits = b.CreateAnd(fits, b.CreateICmpSLE(cores, index(most_shared_blocks)));
    Value *is_many = b.CreateICmpSGT(wanted, index(1));
    is_shared_ = b.CreateAnd(is_many, b.CreateAnd(few, fits));
    Value *count = b.CreateSelect(is_shared_, wanted, index(1));
    t_.part_depth = kernels::round_up(b, kernels::ceil_div(b, t_.depth, count),
                                      index(steps_at_once()));
    t_.parts =
        b.CreateSelect(is_shared_, parts(t_.depth, t_.part_depth), index(1));
    t_.part_depth = b.CreateSelect(is_shared_, t_.part_depth, t_.depth);
  }

  /// One run if the wanted panels fit a quarter; else runs of nearly equal
  /// length, of panels that fit half of one, with room for what is read behind
  /// their last rows.
  void cut_depth() {
    Value *wanted = shifted_parts(wanted_row_panels(), t_.abreast_log);
    Value *room = b.CreateSub(t_.quarter_bytes, index(margin_bytes));
    Value *two = steps_in(room, kernels::larger(b, wanted, index(2)));
    Value *depth = t_.part_depth;
    Value *one_run = b.CreateICmpSLE(depth, steps_in(t_.quarter_bytes, wanted));
    t_.runs = b.CreateSelect(one_run, index(1), parts(depth, two));
    t_.depth_run = kernels::round_up(b, kernels::ceil_div(b, depth, t_.runs),
                                     index(steps_at_once()));
    t_.panel_bytes = kernels::round_up(b, bytes_of(at_least_one(t_.depth_run)),
                                       index(line_bytes));
    Value *dense = b.CreateMul(
        t_.depth_run, b.CreateMul(t_.panel, index(wishes_.element_bytes)));
    t_.wide = b.CreateICmpSGT(b.CreateAdd(dense, t_.panel_bytes), room);
  }

  /// Tasks as large as the scratchpad allows, so that few elements are packed
  /// twice, and smaller where cores would be idle.
  void cut_result() {
    Value *along_lanes = lane_panels(), *along_rows = row_panels();
    Value *most = at_least_one(b.CreateUDiv(t_.quarter_bytes, t_.panel_bytes));
    Value *rows =
        kernels::smaller(b, along_rows, b.CreateMul(most, t_.panels_per_row));
    Value *one_run = b.CreateICmpEQ(t_.runs, index(1));
    Value *few = wishes_.costly_row_panels ? b.getTrue() : is_shared_;
    Value *wanted = wanted_row_panels();
    if (wishes_.costly_row_panels)
      wanted = b.CreateSelect(b.CreateAnd(one_run, b.CreateNot(is_shared_)),
                              paired_row_panels(), wanted);
    rows = b.CreateSelect(few, kernels::smaller(b, rows, wanted), rows);
    // Sums between runs of the depth stay in the scratchpad.
    rows = b.CreateSelect(one_run, rows, kernels::smaller(b, rows, blocks()));
    Value *kept = at_least_one(b.CreateUDiv(blocks(), rows));
    Value *lanes = kernels::smaller(b, along_lanes,
                                    b.CreateSelect(one_run, along_lanes, kept));
    lanes = b.CreateSelect(is_shared_, index(1), lanes);
    auto shrink = [&](Value *&mine, Value *panels) {
      Value *along = parts(panels, mine);
      Value *all =
          b.CreateMul(t_.batch, b.CreateMul(parts(along_rows, rows),
                                            parts(along_lanes, lanes)));
      Value *cores = chip(core_register::cores);
      // Parts were counted for tasks as they are.
      Value *missing =
          b.CreateSelect(is_shared_, index(1), parts(cores, at_least_one(all)));
      mine = at_least_one(
          kernels::ceil_div(b, panels, b.CreateMul(along, missing)));
    };
    shrink(lanes, along_lanes);
    shrink(rows, along_rows);
    t_.task_lane_panels = lanes;
    t_.task_blocks = b.CreateMul(rows, lanes);
    t_.task_rows = b.CreateMul(rows, t_.panel);
    t_.row_tasks = kernels::ceil_div(b, t_.rows, t_.task_rows);
    share_lanes(b.CreateMul(lanes, t_.panel));
  }

  /// As many tasks as fit the rounds that so many lanes a task would take, the
  /// lanes dealt out evenly: the last round leaves no core idle. Half a panel
  /// takes hardly less long to multiply than a whole one.
  void share_lanes(Value *most) {
    Value *others = at_least_one(b.CreateMul(t_.batch, t_.row_tasks));
    Value *cores = chip(core_register::cores);
    Value *rounds = parts(b.CreateMul(others, parts(t_.lanes, most)), cores);
    Value *tasks =
        kernels::smaller(b, b.CreateUDiv(b.CreateMul(rounds, cores), others),
                         parts(t_.lanes, t_.edge));
    tasks = b.CreateSelect(is_shared_, parts(t_.lanes, most), tasks);
    Value *even = kernels::round_up(b, parts(t_.lanes, at_least_one(tasks)),
                                    index(whole_lanes));
    t_.task_lanes = kernels::smaller(b, even, most);
    t_.lane_tasks = kernels::ceil_div(b, t_.lanes, t_.task_lanes);
  }

  kernels::SizeCode &sizes_;
  llvm::IRBuilderBase &b;
  const analysis::ContractionRoles &roles_;
  const TilingWishes &wishes_;
  MatrixTiling t_{};
  Value *is_shared_ = nullptr; ///< i1: the depth, among tasks.
  std::map<uint64_t, Value *> registers_;
};

} // namespace

Value *MatrixTiling::tasks(kernels::SizeCode &sizes) const {
  llvm::IRBuilderBase &b = sizes.b();
  return b.CreateMul(b.CreateMul(batch, parts),
                     b.CreateMul(row_tasks, lane_tasks));
}

MatrixTiling emit_matrix_tiling(kernels::SizeCode &sizes,
                                const analysis::ContractionRoles &roles,
                                const TilingWishes &wishes) {
  return TilingCode(sizes, roles, wishes).emit();
}

} // namespace landfall::reef
