//===- code_emitter.cpp - Emits host bytecode -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/lower/code_emitter.h"

#include "ir/module/module_impl.h"

#include <algorithm>

namespace landfall::compiler {

CodeEmitter::CodeEmitter(Program &program) : program_(program) {
  if (program_.origins.empty())
    program_.origins.emplace_back(); // What belongs to no node.
}

size_t CodeEmitter::emit(Op op, Args args) {
  program_.code.push_back({op, std::move(args)});
  program_.origin_of.push_back(origin_);
  return program_.code.size() - 1;
}

CodeEmitter::Args CodeEmitter::counted(std::span<const uint32_t> list,
                                       Args args) {
  args.push_back(list.size());
  args.insert(args.end(), list.begin(), list.end());
  return args;
}

void CodeEmitter::launch(uint32_t kernel, std::span<const uint32_t> operands,
                         std::span<const uint32_t> sizes) {
  emit(Op::launch, counted(sizes, counted(operands, {kernel})));
}

void CodeEmitter::box(BoxFunction function, const Args &results,
                      const Args &arguments, const Args &extra) {
  Args args = counted(results, {uint32_t(function)});
  args = counted(arguments, std::move(args));
  emit(Op::box, counted(extra, std::move(args)));
}

uint32_t CodeEmitter::add(Requirement requirement) {
  program_.requirements.push_back(std::move(requirement));
  return program_.requirements.size() - 1;
}

void CodeEmitter::set_origin(mlir::Operation &op) {
  mlir::Location location = op.getLoc();
  std::vector<ModelNode> nodes = ir::model_nodes(location);
  uint32_t number = nodes.empty() ? 0 : program_.origins.size();
  auto [position, added] = origin_numbers_.try_emplace(location, number);
  if (added && number > 0)
    program_.origins.push_back(std::move(nodes));
  origin_ = position->second;
}

void CodeEmitter::finish() {
  program_.int_registers = std::max(program_.int_registers, int_registers_);
  program_.value_registers =
      std::max(program_.value_registers, value_registers_);
}

} // namespace landfall::compiler
