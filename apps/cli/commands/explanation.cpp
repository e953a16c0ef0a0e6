//===- explanation.cpp - What is known of a model -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/explanation.h"

#include <algorithm>
#include <set>

namespace landfall::cli {

std::string_view class_name(KernelClass kind) {
  static constexpr std::string_view names[] = {"map", "contraction", "loops"};
  return names[static_cast<size_t>(kind)];
}

std::vector<std::vector<std::string>> fused_groups(const Package &package) {
  const Program &program = package.program;
  std::vector<std::vector<std::string>> groups(package.kernels.size());
  for (size_t i = 0; i < program.code.size(); ++i) {
    if (program.code[i].op != Op::launch)
      continue;
    auto &group = groups[program.code[i].args[0]];
    std::string nodes = names(origin(program, i));
    if (std::ranges::find(group, nodes) == group.end())
      group.push_back(nodes);
  }
  return groups;
}

size_t launches_in(const Package &package) {
  return size_t(
      std::ranges::count_if(package.program.code, [](const Instruction &i) {
        return i.op == Op::launch;
      }));
}

size_t nodes_in(const Package &package) {
  std::set<std::string> nodes;
  for (const Kernel &kernel : package.kernels)
    for (const ModelNode &node : kernel.origins)
      nodes.insert(node.name);
  return nodes.size();
}

std::vector<HostStep> host_steps(const Program &program) {
  std::vector<HostStep> steps;
  for (size_t i = 0; i < program.code.size(); ++i) {
    const Instruction &instruction = program.code[i];
    if (instruction.op != Op::box || instruction.args.empty())
      continue;
    auto function = static_cast<BoxFunction>(instruction.args[0]);
    steps.push_back({std::string(name(function)), names(origin(program, i))});
  }
  return steps;
}

/// Found from arithmetic on narrow types, which is done in f32, and from casts
/// to a type that the kernel then computes in. Kernels that only move or
/// convert elements are not listed.
std::map<DType, DType> computed_as(const Kernel &kernel) {
  auto computes = [](const Node &node) {
    return node.kind == NodeKind::scalar && node.op != ScalarOp::cast &&
           node.op != ScalarOp::bitcast && node.op != ScalarOp::select;
  };
  std::set<DType> types; // Of what is computed.
  if (kernel.kind == KernelClass::contraction)
    types.insert(kernel.accumulator);
  std::map<DType, DType> result;
  for (const Node &node : kernel.nodes)
    if (computes(node)) {
      types.insert(node.type);
      if (is_narrow_real(node.type))
        result[node.type] = DType::f32;
    }
  for (const Node &node : kernel.nodes) {
    if (node.kind != NodeKind::scalar || node.op != ScalarOp::cast)
      continue;
    DType from = kernel.nodes[node.args[0]].type;
    if (is_narrow_real(from) && types.contains(node.type))
      result[from] = node.type;
  }
  return result;
}

std::vector<uint32_t> by_time(const Explanation &about) {
  std::vector<uint32_t> order(about.package().kernels.size());
  for (uint32_t k = 0; k < order.size(); ++k)
    order[k] = k;
  std::ranges::stable_sort(order, [&](uint32_t a, uint32_t b) {
    return about.time_of(a).ms > about.time_of(b).ms;
  });
  return order;
}

std::vector<std::pair<std::string, LaunchTime>>
origins_by_time(const LaunchProfile &profile) {
  std::vector<std::pair<std::string, LaunchTime>> list(
      profile.by_origin.begin(), profile.by_origin.end());
  std::ranges::stable_sort(list, [](const auto &a, const auto &b) {
    return a.second.ms > b.second.ms;
  });
  return list;
}

} // namespace landfall::cli
