//===- loop_plan.cpp - How a kernel's loops are arranged ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/loop_plan.h"

#include "compiler/kernels/body/vector_fold.h"
#include "compiler/kernels/lanes/lanes.h"
#include "compiler/kernels/loops/interior.h"
#include "compiler/kernels/loops/interleave.h"
#include "kernel_analysis/access/access_analysis.h"
#include "kernel_analysis/access/work_estimate.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>

namespace landfall::kernels {

namespace {

/// The most work of a point (analysis::work_of) for which rows are computed in
/// blocks: about a 3x3 window.
constexpr double largest_window_work = 250;

/// Rows that share indices: so few that what they read and write stays in the
/// first cache until the next columns; and fewer where each point is one that
/// is read, as memory does not write so many rows at once at its full rate.
constexpr unsigned most_sharing_rows = 16, moved_sharing_rows = 4;

class Planner {
public:
  Planner(const Kernel &kernel, const Machine &machine)
      : kernel_(kernel), machine_(machine), access_(kernel),
        rank_(kernel.loops.size()) {}

  LoopPlan run();

private:
  const Node &at(NodeId id) const { return kernel_.nodes[id]; }
  bool depends(NodeId node, uint32_t loop) {
    return access_.depends(node, kernel_.body.params[loop]);
  }
  /// Whether recomputing the node would be costly.
  bool is_heavy(NodeId node) { return analysis::work_of(kernel_, node) > 100; }
  bool is_fixed(NodeId node);
  void order_loops();
  bool lanes_suit_stores(uint32_t loop);
  int fold_gain(const Block &block, uint32_t loop);
  bool has_lanes(uint32_t loop);
  unsigned width(uint32_t loop);
  unsigned unroll(uint32_t loop);
  bool sums_lightly(const Block &block, uint32_t loop);
  void tile_transposition();
  double scattered(const Block &block, uint32_t loop);
  void choose_lane_loop();
  bool is_straight(const Block &block);
  bool rows_overlap();
  void walk_windows();
  unsigned widest_value_bits();
  void share_indices();
  void move_inside(uint32_t loop);
  void place_nodes();
  void cut_rows();
  void block_rows();

