//===- loop_plan_print.cpp - Loop plans as text ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/loop_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace landfall::kernels {

namespace {

std::string lanes_text(const LoopPlan &plan) {
  if (plan.lane_place == plan.order.size())
    return "none";
  std::string text =
      fmt::format("i{}, {} at a time", plan.order[plan.lane_place], plan.width);
  return plan.unroll > 1
             ? fmt::format("{}, unrolled {} times", text, plan.unroll)
             : text;
}

/// Nodes by the number of loops around them: "1: %4 %5".
std::string depth_text(const LoopPlan &plan) {
  std::string text;
  for (size_t depth = 0; depth <= plan.order.size(); ++depth) {
    std::vector<std::string> nodes;
    for (size_t node = 0; node < plan.depth.size(); ++node)
      if (plan.depth[node] == depth)
        nodes.push_back(fmt::format("%{}", node));
    if (!nodes.empty())
      text += fmt::format("  in {} loops: {}\n", depth, fmt::join(nodes, " "));
  }
  return text;
}

} // namespace

std::string print(const LoopPlan &plan) {
  std::vector<std::string> order;
  for (uint32_t loop : plan.order)
    order.push_back(fmt::format("i{}", loop));
  std::string text = fmt::format(
      "loops\n  order: {}\n  rows: the first {}{}\n  lanes: {}\n",
      order.empty() ? "none" : fmt::format("{}", fmt::join(order, " ")),
      plan.row_loops, plan.cuts ? ", the next cut between tasks" : "",
      lanes_text(plan));
  if (plan.tiled)
    text += fmt::format("  square tiles: the last two loops, loads %{}\n",
                        fmt::join(plan.transposed, " %"));
  if (plan.parts.count > 0)
    text += fmt::format("  side by side: {} {}\n", plan.parts.count,
                        plan.parts.is_last_loop ? "iterations of the last loop"
                                                : "phases of the lanes");
  if (plan.window_rows > 0)
    text += fmt::format("  windows: {} rows at a time\n", plan.window_rows);
  if (plan.sharing_rows > 0)
    text += fmt::format("  {} rows at a time share %{}\n", plan.sharing_rows,
                        fmt::join(plan.shared, " %"));
  if (!plan.row_folds.empty())
    text += fmt::format("  some rows at a time, fold by fold: %{}\n",
                        fmt::join(plan.row_folds, " %"));
  if (plan.recorded)
    text += fmt::format("  kept in the result's row: %{}, to be %{}\n",
                        plan.recorded->term, plan.recorded->repeated);
  return text + depth_text(plan);
}

} // namespace landfall::kernels
