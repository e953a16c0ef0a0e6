//===- variants.cpp - The machines that code is made for ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/cpu/codegen/variants.h"
#include "base/tile_registers.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"

#include <fmt/format.h>

namespace landfall::cpu {

namespace {

constexpr kernels::Machine avx512 = {
    .vector = {.register_bits = 512,
               .registers = 32,
               .masks_narrow_elements = true,
               .permutes_lanes = true,
               .scales_by_powers = true,
               .byte_products = kernels::ByteProducts::by_shorts},
    .caches = {.l1_bytes = 48 * 1024, .l2_bytes = 1024 * 1024}};

constexpr kernels::Machine with_vnni() {
  kernels::Machine machine = avx512;
  machine.vector.byte_products = kernels::ByteProducts::by_bytes;
  return machine;
}

constexpr kernels::Machine with_bf16() {
  kernels::Machine machine = with_vnni();
  machine.vector.bf16_products = true;
  return machine;
}

constexpr kernels::Machine with_amx() {
  kernels::Machine machine = with_bf16();
  machine.caches.l2_bytes = 2 * 1024 * 1024;
  machine.matrix_tiles = true;
  return machine;
}

/// Best first.
constexpr Variant rows[] = {
    {.target = "cpu",
     .name = "x86_64-avx512-amx",
     .triple = "x86_64-unknown-linux-gnu",
     .processor = "x86-64-v4",
     .features = "+avx512vnni,+avx512bf16,+amx-tile,+amx-int8,+amx-bf16",
     .machine = with_amx()},
    {.target = "cpu",
     .name = "x86_64-avx512-bf16",
     .triple = "x86_64-unknown-linux-gnu",
     .processor = "x86-64-v4",
     .features = "+avx512vnni,+avx512bf16",
     .machine = with_bf16()},
    {.target = "cpu",
     .name = "x86_64-avx512-vnni",
     .triple = "x86_64-unknown-linux-gnu",
     .processor = "x86-64-v4",
     .features = "+avx512vnni",
     .machine = with_vnni()},
    {.target = "cpu",
     .name = "x86_64-avx512",
     .triple = "x86_64-unknown-linux-gnu",
     .processor = "x86-64-v4",
     .machine = avx512},
    {.target = "cpu",
     .name = "x86_64-avx2",
     .triple = "x86_64-unknown-linux-gnu",
     .processor = "x86-64-v3",
     .machine = {.vector = {.register_bits = 256,
                            .registers = 16,
                            .permutes_lanes = true,
                            .byte_products =
                                kernels::ByteProducts::by_shorts}}},
};

bool runs_here(const Variant &variant) {
  llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  auto all = [&](std::initializer_list<const char *> names) {
    return llvm::all_of(names,
                        [&](const char *name) { return host.lookup(name); });
  };
  bool base = all({"avx2", "fma", "f16c", "bmi", "bmi2", "lzcnt", "movbe"});
  if (variant.machine.vector.byte_products == kernels::ByteProducts::by_bytes)
    base &= all({"avx512vnni"});
  if (variant.machine.vector.bf16_products)
    base &= all({"avx512bf16"});
  if (variant.machine.matrix_tiles)
    base &=
        all({"amx-tile", "amx-int8", "amx-bf16"}) && may_use_tile_registers();
  if (variant.machine.vector.register_bits == 512)
    base &= all({"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"});
  return base;
}

/// Whether a kernel may have products of bytes: sums of integers, or of reals
/// that bytes are scaled to (strategies/words.cpp, blocks.cpp).
bool multiplies_bytes(const Kernel &kernel) {
  return kernel.kind == KernelClass::contraction &&
         llvm::any_of(kernel.operands, [](const KernelOperand &operand) {
           return is_integer(operand.dtype) && info(operand.dtype).bits <= 8;
         });
}

/// Whether it may have products of bf16: some are loaded, or rounded to.
bool multiplies_bf16(const Kernel &kernel) {
  return kernel.kind == KernelClass::contraction &&
         llvm::any_of(kernel.nodes, [](const Node &node) {
           return node.type == DType::bf16;
         });
}

/// What kernels multiply in words, if anything.
struct WordsUsed {
  bool bytes, bf16;
};

/// Whether code for a variant would be other than that for the next one, which
/// runs on more machines.
bool differs_from_next(const Variant &variant, const WordsUsed &used) {
  const kernels::Machine &a = variant.machine, &b = (&variant + 1)->machine;
  bool has_tiles = a.matrix_tiles != b.matrix_tiles;
  bool other_bytes = a.vector.byte_products != b.vector.byte_products;
  bool other_bf16 = a.vector.bf16_products != b.vector.bf16_products;
  return a.vector.register_bits != b.vector.register_bits ||
         (used.bytes && (has_tiles || other_bytes)) ||
         (used.bf16 && (has_tiles || other_bf16));
}

Result<const Variant *> find_variant(const std::string &name) {
  for (const Variant &variant : rows) {
    if (name == variant.name ||
        name == variant.name.substr(variant.name.find('-') + 1))
      return &variant;
    if (name == "native" && runs_here(variant))
      return &variant;
  }
  if (name == "native") // Compiling on a machine of another kind.
    return &rows[std::size(rows) - 1];
  std::string known = "native";
  for (const Variant &variant : rows)
    known += fmt::format(", {}", variant.name);
  return Error{ErrorCode::invalid_argument,
               fmt::format("the target 'cpu' has no variant '{}'; it has {}",
                           name, known)};
}

} // namespace

Result<std::vector<const Variant *>>
choose_variants(std::span<const std::string> names,
                std::span<const Kernel> kernels) {
  WordsUsed used{llvm::any_of(kernels, multiplies_bytes),
                 llvm::any_of(kernels, multiplies_bf16)};
  std::vector<const Variant *> chosen;
  auto add = [&](const Variant *variant) {
    while (variant != std::end(rows) - 1 && !differs_from_next(*variant, used))
      ++variant;
    if (!llvm::is_contained(chosen, variant))
      chosen.push_back(variant);
  };
  if (names.empty())
    for (const Variant &variant : rows)
      add(&variant);
  for (const std::string &name : names)
    add(TRY(find_variant(name)));
  return chosen;
}

} // namespace landfall::cpu
