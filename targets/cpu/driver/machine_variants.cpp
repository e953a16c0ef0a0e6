//===- machine_variants.cpp - What this processor can run -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/cpu/driver/machine_variants.h"
#include "base/processor.h"
#include "base/thread_pool.h"
#include "base/tile_registers.h"

#include <fmt/format.h>
#include <fstream>
#include <vector>

namespace landfall::cpu {

namespace {

struct Feature {
  std::string_view name;
  bool present;
};

struct VariantRow {
  std::string_view name;
  std::string_view needs;
  size_t first_features; ///< It needs that many, from the front of the list.
};

#if defined(__x86_64__)

std::vector<Feature> features() {
  __builtin_cpu_init();
  return {
      {"sse4.2", __builtin_cpu_supports("ssse3") &&
                     __builtin_cpu_supports("sse4.1") &&
                     __builtin_cpu_supports("sse4.2") &&
                     __builtin_cpu_supports("popcnt")},
      {"avx2", __builtin_cpu_supports("avx2") != 0},
      {"fma", __builtin_cpu_supports("fma") != 0},
      {"f16c", __builtin_cpu_supports("f16c") != 0},
      {"avx512f", __builtin_cpu_supports("avx512f") != 0},
      {"avx512bw", __builtin_cpu_supports("avx512bw") != 0},
      {"avx512dq", __builtin_cpu_supports("avx512dq") != 0},
      {"avx512vl", __builtin_cpu_supports("avx512vl") != 0},
      {"avx512vnni", __builtin_cpu_supports("avx512vnni") != 0},
      {"avx512bf16", __builtin_cpu_supports("avx512bf16") != 0},
      {"amx", __builtin_cpu_supports("amx-tile") &&
                  __builtin_cpu_supports("amx-int8") &&
                  __builtin_cpu_supports("amx-bf16") &&
                  may_use_tile_registers()},
  };
}

constexpr VariantRow rows[] = {
    {"x86_64-avx512-amx", "avx2 fma f16c avx512f/bw/dq/vl/vnni/bf16 amx", 11},
    {"x86_64-avx512-bf16", "avx2 fma f16c avx512f/bw/dq/vl/vnni/bf16", 10},
    {"x86_64-avx512-vnni", "avx2 fma f16c avx512f/bw/dq/vl/vnni", 9},
    {"x86_64-avx512", "avx2 fma f16c avx512f/bw/dq/vl", 8},
    {"x86_64-avx2", "avx2 fma f16c", 4},
    {"x86_64-v2", "ssse3 sse4.1 sse4.2 popcnt", 1},
};

#elif defined(__aarch64__)

std::vector<Feature> features() { return {{"neon", true}}; }

constexpr VariantRow rows[] = {{"aarch64-neon", "the base architecture", 0}};

#else

std::vector<Feature> features() {
  int bits = riscv_register_bits();
  return {{"v", bits >= 128}, {"zvl256b", bits >= 256}};
}

constexpr VariantRow rows[] = {
    {"riscv64-v256", "v with registers of 256 bits", 2},
    {"riscv64-v128", "v", 1},
    {"riscv64-gc", "the base architecture", 0},
};

#endif

std::vector<MachineVariant> find_variants() {
  std::vector<Feature> present = features();
  std::vector<MachineVariant> variants;
  for (const VariantRow &row : rows) {
    bool all = true;
    for (size_t i = 0; i < row.first_features; ++i)
      all &= present[i].present;
    variants.push_back({row.name, row.needs, all});
  }
  return variants;
}

std::string model_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name"))
      if (size_t colon = line.find(": "); colon != std::string::npos)
        return line.substr(colon + 2);
  return "CPU";
}

} // namespace

std::span<const MachineVariant> machine_variants() {
  static const std::vector<MachineVariant> variants = find_variants();
  return variants;
}

std::string describe_machine() {
  std::string text =
      fmt::format("{}, {} cores,", model_name(), available_threads());
  for (const Feature &feature : features())
    if (feature.present)
      text += fmt::format(" {}", feature.name);
  text += "; runs";
  for (const MachineVariant &variant : machine_variants())
    if (variant.runs_here)
      text += fmt::format(" {}", variant.name);
  return text;
}

std::vector<std::string> machine_details() {
  std::string runs;
  for (const MachineVariant &variant : machine_variants())
    if (variant.runs_here)
      runs += (runs.empty() ? "" : ", ") + std::string(variant.name);
  std::vector<std::string> lines = {
      "variants of code that run here, the best first: " +
      (runs.empty() ? "none" : runs)};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("amx-tile") && !may_use_tile_registers())
    lines.emplace_back("the processor has AMX, but the operating system does "
                       "not permit its use");
#endif
  return lines;
}

} // namespace landfall::cpu
