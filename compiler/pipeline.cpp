//===- pipeline.cpp - From a model file to a package ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The whole compiler, top to bottom. Each step can be printed and timed.
//
//===----------------------------------------------------------------------===//

#include "compiler/compile.h"
#include "compiler/dump.h"

#include "base/file.h"
#include "base/hash.h"
#include "compiler/graph_passes.h"
#include "compiler/lower/lower.h"
#include "compiler/optional_steps.h"
#include "compiler/placement.h"
#include "compiler/target.h"
#include "frontend/onnx/reopen/reopen_model.h"
#include "ir/builder.h"
#include "package/host_work.h"
#include <landfall/version.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>

namespace landfall::compiler {

namespace {

using Clock = std::chrono::steady_clock;

/// Announces, times, prints and dumps the steps of one compilation.
class Steps {
public:
  Steps(const CompileOptions &options, DumpFile dump, Clock::time_point start)
      : options_(options), dump_(std::move(dump)), start_(start) {}

  /// `print`: the step's result as text.
  Status done(std::string_view step, std::string_view suffix,
              const std::function<std::string()> &print) {
    Clock::time_point now = Clock::now();
    if (options_.on_step)
      options_.on_step(
          step,
          std::chrono::duration<double, std::milli>(now - start_).count());
    bool wanted = options_.on_ir && is_printed(step);
    if (wanted || dump_) {
      std::string text = print();
      if (wanted)
        options_.on_ir(step, text);
      if (dump_)
        TRY(dump_(fmt::format("{:02}_{}.{}", number_, step, suffix), text));
    }
    ++number_;
    start_ = Clock::now();
    return {};
  }
  Status done(std::string_view step, ir::Module &module) {
    return done(step, "mlir", [&] { return module.print(); });
  }

private:
  bool is_printed(std::string_view step) const {
    for (const std::string &wanted : options_.print_after)
      if (wanted == "all" || wanted == step)
        return true;
    return false;
  }

  const CompileOptions &options_;
  DumpFile dump_;
  Clock::time_point start_;
  int number_ = 0;
};

/// What lowering makes: the host's program and the kernels' descriptions.
std::string lowered_text(const Package &package) {
  std::string text = print(package.program);
  for (size_t k = 0; k < package.kernels.size(); ++k)
    text += fmt::format("\n// kernel {}\n{}", k, print(package.kernels[k]));
  return text;
}

/// What generating code makes: for each kernel the generator, and why no other.
std::string generated_text(const Package &package) {
  std::string text;
  for (const CodeSection &section : package.code) {
    text += fmt::format("{} {}: {} bytes\n", section.target, section.variant,
                        section.bytes.data.size());
    for (size_t k = 0; k < section.generation.size(); ++k)
      text += fmt::format("  {} {}: {}\n", k, package.kernels[k].name,
                          print(section.generation[k]));
  }
  return text;
}

/// The files that a model is read from.
class Sources {
public:
  explicit Sources(const CompileOptions &options) : options_(options) {}

