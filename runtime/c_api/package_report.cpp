//===- package_report.cpp - What is in a package, as text -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/package_report.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace landfall::c_api {

namespace {

using Json = nlohmann::ordered_json;

std::string_view class_name(KernelClass kind) {
  static constexpr std::string_view names[] = {"map", "contraction", "loops"};
  return names[static_cast<size_t>(kind)];
}

/// For each kernel, the model nodes that each of its launches computes at once,
/// as "a+b", in the order of the program.
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

/// The narrow reals that a kernel computes in a wider type, and which: by its
/// arithmetic in narrow types, which machines do in f32, and its casts to a
/// type that it does more with. A kernel that only moves elements or changes
/// their type computes nothing.
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

/// How a kernel's code was made: one entry for all variants that made it alike;
/// none where there is no code, or an older compiler did not say.
Json generation_json(const Package &package, size_t kernel) {
  Json list = Json::array();
  std::vector<GenerationRecord> known;
  for (const CodeSection &section : package.code) {
    if (kernel >= section.generation.size())
      continue;
    const GenerationRecord &record = section.generation[kernel];
    auto same = size_t(std::ranges::find(known, record) - known.begin());
    if (same == known.size()) {
      known.push_back(record);
      Json refusals = Json::array();
      for (const Refusal &refusal : record.refusals)
        refusals.push_back({{"who", refusal.who}, {"reason", refusal.reason}});
      list.push_back({{"variants", Json::array()},
                      {"generator", record.generator},
                      {"refusals", refusals}});
    }
    list[same]["variants"].push_back(section.variant);
  }
  return list;
}

/// Why the kernel does not run natively, and whether the host has machine code
/// for it; null if it does.
Json fallback_json(const Package &package, size_t kernel) {
  const Fallback *fallback = find_fallback(package.fallbacks, uint32_t(kernel));
  if (!fallback)
    return nullptr;
  return {{"reason", fallback->reason}, {"host_code", fallback->has_code}};
}

Json kernels_json(const Package &package) {
  auto groups = fused_groups(package);
  Json list = Json::array();
  for (size_t number = 0; number < package.kernels.size(); ++number) {
    const Kernel &kernel = package.kernels[number];
    Json json = {{"number", number},
                 {"name", kernel.name},
                 {"class", class_name(kernel.kind)},
                 {"nodes", groups[number]},
                 {"fallback", fallback_json(package, number)},
                 {"generation", generation_json(package, number)},
                 {"computed_as", Json::object()}};
    for (auto [narrow, wide] : computed_as(kernel))
      json["computed_as"][std::string(name(narrow))] = name(wide);
    list.push_back(json);
  }
  return list;
}

/// Operators on sequences, optionals, maps or text.
Json host_steps(const Program &program) {
  Json list = Json::array();
  for (size_t i = 0; i < program.code.size(); ++i) {
    const Instruction &instruction = program.code[i];
    if (instruction.op != Op::box || instruction.args.empty())
      continue;
    auto function = static_cast<BoxFunction>(instruction.args[0]);
    list.push_back(
        {{"function", name(function)}, {"nodes", names(origin(program, i))}});
  }
  return list;
}

Json variants_json(const std::vector<CodeSection> &code) {
  Json list = Json::array();
  for (const CodeSection &section : code)
    list.push_back({{"target", section.target},
                    {"variant", section.variant},
                    {"bytes", section.bytes.data.size()}});
  return list;
}

size_t weight_bytes(const Package &package) {
  size_t bytes = 0;
  for (const Weight &weight : package.weights)
    bytes += weight.bytes.data.size();
  return bytes;
}

/// Model nodes that kernels compute.
size_t nodes_in(const Package &package) {
  std::set<std::string> nodes;
  for (const Kernel &kernel : package.kernels)
    for (const ModelNode &node : kernel.origins)
      nodes.insert(node.name);
  return nodes.size();
}

int64_t launches_in(const Package &package) {
  return std::ranges::count_if(package.program.code, [](const Instruction &i) {
    return i.op == Op::launch;
  });
}

/// "f32", or what factors of sums are rounded to, as the compiler noted it.
std::string precision_of(const Package &package) {
  Json options = Json::parse(package.options, nullptr, false);
  return options.is_object() ? options.value("precision", "f32") : "f32";
}

} // namespace

std::string package_summary(const Package &package) {
  Json json = {{"target", package.target},
               {"producer", package.producer},
               {"model", package.model_name},
               {"model_hash", package.model_hash},
               {"precision", precision_of(package)},
               {"model_nodes", nodes_in(package)},
               {"launches", launches_in(package)},
               {"instructions", package.program.code.size()},
               {"program_bytes", serialize(package.program).size()},
               {"weights", package.weights.size()},
               {"weight_bytes", weight_bytes(package)},
               {"variants", variants_json(package.code)},
               {"fallback_code", variants_json(package.fallback_code)},
               {"kernels", kernels_json(package)},
               {"host_steps", host_steps(package.program)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string kernels_text(const Package &package) {
  std::string text;
  for (size_t number = 0; number < package.kernels.size(); ++number)
    text += fmt::format("// Kernel {}.\n{}\n", number,
                        print(package.kernels[number]));
  return text;
}

} // namespace landfall::c_api
