//===- native_code.cpp - Kernels to a section of machine code -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/native_code.h"

#include "compiler/native/elf_link.h"
#include "compiler/native/entry_points.h"
#include "compiler/native/kernel_dump.h"
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

/// All that the threads share.
struct Work {
  const Variant &variant;
  const GeneratorChoice &choose;
  const compiler::CodegenOptions &options;
  std::vector<Unit> units;
  std::vector<GenerationRecord> records; ///< One a unit.

  std::span<const Unit> units_of(size_t module) const {
    size_t first = module * kernels_per_module;
    size_t count = std::min(kernels_per_module, units.size() - first);
    return std::span(units).subspan(first, count);
  }
  size_t modules() const {
    return (units.size() + kernels_per_module - 1) / kernels_per_module;
  }
};

/// Its record.
GenerationRecord emit_unit(llvm::Module &module, const Unit &unit,
                           const Work &work) {
  std::string symbol = fmt::format("k{}", unit.numbers[0]);
  const kernels::Machine &machine = work.variant.machine;
  kernels::ChosenGenerator chosen =
      work.choose(*unit.kernel, machine, {{}, work.options.skipped});
  emit_entry_points(module, symbol, *unit.kernel, machine, *chosen.generator);
  for (size_t number : std::span(unit.numbers).subspan(1))
    for (const char *part : {"_plan", "_run"})
      llvm::GlobalAlias::create(fmt::format("k{}{}", number, part),
                                module.getFunction(symbol + part));
  return std::move(chosen.record);
}

Result<std::vector<uint8_t>> compile_module(Work &work, size_t number) {
  ObjectEmitter emitter = TRY(ObjectEmitter::create(work.variant));
  llvm::LLVMContext context;
  llvm::Module module("kernels", context);
  emitter.prepare(module);
  size_t unit_number = number * kernels_per_module;
  for (const Unit &unit : work.units_of(number)) {
    if (work.options.dump)
      TRY(dump_kernel(work.options, unit.numbers[0], *unit.kernel, work.variant,
                      work.choose));
    work.records[unit_number++] = emit_unit(module, unit, work);
  }
  emitter.optimize(module);
  return emitter.emit(module);
}

/// The objects of all modules, or the first failure.
Result<std::vector<std::vector<uint8_t>>> compile_modules(Work &work) {
  std::vector<std::vector<uint8_t>> objects(work.modules());
  std::vector<Error> errors;
  std::mutex errors_mutex;
  ThreadPool pool(int(std::min<size_t>(available_threads(), objects.size())));
  pool.parallel_for(int64_t(objects.size()), 1,
                    [&](const ThreadPool::Part &part) {
                      for (int64_t k = part.begin; k < part.end; ++k) {
                        auto object = compile_module(work, size_t(k));
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
  return objects;
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
                                    const GeneratorChoice &choose,
                                    const compiler::CodegenOptions &options) {
  Work work{variant, choose, options, distinct_kernels(kernels), {}};
  work.records.resize(work.units.size());
  auto objects = TRY(compile_modules(work));
  CodeSection section{std::string(variant.target), std::string(variant.name),
                      share_bytes(TRY(link_image(objects)))};
  section.generation.resize(kernels.size());
  for (size_t u = 0; u < work.units.size(); ++u)
    for (size_t number : work.units[u].numbers)
      section.generation[number] = work.records[u];
  return section;
}

} // namespace landfall::native
