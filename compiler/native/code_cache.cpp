//===- code_cache.cpp - Machine code that was made before -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/code_cache.h"

#include "base/byte_stream.h"

#include <fmt/format.h>

namespace landfall::native {

namespace {

/// All that generators and LLVM know of the machine. A new field does not
/// compile here until it is added.
std::string description(const kernels::Machine &machine) {
  const auto &[vector, caches, scheduling, matrix_tiles] = machine;
  const auto &[bits, registers, scalable, least_scale, most_scale, lanes,
               registers_a_value, masks, masks_narrow, fuses, half, divides,
               permutes, scales, min_max, byte_products, bf16_products] =
      vector;
  const auto &[l1, l2] = caches;
  const auto &[pulls] = scheduling;
  return fmt::format(
      "{};{};{};{};{};{};{};{};{};{};{};{};{};{};{};{};{};{};{};{};{}", bits,
      registers, scalable, least_scale, most_scale, lanes, registers_a_value,
      masks, masks_narrow, fuses, half, divides, permutes, scales, min_max,
      int(byte_products), bf16_products, l1, l2, pulls, matrix_tiles);
}

std::string description(const Variant &variant) {
  const auto &[target, name, triple, processor, tuning, features, abi,
               code_model, machine] = variant;
  return fmt::format("{};{};{};{};{};{};{};{};{}", target, name, triple,
                     processor, tuning, features, abi, int(code_model),
                     description(machine));
}

std::vector<uint8_t> serialize(const KernelCode &code) {
  ByteWriter writer;
  writer.string(code.record.generator);
  writer.varint(code.record.refusals.size());
  for (const Refusal &refusal : code.record.refusals) {
    writer.string(refusal.who);
    writer.string(refusal.reason);
  }
  writer.varint(code.functions.size());
  for (const std::string &symbol : code.functions)
    writer.string(symbol);
  writer.raw(code.object);
  return writer.take();
}

std::optional<KernelCode> deserialize(std::span<const uint8_t> bytes) {
  ByteReader reader(bytes);
  KernelCode code;
  code.record.generator = reader.string();
  for (size_t count = reader.count(2); count > 0; --count) {
    std::string who = reader.string();
    code.record.refusals.push_back({std::move(who), reader.string()});
  }
  for (size_t count = reader.count(1); count > 0; --count)
    code.functions.push_back(reader.string());
  auto object = reader.raw(reader.remaining());
  code.object.assign(object.begin(), object.end());
  return reader.ok() ? std::optional(std::move(code)) : std::nullopt;
}

} // namespace

CodeCache::CodeCache(const DiskCache *cache, const Variant &variant,
                     const SkippedSteps &skipped)
    : cache_(build_identity().empty() ? nullptr : cache) {
  context_ = fmt::format("{};{};{};", build_identity(), description(variant),
                         fmt::join(skipped.names(), ","));
}

std::vector<uint8_t> CodeCache::key(std::string_view kind,
                                    const std::string &name) const {
  std::vector<uint8_t> key(context_.begin(), context_.end());
  key.insert(key.end(), kind.begin(), kind.end());
  key.insert(key.end(), name.begin(), name.end());
  return key;
}

std::optional<KernelCode>
CodeCache::find(const std::string &structural_key) const {
  if (!cache_)
    return std::nullopt;
  auto bytes = cache_->find(key("kernel;", structural_key));
  return bytes ? deserialize(*bytes) : std::nullopt;
}

void CodeCache::keep(const std::string &structural_key,
                     const KernelCode &code) const {
  if (cache_)
    cache_->keep(key("kernel;", structural_key), serialize(code));
}

std::optional<std::vector<uint8_t>>
CodeCache::find_function(const std::string &symbol) const {
  return cache_ ? cache_->find(key("function;", symbol)) : std::nullopt;
}

void CodeCache::keep_function(const std::string &symbol,
                              std::span<const uint8_t> object) const {
  if (cache_)
    cache_->keep(key("function;", symbol), object);
}

} // namespace landfall::native
