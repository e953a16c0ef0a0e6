//===- kernel_dump.cpp - How each kernel's code is made -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/kernel_dump.h"

#include "compiler/native/entry_points.h"
#include "compiler/native/object_emitter.h"

#include <cctype>
#include <fmt/format.h>

namespace landfall::native {

namespace {

/// Longer names of kernels are cut: they list what was fused.
constexpr size_t longest_name = 60;

/// "007_matmul_add": what the names of a kernel's files begin with.
std::string stem_of(size_t number, std::string_view name) {
  std::string clean(name.substr(0, longest_name));
  for (char &c : clean)
    if (!isalnum(static_cast<unsigned char>(c)) && c != '-')
      c = '_';
  return fmt::format("{:03}_{}", number, clean);
}

std::string text_of(const llvm::Module &module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream, nullptr);
  return text;
}

std::string plan_text(const kernels::ChosenGenerator &chosen) {
  std::string text = fmt::format("generator: {}\n", chosen.record.generator);
  for (const Refusal &refusal : chosen.record.refusals)
    text += fmt::format("not {}, because {}\n", refusal.who, refusal.reason);
  return text + "\n" + chosen.generator->print_plan();
}

} // namespace

Status dump_kernel(const compiler::CodegenOptions &options, size_t number,
                   const Kernel &kernel, const Variant &variant,
                   const GeneratorChoice &choose) {
  const compiler::DumpFile &write = options.dump;
  std::string stem = stem_of(number, kernel.name);
  std::string in_variant = fmt::format("{}.{}", stem, variant.name);
  TRY(write(stem + ".kernel", print(kernel)));
  Status written;
  int steps = 0;
  auto on_rewrite = [&](std::string_view step, const Kernel &after) {
    std::string file = fmt::format("{}.{}_{}.kernel", stem, ++steps, step);
    if (written)
      written = write(file, print(after));
  };
  auto chosen = choose(kernel, variant.machine, {on_rewrite, options.skipped});
  TRY(written);
  TRY(write(in_variant + ".plan", plan_text(chosen)));

  ObjectEmitter emitter = TRY(ObjectEmitter::create(variant));
  llvm::LLVMContext context;
  llvm::Module module(kernel.name, context);
  emitter.prepare(module);
  emit_entry_points(module, fmt::format("k{}", number), kernel, variant.machine,
                    *chosen.generator);
  TRY(write(in_variant + ".ll", text_of(module)));
  emitter.optimize(module);
  TRY(write(in_variant + ".opt.ll", text_of(module)));
  return write(in_variant + ".s", TRY(emitter.assembly(module)));
}

} // namespace landfall::native