  const Kernel &kernel_;
  const Machine &machine_;
  analysis::AccessAnalysis access_;
  size_t rank_;
  LoopPlan plan_;
};

/// Orders loops by how many heavy nodes depend on them, most first, so that
/// heavy nodes are computed as rarely as possible; ties keep the description's
/// order.
void Planner::order_loops() {
  plan_.order.resize(rank_);
  std::iota(plan_.order.begin(), plan_.order.end(), 0);
  if (kernel_.kind == KernelClass::loops)
    return;
  std::vector<int> needs(rank_, 0);
  for (NodeId id : kernel_.body.nodes)
    if (is_heavy(id))
      for (uint32_t loop = 0; loop < rank_; ++loop)
        needs[loop] += depends(id, loop);
  std::sort(plan_.order.begin(), plan_.order.end(),
            [&](uint32_t a, uint32_t b) {
              return needs[a] != needs[b] ? needs[a] > needs[b] : a < b;
            });
}

/// In an imperative body: whether most stores have stride 1 along this loop.
bool Planner::lanes_suit_stores(uint32_t loop) {
  int good = 0, bad = 0;
  for (NodeId id = 0; id < kernel_.nodes.size(); ++id)
    if (at(id).kind == NodeKind::store)
      (access_.movement(id, kernel_.body.params[loop]) ==
               analysis::Movement::unit
           ? good
           : bad)++;
  return good > bad;
}

/// How much better it is to vectorize the folds inside than this loop, by
/// lane_score; positive: vectorize the folds.
int Planner::fold_gain(const Block &block, uint32_t loop) {
  NodeId index = kernel_.body.params[loop];
  int gain = 0;
  for (NodeId id : block.nodes) {
    if (!access_.depends(id, index))
      continue;
    if (at(id).kind == NodeKind::loop)
      if (auto fold = find_vector_fold(machine_, kernel_, id)) {
        int score = access_.lane_score(at(id).blocks[0], index);
        // A short fold leaves most lanes empty: that beats only bad accesses.
        bool few = analysis::trips_of(kernel_, at(fold->lane_loop), 64) < 8;
        gain += few && score >= 0 ? 0 : fold->score - score;
        continue;
      }
    for (const Block &inner : at(id).blocks)
      gain += fold_gain(inner, loop);
  }
  return gain;
}

bool Planner::has_lanes(uint32_t loop) {
  if (kernel_.kind == KernelClass::loops)
    return lanes_suit_stores(loop);
  return fold_gain(kernel_.body, loop) <= 0;
}

/// The widest element type that the lanes compute with, in bits. If there are
/// narrower ones, 64-bit values are taken for indices and ignored.
unsigned Planner::widest_value_bits() {
  unsigned widest = 0, narrow = 0;
  auto see = [&](DType type) {
    unsigned bits = is_narrow_real(type) ? 32 : info(type).bytes * 8;
    widest = std::max(widest, bits);
    if (bits < 64)
      narrow = std::max(narrow, bits);
  };
  for (const KernelOperand &operand : kernel_.operands)
    see(operand.dtype);
  for (const Node &node : kernel_.nodes)
    if (node.kind == NodeKind::scalar && node.type != DType::boolean &&
        node.type != DType::i64)
      see(node.type);
  return narrow ? narrow : std::max(widest, 8u);
}

unsigned Planner::width(uint32_t loop) {
  unsigned lanes =
      std::max(1u, machine_.vector.register_bits / widest_value_bits());
  // A light body does too little work per loop branch.
  double work = analysis::work_of(kernel_, kernel_.body);
  if (work < 16)
    lanes *= 2;
  lanes = std::min({lanes, 64u, unsigned(machine_.vector.max_lanes)});
  const Extent &extent = kernel_.loops[loop];
  if (extent.constant)
    lanes = std::min<uint64_t>(
        lanes, std::bit_ceil(uint64_t(std::max<int64_t>(extent.value, 1))));
  return lanes;
}

/// Whether a fold has too little work in its body to hide latencies, and reads
/// too little of each row.
bool Planner::sums_lightly(const Block &block, uint32_t loop) {
  return std::any_of(block.nodes.begin(), block.nodes.end(), [&](NodeId id) {
    return at(id).kind == NodeKind::loop && depends(id, loop) &&
           (analysis::work_of(kernel_, at(id).blocks[0]) < 16 ||
            sums_lightly(at(id).blocks[0], loop));
  });
}

unsigned Planner::unroll(uint32_t loop) {
  const Extent &extent = kernel_.loops[loop];
  if (machine_.vector.scalable || // Long registers are busy for long enough.
      (extent.constant && extent.value < 4 * int64_t(plan_.width)))
    return 1;
  // Four cache lines of each row.
  unsigned line_groups = 4 * 512 / unsigned(machine_.vector.register_bits);
  return sums_lightly(kernel_.body, loop) ? std::max(1u, line_groups) : 1;
}

/// Finds a load that is strided along the lane loop but has stride 1 along
/// another loop; makes those two loops the innermost and tiles them.
void Planner::tile_transposition() {
  // Tiles are transposed by shuffles; scalable machines have strided loads.
  if (machine_.vector.scalable || kernel_.kind != KernelClass::map ||
      rank_ < 2 || plan_.lane_place + 1 != rank_ ||
      std::any_of(
          kernel_.body.nodes.begin(), kernel_.body.nodes.end(),
          [&](NodeId id) { return is_heavy(id); }))
    return;
  NodeId lane_index = kernel_.body.params[plan_.order.back()];
  auto strides = [&](NodeId id) {
    return at(id).kind == NodeKind::load &&
           at(id).args.size() == kernel_.operands[at(id).index].dims.size() &&
           access_.movement(id, lane_index) == analysis::Movement::strided;
  };
  for (uint32_t loop = 0; loop + 1 < rank_ && !plan_.tiled; ++loop) {
    NodeId index = kernel_.body.params[loop];
    for (NodeId id : kernel_.body.nodes)
      if (strides(id) &&
          access_.movement(id, index) == analysis::Movement::unit)
        plan_.transposed.push_back(id);
    if (plan_.transposed.empty())
      continue;
    std::erase(plan_.order, loop);
    plan_.order.insert(plan_.order.end() - 1, loop);
    plan_.tiled = true;
    // As many registers as each has elements.
    plan_.unroll = 1;
    unsigned natural = machine_.vector.register_bits / widest_value_bits();
    plan_.width = std::min(plan_.width, std::max(2u, std::min(natural, 16u)));
  }
}

/// The number of accesses per point, outside of whiles, that have no stride 1
/// along this loop.
double Planner::scattered(const Block &block, uint32_t loop) {
  double count = 0;
  for (NodeId id : block.nodes) {
    analysis::Movement movement = analysis::Movement::none;
    if (at(id).kind == NodeKind::load)
      movement = access_.movement(id, kernel_.body.params[loop]);
    count += movement == analysis::Movement::strided ||
             movement == analysis::Movement::irregular;
    // The lanes of a while go their own ways, so what it loads is gathered
    // along any loop.
    if (at(id).kind == NodeKind::loop_while)
      continue;
    for (const Block &inner : at(id).blocks)
      count += scattered(inner, loop) * analysis::trips_of(kernel_, at(id), 64);
  }
  return count;
}

/// The lane loop is the one along which results are contiguous, unless a
/// window's many loads would be strided along it: then strided stores are
/// cheaper.
void Planner::choose_lane_loop() {
  if (kernel_.kind != KernelClass::map || plan_.tiled ||
      plan_.lane_place + 1 != rank_)
    return;
  uint32_t last = plan_.order.back(), best = last;
  constexpr double clear_gain = 3;
  double least = scattered(kernel_.body, last) - clear_gain;
  for (uint32_t loop = 0; loop < rank_; ++loop) {
    double count = scattered(kernel_.body, loop) + kernel_.body.yields.size();
    if (loop != last && count < least && width(loop) > 1 && has_lanes(loop)) {
      best = loop;
      least = count;
    }
  }
  if (best == last)
    return;
  move_inside(best);
  plan_.width = width(best);
  plan_.unroll = 1;
}

/// Makes this loop the innermost.
void Planner::move_inside(uint32_t loop) {
  std::erase(plan_.order, loop);
  plan_.order.push_back(loop);
}

/// Whether all folds have few, constant iterations, and are so unrolled.
bool Planner::is_straight(const Block &block) {
  return std::all_of(block.nodes.begin(), block.nodes.end(), [&](NodeId id) {
    const Node &node = at(id);
    if (node.blocks.empty())
      return true;
    return node.kind == NodeKind::loop &&
           at(node.args[0]).kind == NodeKind::constant &&
           at(node.args[1]).kind == NodeKind::constant &&
           is_straight(node.blocks[0]);
  });
}

/// Whether folds read along both of the last two loops, so that consecutive
/// rows share elements of a stage (operand_stage.h).
bool Planner::rows_overlap() {
  if (!machine_.vector.scalable || kernel_.kind != KernelClass::map)
    return false;
  NodeId column = kernel_.body.params[plan_.order[rank_ - 1]];
  NodeId row = kernel_.body.params[plan_.order[rank_ - 2]];
  auto moves = [&](NodeId load, NodeId index) {
    analysis::Movement movement = access_.movement(load, index);
    return movement == analysis::Movement::unit ||
           movement == analysis::Movement::strided;
  };
  std::function<bool(const Block &, bool)> reads = [&](const Block &block,
                                                       bool folds) {
    return std::any_of(block.nodes.begin(), block.nodes.end(), [&](NodeId id) {
      const Node &node = at(id);
      bool inside = folds || node.kind == NodeKind::loop;
      return (folds && node.kind == NodeKind::load && moves(id, row) &&
              moves(id, column)) ||
             std::any_of(
                 node.blocks.begin(), node.blocks.end(),
                 [&](const Block &inner) { return reads(inner, inside); });
    });
  };
  return reads(kernel_.body, false);
}

/// Decides whether the interior is computed in blocks of rows
/// (LoopPlan::window_rows): if guards separate it from the edges, and no heavy
/// node is between the two loops.
void Planner::walk_windows() {
  if (plan_.tiled || rank_ < 2 || plan_.lane_place + 1 != rank_)
    return;
  const Interior interior(kernel_, plan_);
  if (interior.comparisons().empty() && !rows_overlap())
    return;
  // Rows: the last other loop, if possible one that some guard depends on.
  auto guards_look_at = [&](uint32_t loop) {
    return llvm::any_of(interior.comparisons(),
                        [&](NodeId id) { return depends(id, loop); });
  };
  auto others = llvm::reverse(llvm::ArrayRef(plan_.order).drop_back());
  auto found = llvm::find_if(others, guards_look_at);
  uint32_t column = plan_.order.back();
  uint32_t row = found == others.end() ? *others.begin() : *found;
  for (NodeId id : kernel_.body.nodes)
    if (is_heavy(id) && !(depends(id, row) && depends(id, column)))
      return;
  move_inside(row);
  move_inside(column);
  bool small = analysis::work_of(kernel_, kernel_.body) <= largest_window_work;
  plan_.window_rows = small && is_straight(kernel_.body) ? 4 : 1;
  plan_.unroll = 1;
}

/// Decides whether rows share the indices that the lanes compute or load
/// (LoopPlan::sharing_rows): if a light body gathers by such.
void Planner::share_indices() {
  if (machine_.vector.scalable || kernel_.kind != KernelClass::map ||
      plan_.tiled || plan_.window_rows > 0 || rank_ < 2 ||
      plan_.lane_place + 1 != rank_)
    return;
  uint32_t column = plan_.order.back(), row = plan_.order[rank_ - 2];
  int gathers = 0;
  for (NodeId id : kernel_.body.nodes) {
    const Node &node = at(id);
    if (!node.blocks.empty() || is_heavy(id))
      return;
    if (depends(id, column) && !depends(id, row))
      plan_.shared.push_back(id);
    gathers += node.kind == NodeKind::load && depends(id, row) &&
               access_.movement(id, kernel_.body.params[column]) ==
                   analysis::Movement::irregular &&
               llvm::none_of(node.args, [&](NodeId arg) {
                 return depends(arg, row) && depends(arg, column);
               });
  }
  if (gathers == 0) {
    plan_.shared.clear();
    return;
  }
  plan_.sharing_rows = gathers == 1 ? moved_sharing_rows : most_sharing_rows;
  plan_.unroll = 1;
}

bool Planner::is_fixed(NodeId id) {
  return kernel_.kind == KernelClass::loops || at(id).kind == NodeKind::check ||
         (at(id).kind == NodeKind::load &&
          kernel_.operands[at(id).index].written);
}

void Planner::place_nodes() {
  for (NodeId id : kernel_.body.nodes) {
    size_t depth = 0;
    for (size_t place = 0; place < rank_; ++place)
      if (depends(id, plan_.order[place]))
        depth = place + 1;
    plan_.depth.push_back(is_fixed(id) ? rank_ : depth);
  }
}

/// Chooses how many loops are flattened into rows. A heavy node is not inside
/// them if it need not be: each task would compute it again.
void Planner::cut_rows() {
  size_t limit =
      std::min(plan_.lane_place, rank_) -
      (plan_.tiled || plan_.window_rows > 0 || plan_.sharing_rows > 0);
  for (size_t k = 0; k < plan_.depth.size(); ++k)
    if (is_heavy(kernel_.body.nodes[k]))
      limit = std::min(limit, plan_.depth[k]);
  plan_.row_loops = limit;
  plan_.cuts = limit < rank_;
  for (size_t k = 0; k < plan_.depth.size(); ++k)
    if (is_heavy(kernel_.body.nodes[k]) && plan_.depth[k] == limit)
      plan_.cuts = false;
}

/// Finds the folds of rows that are computed fold by fold.
void Planner::block_rows() {
  if (machine_.vector.scalable || kernel_.kind != KernelClass::map ||
      plan_.cuts || plan_.row_loops == 0 ||
      plan_.row_loops != plan_.lane_place || plan_.lane_place + 1 != rank_)
    return;
  std::vector<NodeId> folds;
  for (size_t k = 0; k < plan_.depth.size(); ++k) {
    const Node &node = at(kernel_.body.nodes[k]);
    if (plan_.depth[k] == 0 || plan_.depth[k] > plan_.row_loops)
      continue;
    if (node.kind == NodeKind::loop)
      folds.push_back(kernel_.body.nodes[k]);
    else if (!node.blocks.empty() || node.kind == NodeKind::check)
      return;
  }
  if (folds.size() >= 2)
    plan_.row_folds = std::move(folds);
}

LoopPlan Planner::run() {
  order_loops();
  plan_.lane_place = rank_;
  SideBySide parts = find_side_by_side(kernel_, machine_, access_);
  uint32_t lanes = uint32_t(rank_) - 1 - parts.is_last_loop;
  if (parts.count && std::ranges::is_sorted(plan_.order) && width(lanes) > 1 &&
      has_lanes(lanes)) {
    plan_.parts = parts;
    plan_.lane_place = lanes;
    plan_.width = width(lanes);
  } else if (rank_ > 0) {
    uint32_t last = uint32_t(rank_ - 1);
    unsigned lanes = width(last);
    if (lanes > 1 && has_lanes(last)) {
      plan_.width = lanes;
      plan_.lane_place =
          std::find(plan_.order.begin(), plan_.order.end(), last) -
          plan_.order.begin();
      plan_.unroll = unroll(last);
      tile_transposition();
      choose_lane_loop();
      walk_windows();
      share_indices();
    }
  }
  place_nodes();
  cut_rows();
  block_rows();
  return plan_;
}

} // namespace

LoopPlan plan_loops(const Kernel &kernel, const Machine &machine) {
  return Planner(kernel, machine).run();
}

} // namespace landfall::kernels
