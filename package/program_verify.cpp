//===- program_verify.cpp - What an executor may rely on ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/instruction.h"
#include "package/kernel.h"

#include <algorithm>
#include <fmt/format.h>

namespace landfall {
namespace {

/// Far above any model, and still cheap to allocate.
constexpr uint32_t max_registers = 1 << 22;

class Verifier {
public:
  Verifier(const Program &program, std::span<const Kernel> kernels,
           size_t weight_count)
      : program_(program), kernels_(kernels), weight_count_(weight_count) {}

  Status run() {
    TRY(require(program_.int_registers <= max_registers &&
                    program_.value_registers <= max_registers,
                "has too many registers"));
    TRY(origins());
    for (size_t at = 0; at < program_.code.size(); ++at)
      TRY(instruction(at));
    TRY(require(!program_.entries.empty(), "has no entry point"));
    for (const EntryPoint &entry : program_.entries)
      TRY(entry_point(entry));
    return {};
  }

private:
  template <typename... Args>
  Status require(bool holds, fmt::format_string<Args...> what,
                 Args &&...args) const {
    if (holds)
      return {};
    return Error{ErrorCode::invalid_package,
                 "the program " +
                     fmt::format(what, std::forward<Args>(args)...)};
  }

  Status origins() const {
    const std::vector<uint32_t> &of = program_.origin_of;
    TRY(require(of.empty() || of.size() == program_.code.size(),
                "names the origins of {} of its {} instructions", of.size(),
                program_.code.size()));
    for (uint32_t origin : of)
      TRY(require(origin < program_.origins.size(),
                  "names an origin that it does not have"));
    return {};
  }

  //===--- Instructions ---------------------------------------------------===//

  Status instruction(size_t at) {
    const Instruction &instruction = program_.code[at];
    TRY(require(int(instruction.op) < program_op_count(),
                "has an unknown instruction at {}", at));
    std::string_view text = info(instruction.op).text;
    TRY(require(split_operands(instruction, operands_),
                "has a wrong number of operands at {} ({})", at, text));
    for (const InstructionOperand &operand : operands_)
      TRY(require(is_legal(operand),
                  "has the illegal operand '{}' {} at {} ({})", operand.meaning,
                  operand.value, at, text));
    if (instruction.op == Op::launch)
      return launch(at, instruction);
    if (instruction.op == Op::require)
      return requirement(at, instruction);
    return {};
  }

  bool is_legal(const InstructionOperand &operand) const {
    uint32_t value = operand.value;
    switch (operand.meaning) {
    case 'r':
      return value < program_.int_registers;
    case 'v':
      return value < program_.value_registers;
    case 't':
      return value < program_.code.size();
    case 'd':
      return value < uint32_t(dtype_count());
    case 'm':
      return value < program_.requirements.size();
    case 'k':
      return value < kernels_.size();
    case 'w':
      return value < weight_count_;
    case 'f':
      return value < uint32_t(box_function_count());
    default: // i and o belong to the entry point; l, # and * are free.
      return true;
    }
  }

  Status requirement(size_t at, const Instruction &instruction) const {
    size_t named = program_.requirements[instruction.args[1]].sizes.size();
    return require(instruction.args[2] == named,
                   "lists {} sizes at {} for a requirement that names {}",
                   instruction.args[2], at, named);
  }

  Status launch(size_t at, const Instruction &instruction) const {
    const Kernel &kernel = kernels_[instruction.args[0]];
    size_t operands = instruction.args[1];
    size_t sizes = instruction.args[2 + operands];
    return require(operands == kernel.operands.size() &&
                       sizes == kernel.size_count,
                   "launches kernel '{}' at {} with {} operands and {} sizes "
                   "instead of {} and {}",
                   kernel.name, at, operands, sizes, kernel.operands.size(),
                   kernel.size_count);
  }

  //===--- Entry points ---------------------------------------------------===//

  Status entry_point(const EntryPoint &entry) {
    for (const EntryPoint &other : program_.entries)
      TRY(require(other.name != entry.name || is_alternative(other, entry),
                  "has two entry points '{}' that take different inputs",
                  entry.name));
    for (const SignatureValue &value : entry.inputs)
      TRY(signature(value));
    for (const SignatureValue &value : entry.outputs)
      TRY(signature(value));
    TRY(require(entry.start < program_.code.size(),
                "starts '{}' outside its code", entry.name));
    return reachable_code(entry);
  }

  /// Whether callers see no difference between the two.
  static bool is_alternative(const EntryPoint &a, const EntryPoint &b) {
    auto alike = [](const SignatureValue &x, const SignatureValue &y) {
      return x.name == y.name && x.kind == y.kind && x.dtype == y.dtype &&
             x.dims.size() == y.dims.size();
    };
    return std::ranges::equal(a.inputs, b.inputs, alike) &&
           a.outputs.size() == b.outputs.size();
  }

  Status signature(const SignatureValue &value) const {
    bool legal = value.kind <= ValueKind::unknown_rank &&
                 int(value.dtype) < dtype_count() &&
                 (value.presence != Presence::defaulted ||
                  value.default_weight < weight_count_);
    for (const SignatureDim &dim : value.dims)
      legal &= dim.fixed >= -1;
    return require(legal, "has an illegal signature for '{}'", value.name);
  }

  /// Follows every path of an entry point: none runs off the end, and input and
  /// output numbers are within its signature.
  Status reachable_code(const EntryPoint &entry) const {
    std::vector<bool> reached(program_.code.size());
    std::vector<size_t> pending = {entry.start};
    while (!pending.empty()) {
      size_t at = pending.back();
      pending.pop_back();
      TRY(require(at < reached.size(), "runs off its end"));
      if (reached[at])
        continue;
      reached[at] = true;
      const Instruction &instruction = program_.code[at];
      const std::vector<uint32_t> &args = instruction.args;
      if (instruction.op == Op::input)
        TRY(require(args[1] < entry.inputs.size(),
                    "takes input {} of '{}', which has {}", args[1], entry.name,
                    entry.inputs.size()));
      if (instruction.op == Op::output)
        TRY(require(args[0] < entry.outputs.size(),
                    "gives output {} of '{}', which has {}", args[0],
                    entry.name, entry.outputs.size()));
      if (instruction.op == Op::jump)
        pending.push_back(args[0]);
      else if (instruction.op != Op::stop)
        pending.push_back(at + 1);
      if (instruction.op == Op::jump_if || instruction.op == Op::jump_ifnot)
        pending.push_back(args[1]);
    }
    return {};
  }

  const Program &program_;
  std::span<const Kernel> kernels_;
  size_t weight_count_;
  std::vector<InstructionOperand> operands_;
};

} // namespace

Status verify(const Program &program, std::span<const Kernel> kernels,
              size_t weight_count) {
  return Verifier(program, kernels, weight_count).run();
}

} // namespace landfall
