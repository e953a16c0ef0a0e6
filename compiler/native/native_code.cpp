//===- native_code.cpp - Kernels to a section of machine code -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/native_code.h"

#include "base/hash.h"
#include "compiler/native/code_cache.h"
#include "compiler/native/elf_link.h"
#include "compiler/native/entry_points.h"
#include "compiler/native/kernel_dump.h"
#include "compiler/native/llvm_thread.h"
#include "compiler/native/object_emitter.h"

#include "base/thread_pool.h"

#include <fmt/format.h>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace landfall::native {

namespace {

/// A kernel, and the numbers of all kernels that are the same code.
struct Unit {
  const Kernel *kernel;
  std::string key; ///< Structural.
  std::vector<size_t> numbers;
  KernelCode code = {};

  /// The names of its functions begin with it: the same in every image, as the
  /// object may be from an earlier compilation.
  std::string symbol() const {
    std::span bytes(reinterpret_cast<const uint8_t *>(key.data()), key.size());
    return fmt::format("u{:016x}{:016x}", hash_bytes(bytes, 1),
                       hash_bytes(bytes, 2));
  }
};

std::vector<Unit> distinct_kernels(std::span<const Kernel> kernels,
                                   std::span<const Fallback> fallbacks) {
  std::vector<Unit> units;
  std::unordered_map<std::string, size_t> known;
  for (size_t k = 0; k < kernels.size(); ++k) {
    if (find_fallback(fallbacks, uint32_t(k)))
      continue;
    auto [entry, fresh] =
        known.try_emplace(structural_key(kernels[k]), units.size());
    if (fresh)
      units.push_back({&kernels[k], entry->first, {}});
    units[entry->second].numbers.push_back(k);
  }
  return units;
}

/// Compiles units on several threads.
class Compilation {
public:
  Compilation(const Variant &variant, const GeneratorChoice &choose,
              const compiler::CodegenOptions &options)
      : variant_(variant), choose_(choose), options_(options),
        cache_(options.cache, variant, options.skipped),
        pool_(available_threads()), workers_(size_t(pool_.threads())) {}

  /// The first failure, if any.
  Status compile(std::span<Unit> units) {
    std::vector<Error> errors;
    std::mutex errors_mutex;
    for (Worker &worker : workers_)
      worker.thread.begin();
    pool_.parallel_for(
        int64_t(units.size()), 1, [&](const ThreadPool::Part &part) {
          for (int64_t k = part.begin; k < part.end; ++k) {
            Status done = compile(units[k], workers_[part.participant]);
            if (done)
              continue;
            std::lock_guard guard(errors_mutex);
            errors.push_back(done.take_error());
          }
        });
    if (!errors.empty())
      return errors.front();
    return {};
  }

private:
  /// What one participant of the pool compiles with. LLVM is not safe without
  /// memory: a thread that is given up leaves the emitter as it may be.
  struct Worker {
    std::unique_ptr<ObjectEmitter> emitter;
    LlvmThread thread;

    ~Worker() {
      if (thread.is_lost()) [[maybe_unused]]
        ObjectEmitter *lost = emitter.release();
    }
  };

  Status compile(Unit &unit, Worker &worker) {
    if (options_.dump)
      TRY(dump_kernel(options_, unit.numbers[0], *unit.kernel, variant_,
                      choose_));
    if (auto known = cache_.find(unit.key)) {
      unit.code = std::move(*known);
      return {};
    }
    if (!worker.emitter)
      worker.emitter =
          std::make_unique<ObjectEmitter>(TRY(ObjectEmitter::create(variant_)));
    std::optional<Result<KernelCode>> code;
    worker.thread.run([&] { code.emplace(generate(unit, *worker.emitter)); });
    unit.code = TRY(*std::move(code));
    cache_.keep(unit.key, unit.code);
    return {};
  }

  Result<KernelCode> generate(const Unit &unit, ObjectEmitter &emitter) {
    llvm::LLVMContext context;
    llvm::Module module("kernel", context);
    emitter.prepare(module);
    const kernels::Machine &machine = variant_.machine;
    kernels::ChosenGenerator chosen =
        choose_(*unit.kernel, machine, {{}, options_.skipped});
    std::string symbol = unit.symbol();
    emit_entry_points(module, symbol, *unit.kernel, machine, *chosen.generator);
    // The image has them under the kernels' numbers.
    for (const char *part : {"_plan", "_run"})
      module.getFunction(symbol + part)
          ->setVisibility(llvm::GlobalValue::HiddenVisibility);
    emitter.optimize(module);
    return KernelCode{TRY(emitter.emit(module)), std::move(chosen.record)};
  }

  const Variant &variant_;
  const GeneratorChoice &choose_;
  const compiler::CodegenOptions &options_;
  CodeCache cache_;
  ThreadPool pool_;
  std::vector<Worker> workers_; ///< One a participant.
};

Result<std::vector<uint8_t>> link(std::span<const Unit> units) {
  std::vector<std::span<const uint8_t>> objects;
  std::vector<Alias> aliases;
  for (const Unit &unit : units) {
    objects.push_back(unit.code.object);
    std::string symbol = unit.symbol();
    for (size_t number : unit.numbers)
      for (const char *part : {"_plan", "_run"})
        aliases.push_back({fmt::format("k{}{}", number, part), symbol + part});
  }
  return link_image(objects, aliases);
}

} // namespace

compiler::Support supports_dtypes(const Kernel &kernel) {
  auto bad = [](DType type) {
    return info(type).kind == DTypeKind::complex ||
           info(type).kind == DTypeKind::text;
  };
  for (const KernelOperand &operand : kernel.operands)
    if (bad(operand.dtype))
      return compiler::Support::no(fmt::format(
          "it has no kernels on {} elements", landfall::name(operand.dtype)));
  for (const Node &node : kernel.nodes)
    if (node.kind == NodeKind::scalar && bad(node.type))
      return compiler::Support::no(
          fmt::format("it has no arithmetic on {}", landfall::name(node.type)));
  return {};
}

Result<CodeSection> compile_kernels(std::span<const Kernel> kernels,
                                    const Variant &variant,
                                    const GeneratorChoice &choose,
                                    const compiler::CodegenOptions &options) {
  std::vector<Unit> units = distinct_kernels(kernels, options.fallbacks);
  TRY(Compilation(variant, choose, options).compile(units));
  CodeSection section{std::string(variant.target), std::string(variant.name),
                      units.empty() ? Bytes() : share_bytes(TRY(link(units)))};
  section.generation.resize(kernels.size());
  for (const Fallback &fallback : options.fallbacks)
    section.generation[fallback.kernel] = {
        "none", {{std::string(variant.target), fallback.reason}}};
  for (const Unit &unit : units)
    for (size_t number : unit.numbers)
      section.generation[number] = unit.code.record;
  return section;
}

} // namespace landfall::native
