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
#include "compiler/native/function_objects.h"
#include "compiler/native/function_split.h"
#include "compiler/native/kernel_dump.h"
#include "compiler/native/llvm_thread.h"
#include "compiler/native/object_emitter.h"

#include "base/thread_pool.h"

#include <algorithm>
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
    std::vector<Unit *> order = longest_first(units);
    pool_.parallel_for(
        int64_t(order.size()), 1, [&](const ThreadPool::Part &part) {
          for (int64_t k = part.begin; k < part.end; ++k) {
            Status done = compile(*order[k], workers_[part.participant]);
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

  /// What the units' objects call; after compile().
  const FunctionObjects &functions() const { return functions_; }

private:
  /// A kernel in LLVM IR.
  struct Draft {
    llvm::LLVMContext context;
    llvm::Module module{"kernel", context};
    std::vector<SharedFunction> functions;
    GenerationRecord record;
  };

  /// What one participant of the pool compiles with. LLVM is not safe without
  /// memory: a thread that is given up leaves all as it may be.
  struct Worker {
    std::unique_ptr<ObjectEmitter> emitter;
    std::unique_ptr<Draft> draft;
    LlvmThread thread;

    ~Worker() {
      if (!thread.is_lost())
        return;
      [[maybe_unused]] ObjectEmitter *lost = emitter.release();
      [[maybe_unused]] Draft *lost_draft = draft.release();
    }
  };

  /// Contractions are most of the code: begun last, one would keep a thread
  /// when the others have nothing left.
  static std::vector<Unit *> longest_first(std::span<Unit> units) {
    std::vector<Unit *> order;
    for (Unit &unit : units)
      order.push_back(&unit);
    std::ranges::stable_partition(order, [](const Unit *unit) {
      return unit->kernel->kind == KernelClass::contraction;
    });
    return order;
  }

  Status compile(Unit &unit, Worker &worker) {
    if (options_.dump)
      TRY(dump_kernel(options_, unit.numbers[0], *unit.kernel, variant_,
                      choose_));
    if (auto known = find(unit.key)) {
      unit.code = std::move(*known);
      return {};
    }
    if (!worker.emitter)
      worker.emitter =
          std::make_unique<ObjectEmitter>(TRY(ObjectEmitter::create(variant_)));
    worker.thread.run([&] { worker.draft = generate(unit, *worker.emitter); });
    std::vector<const SharedFunction *> missing =
        claim(worker.draft->functions);
    std::optional<Result<KernelCode>> code;
    std::optional<Result<std::vector<std::vector<uint8_t>>>> objects;
    worker.thread.run([&] {
      objects.emplace(emit_functions(missing, *worker.emitter));
      code.emplace(emit(*worker.draft, *worker.emitter));
    });
    std::vector<std::vector<uint8_t>> made = TRY(*std::move(objects));
    for (size_t k = 0; k < missing.size(); ++k) {
      cache_.keep_function(missing[k]->symbol, made[k]);
      functions_.put(missing[k]->symbol, std::move(made[k]));
    }
    unit.code = TRY(*std::move(code));
    cache_.keep(unit.key, unit.code);
    return {};
  }

  /// A kernel's code from the cache, which must have all that it calls, too.
  std::optional<KernelCode> find(const std::string &key) {
    std::optional<KernelCode> code = cache_.find(key);
    if (!code)
      return std::nullopt;
    std::vector<std::pair<std::string, std::vector<uint8_t>>> found;
    for (const std::string &symbol : code->functions) {
      if (functions_.has(symbol))
        continue;
      auto object = cache_.find_function(symbol);
      if (!object)
        return std::nullopt;
      found.emplace_back(symbol, std::move(*object));
    }
    for (auto &[symbol, object] : found)
      functions_.put(symbol, std::move(object));
    return code;
  }

  /// Those that the caller has to compile.
  std::vector<const SharedFunction *>
  claim(std::span<const SharedFunction> functions) {
    std::vector<const SharedFunction *> missing;
    for (const SharedFunction &function : functions) {
      if (!functions_.claim(function.symbol))
        continue;
      if (auto object = cache_.find_function(function.symbol))
        functions_.put(function.symbol, std::move(*object));
      else
        missing.push_back(&function);
    }
    return missing;
  }

  std::unique_ptr<Draft> generate(const Unit &unit, ObjectEmitter &emitter) {
    auto draft = std::make_unique<Draft>();
    draft->context.setDiscardValueNames(true);
    llvm::Module &module = draft->module;
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
    draft->functions = split_functions(module);
    draft->record = std::move(chosen.record);
    return draft;
  }

  static Result<std::vector<std::vector<uint8_t>>>
  emit_functions(std::span<const SharedFunction *const> functions,
                 ObjectEmitter &emitter) {
    std::vector<std::vector<uint8_t>> objects;
    for (const SharedFunction *function : functions) {
      llvm::LLVMContext context;
      std::unique_ptr<llvm::Module> module = module_of(*function, context);
      emitter.optimize(*module);
      objects.push_back(TRY(emitter.emit(*module)));
    }
    return objects;
  }

  static Result<KernelCode> emit(Draft &draft, ObjectEmitter &emitter) {
    emitter.optimize(draft.module);
    KernelCode code{
        TRY(emitter.emit(draft.module)), {}, std::move(draft.record)};
    for (SharedFunction &function : draft.functions)
      code.functions.push_back(function.symbol);
    return code;
  }

  const Variant &variant_;
  const GeneratorChoice &choose_;
  const compiler::CodegenOptions &options_;
  CodeCache cache_;
  FunctionObjects functions_;
  ThreadPool pool_;
  std::vector<Worker> workers_; ///< One a participant.
};

Result<std::vector<uint8_t>> link(std::span<const Unit> units,
                                  const FunctionObjects &functions) {
  std::vector<std::span<const uint8_t>> objects;
  std::vector<Alias> aliases;
  for (const Unit &unit : units) {
    objects.push_back(unit.code.object);
    std::string symbol = unit.symbol();
    for (size_t number : unit.numbers)
      for (const char *part : {"_plan", "_run"})
        aliases.push_back({fmt::format("k{}{}", number, part), symbol + part});
  }
  for (const auto &[symbol, object] : functions.all())
    objects.push_back(object);
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
  Compilation compilation(variant, choose, options);
  TRY(compilation.compile(units));
  CodeSection section{
      std::string(variant.target), std::string(variant.name),
      units.empty() ? Bytes()
                    : share_bytes(TRY(link(units, compilation.functions())))};
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
