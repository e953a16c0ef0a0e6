//===- package.h - The compiled artefact (.lfm) ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Byte layout: docs/package_format.md.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/bytes.h"
#include "base/mapped_file.h"
#include "package/fallback.h"
#include "package/generation_record.h"
#include "package/kernel.h"
#include "package/program.h"

#include <functional>
#include <optional>

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

/// A part of a package file whose bytes are used where they are.
struct StoredSection {
  std::string_view name; ///< "weights", "code".
  Bytes bytes;
  uint64_t checksum; ///< 0: it has none, as an older Landfall wrote it.
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
  /// The texts that elements of strings number from 1 on: different, and none
  /// empty, since number 0 is the empty text (base/text_table.h).
  std::vector<std::string> texts = {};
  std::vector<Weight> weights;
  std::vector<CodeSection> code;
  /// Kernels that the target does not run natively, in the order of their
  /// numbers. `code` has none for them.
  std::vector<Fallback> fallbacks = {};
  /// Machine code of another target for the fallbacks that have code, for
  /// drivers of the host: its kernel k is the k-th of those. One section for
  /// each machine variant.
  std::vector<CodeSection> fallback_code = {};
  /// Where weights and code are from; none unless the package was read.
  std::vector<StoredSection> stored = {};
  /// Of a package that is mapped from a file.
  std::shared_ptr<const FileWatch> watch = {};
};

/// Writes the file atomically (temporary file beside it, then rename).
Status write_package(const Package &package, const std::string &path);
std::vector<uint8_t> serialize(const Package &package);
/// Serializes into memory that `allocate` gives for a size in bytes; false if
/// it gives none. Each weight is freed when it has been written, unless
/// something else holds it: a large model is in memory about once.
bool serialize_into(Package package,
                    const std::function<uint8_t *(size_t)> &allocate);

/// Which of a package's stored sections are compared with their checksums when
/// it is parsed. (Everything else always is.)
enum class StoredChecks { none, code, all };

/// Larger packages are mapped, unless the caller decides.
inline constexpr uint64_t copied_file_limit = uint64_t(256) << 20;

/// Reads and verifies. The file is copied to memory, and all of it checked; or,
/// if `is_mapped` says so or, without that, if it is large, mapped: then pages
/// are read when they are used, weights are not checked, and the package has a
/// watch. Weights and code of the result are used where they are.
Result<Package> read_package(const std::string &path,
                             std::optional<bool> is_mapped = std::nullopt);
/// `file` is where the bytes are from, for errors; "": from no file.
Result<Package> parse_package(Bytes bytes, const std::string &file = "",
                              StoredChecks checks = StoredChecks::all);

/// Compares weights and code with their checksums (invalid_package). A package
/// that was not read has nothing to compare.
Status check_stored(const Package &package);

} // namespace landfall
