//===- instruction.cpp - The operands of an instruction -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/instruction.h"

namespace landfall {
namespace {

constexpr OpInfo op_table[] = {
#define PROGRAM_OP(id, text, operands) {text, operands},
#include "package/program_op.def"
};

constexpr std::string_view box_function_names[] = {
#define BOX_FUNCTION(id) #id,
#include "package/box_function.def"
};

} // namespace

int program_op_count() { return int(std::size(op_table)); }

const OpInfo &info(Op op) { return op_table[size_t(op)]; }

int box_function_count() { return int(std::size(box_function_names)); }

std::string_view name(BoxFunction function) {
  return box_function_names[size_t(function)];
}

bool split_operands(const Instruction &instruction,
                    std::vector<InstructionOperand> &operands) {
  operands.clear();
  std::span<const uint32_t> rest = instruction.args;
  std::string_view meanings = info(instruction.op).operands;
  for (size_t i = 0; i < meanings.size(); ++i) {
    if (rest.empty())
      return false;
    operands.push_back({meanings[i], rest[0]});
    rest = rest.subspan(1);
    if (meanings[i] != '*')
      continue;
    size_t count = operands.back().value;
    if (count > rest.size())
      return false;
    for (uint32_t value : rest.first(count))
      operands.push_back({meanings[i + 1], value});
    rest = rest.subspan(count);
    ++i;
  }
  return rest.empty();
}

} // namespace landfall
