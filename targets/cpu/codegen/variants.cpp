//===- variants.cpp - The machines that code is made for ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/cpu/codegen/variants.h"
#include "base/processor.h"
#include "base/tile_registers.h"
#include "kernel_analysis/contraction/window_sum.h"

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

/// What every 64-bit Arm has: no masks, IEEE 754's minimum and maximum.
constexpr kernels::Machine neon = {
    .vector = {.register_bits = 128,
               .registers = 32,
               .masks_elements = false,
               .has_ieee_min_max = true},
    .caches = {.l1_bytes = 64 * 1024, .l2_bytes = 512 * 1024}};

/// Vectors of a known length in the registers of RISC-V's V, which may be
/// longer: blocks of sums are cut for it.
constexpr kernels::Machine riscv_vectors(int register_bits) {
  return {.vector = {.register_bits = register_bits,
                     .registers = 32,
                     .masks_narrow_elements = true,
                     .converts_half = false,
                     .divides_integers = true,
                     .has_ieee_min_max = true}};
}

/// Vectors that LLVM cuts into scalars: four floating-point registers for each
/// of f32, so that blocks of sums fit the 32 that there are.
constexpr kernels::Machine riscv_scalars = {
    .vector = {.register_bits = 128,
               .registers = 8,
               .masks_elements = false,
               .converts_half = false,
               .has_ieee_min_max = true}};

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

constexpr std::string_view baseline = "x86_64-v2";

/// Those of an architecture together, best first.
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
    // Not less: before SSE4.1, rounding to whole numbers is no instruction.
    {.target = "cpu",
     .name = baseline,
     .triple = "x86_64-unknown-linux-gnu",
     .processor = "x86-64-v2",
     .machine = {.vector = {.register_bits = 128,
                            .registers = 16,
                            .masks_elements = false,
                            .fuses_multiply_adds = false,
                            .converts_half = false,
                            .byte_products =
                                kernels::ByteProducts::by_shorts}}},
    {.target = "cpu",
     .name = "aarch64-neon",
     .triple = "aarch64-unknown-linux-gnu",
     .processor = "generic",
     .machine = neon},
    {.target = "cpu",
     .name = "riscv64-v256",
     .triple = "riscv64-unknown-linux-gnu",
     .processor = "generic-rv64",
     .features = "+m,+a,+f,+d,+c,+v,+zicsr,+zvl256b",
     .abi = "lp64d",
     .code_model = llvm::CodeModel::Medium,
     .machine = riscv_vectors(256)},
    {.target = "cpu",
     .name = "riscv64-v128",
     .triple = "riscv64-unknown-linux-gnu",
     .processor = "generic-rv64",
     .features = "+m,+a,+f,+d,+c,+v,+zicsr",
     .abi = "lp64d",
     .code_model = llvm::CodeModel::Medium,
     .machine = riscv_vectors(128)},
    {.target = "cpu",
     .name = "riscv64-gc",
     .triple = "riscv64-unknown-linux-gnu",
     .processor = "generic-rv64",
     .features = "+m,+a,+f,+d,+c,+zicsr",
     .abi = "lp64d",
     .code_model = llvm::CodeModel::Medium,
     .machine = riscv_scalars},
};

std::string_view architecture(const Variant &variant) {
  return variant.name.substr(0, variant.name.find('-'));
}

bool runs_on_x86(const Variant &variant) {
  llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  auto all = [&](std::initializer_list<const char *> names) {
    return llvm::all_of(names,
                        [&](const char *name) { return host.lookup(name); });
  };
  if (variant.name == baseline)
    return all({"ssse3", "sse4.1", "sse4.2", "popcnt"});
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

bool runs_here(const Variant &variant) {
  if (architecture(variant) != processor_architecture)
    return false;
  if (processor_architecture == "x86_64")
    return runs_on_x86(variant);
  bool has_vectors = llvm::StringRef(variant.features).contains("+v");
  return !has_vectors ||
         variant.machine.vector.register_bits <= riscv_register_bits();
}

/// Whether a kernel may have products of bytes: sums of integers, or of reals
/// that bytes are scaled to (strategies/words.cpp, blocks.cpp), in contractions
/// or in windows (windows/byte_windows.h).
bool multiplies_bytes(const Kernel &kernel) {
  Result<analysis::WindowSum> sum = analysis::find_window_sum(kernel);
  return (kernel.kind == KernelClass::contraction ||
          (sum && sum->has_weights())) &&
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
  const Variant &next = *(&variant + 1);
  const kernels::Machine &a = variant.machine, &b = next.machine;
  bool has_tiles = a.matrix_tiles != b.matrix_tiles;
  bool other_bytes = a.vector.byte_products != b.vector.byte_products;
  bool other_bf16 = a.vector.bf16_products != b.vector.bf16_products;
  return architecture(variant) != architecture(next) ||
         a.vector.register_bits != b.vector.register_bits ||
         a.vector.registers != b.vector.registers ||
         (used.bytes && (has_tiles || other_bytes)) ||
         (used.bf16 && (has_tiles || other_bf16));
}

/// What a package holds if nothing else is asked for: machines of the kind that
/// the compiler runs on, but for the oldest.
bool is_usual(const Variant &variant) {
  return architecture(variant) == processor_architecture &&
         variant.name != baseline;
}

/// The best for this machine, or the one for most of its kind.
const Variant &native_variant() {
  const Variant *last = std::begin(rows);
  for (const Variant &variant : rows) {
    if (runs_here(variant))
      return variant;
    if (architecture(variant) == processor_architecture)
      last = &variant;
  }
  return *last;
}

/// Those that a name means: of one, of an architecture's, or of all.
Result<std::vector<const Variant *>> find_variants(const std::string &name) {
  if (name == "native")
    return std::vector{&native_variant()};
  std::vector<const Variant *> found;
  for (const Variant &variant : rows)
    if (name == "all" || name == variant.name ||
        name == architecture(variant) ||
        name == variant.name.substr(variant.name.find('-') + 1))
      found.push_back(&variant);
  if (!found.empty())
    return found;
  std::string known = "native, all, x86_64, aarch64, riscv64";
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
      if (is_usual(variant))
        add(&variant);
  for (const std::string &name : names)
    for (const Variant *variant : TRY(find_variants(name)))
      add(variant);
  return chosen;
}

} // namespace landfall::cpu