  /// Repeated imports read the same files again.
  void add(const std::string &path) {
    if (std::ranges::find(paths_, path) != paths_.end())
      return;
    paths_.push_back(path);
    if (options_.on_source)
      options_.on_source(path);
  }
  const std::vector<std::string> &paths() const { return paths_; }

private:
  const CompileOptions &options_;
  std::vector<std::string> paths_;
};

/// With extents that the model fixes made free, if the options ask for it.
Result<frontend::ModelSummary>
import_model(const Bytes &model, const frontend::ModelPlace &place,
             const CompileOptions &options,
             const frontend::Assumptions &assumptions, ir::Builder &builder) {
  if (options.dynamic.empty())
    return frontend::import_model(model, place, builder, assumptions);
  auto inputs = TRY(frontend::parse_dynamic(options.dynamic));
  return frontend::reopen_model(model, place, builder, inputs, assumptions);
}

/// Adds a second entry point for runs that break assumptions by which the first
/// is fast: that dimensions of one name have one extent, that inputs have their
/// default values. There is none where the model cannot do without them.
Status add_general_entry(const Bytes &model, const frontend::ModelPlace &place,
                         const Target &target, bool names_bind,
                         const CompileOptions &options, Package &package) {
  ir::Module module;
  ir::Builder builder(module);
  builder.continue_texts(package.texts);
  auto summary =
      import_model(model, place, options,
                   {.names_bind = names_bind, .defaults_hold = false}, builder);
  if (!summary)
    return {};
  TRY(run_graph_passes(module, target, options.precision, options.skipped,
                       [](std::string_view) -> Status { return {}; }));
  Package both = package;
  TRY(lower(module, both, options.skipped));
  if (place_kernels(target, both) &&
      (!options.require_target || require_target(both)))
    package = std::move(both);
  return {};
}

Result<Package> compile(const Bytes &model, const std::string &name,
                        const std::string &directory, Sources &sources,
                        const CompileOptions &options) {
  const Target *target = TRY(find_target(options.target));
  TRY(check_optional(options.skipped));
  DumpFile dump;
  if (!options.dump_directory.empty())
    dump = TRY(open_dump(options.dump_directory, sources.paths()));
  Package package;
  package.target = target->name();
  package.producer = "landfall " LF_VERSION;
  package.model_name = name;
  if (options.precision == DType::bf16)
    package.options = R"({"precision":"bf16"})";
  package.model_hash = fmt::format("{:016x}", hash_bytes(model.data));

  // Operators become core IR; constants fold as they are built; small integer
  // tensors become symbolic sizes.
  Clock::time_point start = Clock::now();
  auto on_file = [&](const std::string &path) { sources.add(path); };
  frontend::ModelPlace place{name, directory, on_file};
  ir::Module module;
  ir::Builder builder(module);
  auto summary = TRY(import_model(model, place, options, {}, builder));
  if (options.on_warning)
    for (const std::string &warning : summary.warnings)
      options.on_warning(warning);
  Steps steps(options, dump, start);
  TRY(steps.done("import", module));
  TRY(run_graph_passes(
      module, *target, options.precision, options.skipped,
      [&](std::string_view pass) { return steps.done(pass, module); }));
  // From here on there is no MLIR: bytecode, kernel descriptions, weights.
  TRY(lower(module, package, options.skipped));
  bool names_may_differ = summary.shares_names && !options.strict_names;
  if (names_may_differ || summary.has_defaults)
    TRY(add_general_entry(model, place, *target, !names_may_differ, options,
                          package));
  TRY(place_kernels(*target, package));
  if (options.require_target)
    TRY(require_target(package));
  TRY(steps.done("lower", "txt", [&] { return lowered_text(package); }));
  CodegenOptions codegen;
  codegen.variants = options.variants;
  codegen.dump = dump;
  codegen.skipped = options.skipped;
  std::string cache_folder = options.cache ? DiskCache::user_folder() : "";
  DiskCache cache(cache_folder);
  if (!cache_folder.empty())
    codegen.cache = &cache;
  codegen.fallbacks = package.fallbacks;
  package.code = TRY(target->generate(package.kernels, codegen));
  TRY(generate_fallback_code(package, codegen));
  std::string fallbacks = fallback_summary(package);
  if (options.on_warning && !fallbacks.empty())
    options.on_warning(fallbacks);
  TRY(steps.done("generate", "txt", [&] { return generated_text(package); }));
  return package;
}

} // namespace

Result<Package> compile_file(const std::string &path,
                             const CompileOptions &options) {
  Bytes bytes = TRY(map_file(path));
  Sources sources(options);
  sources.add(std::filesystem::absolute(path).string());
  auto directory = std::filesystem::path(path).parent_path();
  if (directory.empty())
    directory = ".";
  return compile(bytes, path, directory.string(), sources, options);
}

Result<Package> compile_bytes(std::span<const uint8_t> model,
                              const std::string &directory,
                              const CompileOptions &options) {
  Sources sources(options);
  return compile(Bytes{nullptr, model}, "model", directory, sources, options);
}

Result<const Target *> find_target(std::string_view device) {
  std::string known;
  for (const Target *target : targets()) {
    if (target->serves(device))
      return target;
    known += (known.empty() ? "" : ", ") + std::string(target->name());
  }
  return Error{
      ErrorCode::invalid_argument,
      fmt::format("unknown target '{}'; this build has: {}", device, known)};
}

} // namespace landfall::compiler
