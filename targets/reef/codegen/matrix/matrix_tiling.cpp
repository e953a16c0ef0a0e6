//===- matrix_tiling.cpp - Blocking for the matrix unit -------------------===//
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

/// Panels are aligned to a DRAM line.
constexpr int64_t line_bytes = 64;
/// Sums are read as whole vectors, up to this many bytes behind the last block.
constexpr int64_t margin_bytes = block_margin_bytes;
/// With tiles of up to this edge, multiplying a lane panel by one row panel
/// takes as long as fetching the next; with twice the edge it takes two.
constexpr int64_t edge_of_one = 32;
/// Split-K: the least steps of a part, and the most parts; each costs a round
/// trip of the sums through DRAM.
constexpr int64_t min_part_depth = 128, max_parts = 8;
/// The most row panels that share a lane panel that takes long to pack; with
/// more, runs of the depth would be too short.
constexpr int64_t max_row_panels = 8;
/// Tasks begin at multiples of this many lanes.
constexpr int64_t whole_lanes = 16;
/// Relative costs (cycles) of multiplying one step on four full tiles, and on
/// four tiles of half the edge, where issuing the instructions takes longer
/// than multiplying; and of packing one step of an evaluated lane panel of full
/// and of half width.
constexpr int64_t whole_step = 16, half_step = 12;
constexpr int64_t whole_evaluation = 32, half_evaluation = 16;

class TilingCode {
public:
  TilingCode(kernels::SizeCode &sizes, const analysis::ContractionRoles &roles,
             const TilingRequirements &needs)
      : sizes_(sizes), b(sizes.b()), roles_(roles), needs_(needs) {}

