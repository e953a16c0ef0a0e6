//===- native_code.cpp - Kernels to a section of machine code -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/native_code.h"

#include "compiler/native/elf_link.h"
#include "compiler/native/entry_points.h"
#include "compiler/native/object_emitter.h"

#include "base/thread_pool.h"

#include <fmt/format.h>
#include <mutex>
#include <unordered_map>

namespace landfall::native {

namespace {

/// Kernels per module: few enough to occupy all threads, enough to amortize the
/// set-up.
constexpr size_t kernels_per_module = 4;

/// A kernel and the numbers of all kernels that are the same code.
struct Unit {
  const Kernel *kernel;
  std::vector<size_t> numbers;
};

std::vector<Unit> distinct_kernels(std::span<const Kernel> kernels) {
  std::vector<Unit> units;
  std::unordered_map<std::string, size_t> known;
  for (size_t k = 0; k < kernels.size(); ++k) {
    auto [entry, fresh] =
        known.try_emplace(structural_key(kernels[k]), units.size());
    if (fresh)
      units.push_back({&kernels[k], {}});
    units[entry->second].numbers.push_back(k);
  }
  return units;
}

void emit_unit(llvm::Module &module, const Unit &unit,
               const kernels::Machine &machine, const GeneratorChoice &choose) {
  std::string symbol = fmt::format("k{}", unit.numbers[0]);
  auto generator = choose(*unit.kernel, machine);
  emit_entry_points(module, symbol, *unit.kernel, machine, *generator);
  for (size_t number : std::span(unit.numbers).subspan(1))
    for (const char *part : {"_plan", "_run"})
      llvm::GlobalAlias::create(fmt::format("k{}{}", number, part),
                                module.getFunction(symbol + part));
}

Result<std::vector<uint8_t>> compile_module(std::span<const Unit> units,
                                            const Variant &variant,
                                            const GeneratorChoice &choose) {
  ObjectEmitter emitter = TRY(ObjectEmitter::create(variant));
  llvm::LLVMContext context;
  llvm::Module module("kernels", context);
  emitter.prepare(module);
  for (const Unit &unit : units)
    emit_unit(module, unit, variant.machine, choose);
  emitter.optimize(module);
  return emitter.emit(module);
}

} // namespace

compiler::Support supports_dtypes(const Kernel &kernel) {
  auto bad = [](DType type) {
    return info(type).kind == DTypeKind::complex ||
           info(type).kind == DTypeKind::text;
  };
  for (const KernelOperand &operand : kernel.operands)
    if (bad(operand.dtype))
      return {false, fmt::format("no kernels on {} elements",
                                 landfall::name(operand.dtype))};
  for (const Node &node : kernel.nodes)
    if (node.kind == NodeKind::scalar && bad(node.type))
      return {false,
              fmt::format("no arithmetic on {}", landfall::name(node.type))};
  return {};
}

Result<CodeSection> compile_kernels(std::span<const Kernel> kernels,
                                    const Variant &variant,
                                    const GeneratorChoice &choose) {
  std::vector<Unit> all = distinct_kernels(kernels);
  std::span<const Unit> units = all;
  size_t count = (units.size() + kernels_per_module - 1) / kernels_per_module;
  std::vector<std::vector<uint8_t>> objects(count);
  std::vector<Error> errors;
  std::mutex errors_mutex;
  ThreadPool pool(int(std::min<size_t>(available_threads(), count)));
  pool.parallel_for(int64_t(count), 1, [&](const ThreadPool::Part &part) {
    for (int64_t k = part.begin; k < part.end; ++k) {
      size_t first = size_t(k) * kernels_per_module;
      size_t size = std::min(kernels_per_module, units.size() - first);
      auto object = compile_module(units.subspan(first, size), variant, choose);
      if (object) {
        objects[k] = object.take();
        continue;
      }
      std::lock_guard guard(errors_mutex);
      errors.push_back(object.take_error());
    }
  });
  if (!errors.empty())
    return errors.front();
  CodeSection section{
      std::string(variant.target), std::string(variant.name), {}};
  section.bytes = share_bytes(TRY(link_image(objects)));
  return section;
}

} // namespace landfall::native
