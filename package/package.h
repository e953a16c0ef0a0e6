//===- package.h - The compiled artefact (.lfm) ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Byte layout: docs/package_format.md.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/bytes.h"
#include "package/generation_record.h"
#include "package/kernel.h"
#include "package/program.h"

namespace landfall {

/// A weight: dense row-major, 64-byte aligned when read from a mapped package.
struct Weight {
  std::string name;
  DType dtype = DType::f32;
  std::vector<int64_t> dims;
  Bytes bytes;
};

/// Code for all kernels of the package, for one machine variant. What the bytes
/// are is the target's choice; for cpu and reef, an ELF image. A device loads
/// the best variant that it can run.
struct CodeSection {
  std::string target;  ///< "cpu", "null", ...
  std::string variant; ///< "x86_64-avx2": what the machine must have.
  Bytes bytes;
  /// How each kernel's code was made; empty: the target generates none, or an
  /// older compiler did not say.
  std::vector<GenerationRecord> generation = {};
};

/// A package in memory. Immutable once built; share it between sessions.
struct Package {
  std::string target;   ///< The target it was compiled for.
  std::string producer; ///< "landfall 0.1.0".
  std::string model_name;
  std::string model_hash; ///< A hash of the source model, in hex.
  std::string options;    ///< Compile options, JSON.
  Program program;
  std::vector<Kernel> kernels;
  std::vector<Weight> weights;
  std::vector<CodeSection> code;
};

/// Writes the file atomically (temporary file beside it, then rename).
Status write_package(const Package &package, const std::string &path);
std::vector<uint8_t> serialize(const Package &package);

/// Maps and verifies. The result's weights and code point into the mapping.
Result<Package> read_package(const std::string &path);
/// `file` is where the bytes are from, for errors; "": from no file.
Result<Package> parse_package(Bytes bytes, const std::string &file = "");

} // namespace landfall