  MatrixTiling emit() {
    t_.batch = extent(roles_.batch_loops);
    t_.rows = extent(roles_.m_loops);
    t_.lanes = extent(roles_.n_loops);
    t_.depth = extent(roles_.k_loops);
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
  /// log2 of a power of two: a division takes twenty cycles, a shift one.
  Value *log2_of(Value *power) {
    Value *bits =
        b.CreateBitCast(b.CreateUIToFP(power, b.getDoubleTy()), b.getInt64Ty());
    return b.CreateSub(b.CreateLShr(bits, index(52)), index(1023));
  }
  /// max(1, ceil(extent / 2^log)).
  Value *shifted_parts(Value *extent, Value *log) {
    Value *last = b.CreateSub(b.CreateShl(index(1), log), index(1));
    return at_least_one(b.CreateLShr(b.CreateAdd(extent, last), log));
  }
  Value *row_panels() { return shifted_parts(t_.rows, t_.log2_panel); }
  Value *lane_panels() { return shifted_parts(t_.lanes, t_.log2_panel); }
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
  int64_t steps_at_once() const { return 4 / needs_.element_bytes; }
  /// log2 of an element's bytes.
  int64_t element_log() const {
    return std::countr_zero(uint64_t(needs_.element_bytes));
  }
  Value *bytes_of(Value *depth) {
    Value *rows = b.CreateAdd(depth, index(needs_.rows_behind));
    return b.CreateMul(rows, panel_row_bytes());
  }
  /// The steps of `panels` panels (or groups of panels side by side) that fit
  /// in `bytes`; a multiple of the steps that an instruction takes.
  Value *steps_in(Value *bytes, Value *panels) {
    Value *row_log =
        b.CreateAdd(b.CreateAdd(t_.log2_panel, t_.log2_panels_per_row),
                    index(element_log()));
    Value *rows = b.CreateUDiv(b.CreateLShr(bytes, row_log), panels);
    Value *left = b.CreateSub(rows, index(needs_.rows_behind));
    Value *at_once = index(steps_at_once());
    return kernels::larger(b, b.CreateAnd(left, b.CreateNeg(at_once)), at_once);
  }

  /// Waves: ceil(blocks / cores), with panels of this width.
  Value *waves(Value *log2_panel) {
    Value *blocks =
        b.CreateMul(t_.batch, b.CreateMul(shifted_parts(t_.rows, log2_panel),
                                          shifted_parts(t_.lanes, log2_panel)));
    return parts(blocks, chip(core_register::cores));
  }

  /// Chooses half the tile edge where full tiles would leave cores idle or be
  /// mostly empty.
  void cut_tiles() {
    Value *whole = chip(core_register::tile_edge);
    Value *register_bytes = b.CreateLShr(chip(core_register::vector_bits), 3);
    if (needs_.bytes())
      whole = kernels::smaller(b, whole, b.CreateLShr(register_bytes, 1));
    Value *half = b.CreateLShr(whole, index(1));
    Value *log2_whole = log2_of(whole); // Of half a tile's panel, too.
    bool costly = needs_.costly_lane_panels;
    int64_t half_cost = half_step + (costly ? half_evaluation : 0);
    int64_t whole_cost = whole_step + (costly ? whole_evaluation : 0);
    Value *pays =
        b.CreateICmpSLT(b.CreateMul(waves(log2_whole), index(half_cost)),
                        b.CreateMul(waves(b.CreateAdd(log2_whole, index(1))),
                                    index(whole_cost)));
    // A chip has room for a block of half tiles (chip_parse.cpp).
    Value *fits = b.CreateICmpSLE(
        b.CreateShl(b.CreateMul(whole, whole), index(4)), sums_room());
    pays = b.CreateOr(pays, b.CreateNot(fits));
    t_.edge = b.CreateSelect(pays, half, whole);
    t_.panel = b.CreateShl(t_.edge, index(1));
    t_.log2_panel =
        b.CreateAdd(log2_whole, b.CreateSelect(pays, index(0), index(1)));
    t_.pitch = needs_.bytes() ? b.CreateShl(register_bytes, 1) : t_.panel;
    t_.log2_panels_per_row = needs_.bytes()
                                 ? b.CreateSub(log2_of(t_.pitch), t_.log2_panel)
                                 : index(0);
    t_.panels_per_row = b.CreateShl(index(1), t_.log2_panels_per_row);
  }

  /// Row panels that share a lane panel: with wider tiles, a lane panel takes
  /// fewer cycles per row panel to multiply and more to fetch.
  Value *wanted_row_panels() {
    return b.CreateSelect(is_shared_, shared_row_panels(),
                          wanted_row_panels_alone());
  }
  Value *wanted_row_panels_alone() {
    if (needs_.costly_row_panels)
      return index(1);
    Value *wanted = at_least_one(b.CreateUDiv(t_.edge, index(edge_of_one)));
    if (needs_.costly_lane_panels) {
      Value *lanes = kernels::smaller(b, lane_panels(), index(2));
      Value *many = kernels::smaller(b, b.CreateUDiv(blocks(), lanes),
                                     index(max_row_panels));
      wanted = kernels::larger(b, wanted,
                               kernels::smaller(b, many, waves(t_.log2_panel)));
    }
    return kernels::smaller(b, wanted, row_panels());
  }
  /// For costly row panels: two side by side in a task, so that they share lane
  /// panels, if that adds no wave.
  Value *paired_row_panels() {
    Value *two = kernels::smaller(b, t_.panels_per_row, index(2));
    Value *log2_two = kernels::smaller(b, t_.log2_panels_per_row, index(1));
    Value *cores = chip(core_register::cores);
    auto waves_of = [&](Value *tasks) {
      return parts(b.CreateMul(t_.batch, tasks), cores);
    };
    Value *alone = waves_of(row_panels());
    Value *paired = waves_of(shifted_parts(row_panels(), log2_two));
    return b.CreateSelect(b.CreateICmpSLE(b.CreateMul(paired, two), alone), two,
                          index(1));
  }
  /// Bytes for sums in the last quarter, whose end is the core's stack.
  Value *sums_room() {
    Value *stack = stack_in(sizes_.frame(), chip(core_register::scratch_bytes));
    return b.CreateSub(b.CreateSub(t_.quarter_bytes, index(margin_bytes)),
                       stack);
  }
  Value *blocks_in(Value *bytes) {
    Value *log = b.CreateShl(b.CreateAdd(t_.log2_panel, index(1)), index(1));
    return b.CreateLShr(bytes, log); // panel x panel x 4
  }
  Value *block_bytes() {
    return b.CreateMul(t_.panel, b.CreateMul(t_.panel, index(sum_bytes)));
  }
  /// Blocks of sums that fit beside the copies (or without them, if they do not
  /// fit).
  Value *blocks() {
    Value *all = blocks_in(sums_room());
    Value *copies =
        b.CreateAdd(index(needs_.copies),
                    b.CreateSelect(is_shared_, index(parts_at_once), index(0)));
    t_.copies_fit = b.CreateICmpSGT(all, copies);
    return at_least_one(
        b.CreateSub(all, b.CreateSelect(t_.copies_fit, copies, index(0))));
  }

  /// Row panels that share a lane panel if the depth is split.
  Value *shared_row_panels() {
    constexpr int64_t most = 4;
    return kernels::smaller(b, row_panels(),
                            index(needs_.costly_lane_panels ? most : 1));
  }

  /// If there are fewer blocks than cores, splits the depth into parts
  /// (split-K) to occupy them.
  void share_depth() {
    Value *cores = chip(core_register::cores);
    Value *along_lanes = lane_panels(), *along_rows = row_panels();
    Value *blocks = b.CreateMul(t_.batch, b.CreateMul(along_rows, along_lanes));
    Value *rows = shared_row_panels();
    Value *groups = at_least_one(b.CreateMul(b.CreateMul(t_.batch, along_lanes),
                                             parts(along_rows, rows)));
    Value *most = kernels::smaller(
        b, b.CreateUDiv(t_.depth, index(min_part_depth)), index(max_parts));
    Value *wanted = kernels::smaller(b, b.CreateUDiv(cores, groups), most);
    Value *few = b.CreateICmpSLE(
        b.CreateMul(blocks, index(needs_.costly_lane_panels ? 1 : 2)), cores);
    Value *room = blocks_in(sums_room());
    Value *fits = b.CreateAnd(
        b.CreateICmpSGE(
            room, b.CreateAdd(rows, index(needs_.copies + parts_at_once))),
        b.CreateICmpSLE(b.CreateMul(groups, rows), index(max_shared_blocks)));
    fits = b.CreateAnd(fits, b.CreateICmpSLE(cores, index(max_shared_blocks)));
    Value *is_many = b.CreateICmpSGT(wanted, index(1));
    is_shared_ = b.CreateAnd(is_many, b.CreateAnd(few, fits));
    Value *count = b.CreateSelect(is_shared_, wanted, index(1));
    t_.part_depth = kernels::round_up(b, kernels::ceil_div(b, t_.depth, count),
                                      index(steps_at_once()));
    t_.parts =
        b.CreateSelect(is_shared_, parts(t_.depth, t_.part_depth), index(1));
    t_.part_depth = b.CreateSelect(is_shared_, t_.part_depth, t_.depth);
  }

  /// One run if the wanted row panels fit a quarter of the scratchpad; else
  /// runs of nearly equal length, so short that two sets of panels fit (double
  /// buffering), with room for reads behind their last rows.
  void cut_depth() {
    Value *wanted = shifted_parts(wanted_row_panels(), t_.log2_panels_per_row);
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
        t_.depth_run, b.CreateMul(t_.panel, index(needs_.element_bytes)));
    t_.wide = b.CreateICmpSGT(b.CreateAdd(dense, t_.panel_bytes), room);
  }

