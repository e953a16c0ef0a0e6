//===- program_print.cpp - Programs as text -------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/instruction.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace landfall {
namespace {

std::string text(const SignatureValue &value) {
  constexpr std::string_view kinds[] = {"tensor", "sequence", "optional", "map",
                                        "unknown_rank"};
  std::vector<std::string> dims;
  for (const SignatureDim &dim : value.dims)
    dims.push_back(dim.fixed >= 0       ? std::to_string(dim.fixed)
                   : dim.symbol.empty() ? "?"
                                        : dim.symbol);
  std::string presence = value.presence == Presence::absent ? " (not given)"
                         : value.presence == Presence::defaulted
                             ? fmt::format(" (or w{})", value.default_weight)
                             : "";
  if (value.kind == ValueKind::tensor)
    return fmt::format("{}: {}[{}]{}", value.name, name(value.dtype),
                       fmt::join(dims, ", "), presence);
  return fmt::format("{}: {} of {}", value.name, kinds[size_t(value.kind)],
                     name(value.dtype));
}

std::string text(const InstructionOperand &operand, const Program &program) {
  switch (operand.meaning) {
  case 'r':
  case 'v':
  case 'k':
  case 'w':
    return fmt::format("{}{}", operand.meaning, operand.value);
  case 't':
    return fmt::format("@{}", operand.value);
  case 'd':
    return std::string(name(DType(operand.value)));
  case 'm':
    return fmt::format("\"{}\"", program.requirements[operand.value].message);
  case 'i':
    return fmt::format("in{}", operand.value);
  case 'o':
    return fmt::format("out{}", operand.value);
  case 'f':
    return std::string(name(BoxFunction(operand.value)));
  default:
    return std::to_string(operand.value);
  }
}

/// "launch k0 (v1, v2) (r0)": a count becomes a pair of parentheses.
std::string text(const Instruction &instruction, const Program &program) {
  std::vector<InstructionOperand> operands;
  split_operands(instruction, operands);
  std::string out(info(instruction.op).text);
  if (instruction.op == Op::constant) {
    uint64_t value = operands[1].value | uint64_t(operands[2].value) << 32;
    return fmt::format("constant r{} {}", operands[0].value, int64_t(value));
  }
  for (size_t i = 0; i < operands.size(); ++i) {
    if (operands[i].meaning != '*') {
      out += " " + text(operands[i], program);
      continue;
    }
    std::vector<std::string> list;
    for (size_t left = operands[i].value; left; --left)
      list.push_back(text(operands[++i], program));
    out += fmt::format(" ({})", fmt::join(list, ", "));
  }
  return out;
}

} // namespace

std::span<const ModelNode> origin(const Program &program, size_t instruction) {
  if (instruction >= program.origin_of.size())
    return {};
  uint32_t number = program.origin_of[instruction];
  if (number >= program.origins.size())
    return {};
  return program.origins[number];
}

std::string names(std::span<const ModelNode> nodes) {
  std::string text;
  for (const ModelNode &node : nodes)
    text += (&node == &nodes.front() ? "" : "+") + node.name;
  return text;
}

std::string print(const Program &program) {
  std::string out;
  auto to = std::back_inserter(out);
  for (const EntryPoint &entry : program.entries) {
    fmt::format_to(to, "entry {} @{}{}\n", entry.name, entry.start,
                   entry.names_bind ? "" : ", where names bind nothing");
    for (const SignatureValue &input : entry.inputs)
      fmt::format_to(to, "  in {}\n", text(input));
    for (const SignatureValue &output : entry.outputs)
      fmt::format_to(to, "  out {}\n", text(output));
  }
  uint32_t last_origin = UINT32_MAX;
  for (size_t at = 0; at < program.code.size(); ++at) {
    if (!program.origin_of.empty() && program.origin_of[at] != last_origin) {
      last_origin = program.origin_of[at];
      fmt::format_to(to, "# {}\n", names(program.origins[last_origin]));
    }
    fmt::format_to(to, "{:5} {}\n", at, text(program.code[at], program));
  }
  return out;
}

} // namespace landfall