  /// Tasks are as large as the scratchpad allows, so that little is packed
  /// twice; smaller if cores would be idle.
  void cut_result() {
    Value *along_lanes = lane_panels(), *along_rows = row_panels();
    Value *most = at_least_one(b.CreateUDiv(t_.quarter_bytes, t_.panel_bytes));
    Value *rows =
        kernels::smaller(b, along_rows, b.CreateMul(most, t_.panels_per_row));
    Value *one_run = b.CreateICmpEQ(t_.runs, index(1));
    Value *few = needs_.costly_row_panels ? b.getTrue() : is_shared_;
    Value *wanted = wanted_row_panels();
    if (needs_.costly_row_panels)
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
      // The parts of the depth already occupy the cores.
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

  /// With the waves that `most` lanes a task would take, spreads the lanes
  /// evenly over as many tasks as fill these waves. Tasks have at least an edge
  /// of lanes: half a panel takes nearly as long to multiply as a full one.
  void share_lanes(Value *most) {
    Value *others = at_least_one(b.CreateMul(t_.batch, t_.row_tasks));
    Value *cores = chip(core_register::cores);
    Value *waves = parts(b.CreateMul(others, parts(t_.lanes, most)), cores);
    Value *tasks =
        kernels::smaller(b, b.CreateUDiv(b.CreateMul(waves, cores), others),
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
  const TilingRequirements &needs_;
  MatrixTiling t_{};
  Value *is_shared_ = nullptr; ///< i1: the depth is split over tasks.
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
                                const TilingRequirements &needs) {
  return TilingCode(sizes, roles, needs).emit();
}

} // namespace landfall::reef
