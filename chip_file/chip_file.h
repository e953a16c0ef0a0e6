//===- chip_file.h - Descriptions of chips as text -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A description gives the parameters in which generations of a chip differ, as
// lines `key = value`. `#` begins a comment; the order is free; each key occurs
// exactly once. One of them is `name`; all others are whole numbers. A chip
// lists its keys as a table of fields.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace landfall::chip_file {

/// A key and its legal values.
struct Key {
  std::string_view name;
  uint32_t smallest = 0;
  uint32_t largest = 0;
  std::string_view unit = {}; ///< "KiB", for errors; empty: it has none.
  bool is_power_of_two = false;
};

/// What a description says: its name (letters, digits and '_'), and the values
/// in the order of the keys.
struct Values {
  std::string name;
  std::vector<uint32_t> numbers;
  int lines = 0; ///< Lines of the text.
};

/// Reads a description that has `name` and all keys. Errors
/// (`invalid_argument`) begin with `place` and the line: "my.chip:7:". A byte
/// order mark is ignored.
Result<Values> parse(std::string_view text, const std::string &place,
                     std::span<const Key> keys);
/// The text of a description; `parse` gives the values back.
std::string print(const Values &values, std::span<const Key> keys);

/// A description that is compiled into the program (landfall_embed_chips of
/// cmake/Embed.cmake).
struct BuiltInChip {
  std::string_view name; ///< The name of the file without ".chip".
  std::string_view text;
};
/// The text of the built-in description of this name. The error lists those
/// that there are.
Result<std::string_view> find_text(std::span<const BuiltInChip> chips,
                                   std::string_view name);
/// The contents of a file.
Result<std::string> read_text(const std::string &path);

/// A key whose value is a member of `Chip`.
template <typename Chip> struct Field {
  Key key;
  uint32_t Chip::*member = nullptr;
};

/// How a chip is described. `Chip` has a member `name` and those of the fields.
template <typename Chip> struct Format {
  std::span<const Field<Chip>> fields;
  /// Sorted by name.
  std::span<const BuiltInChip> (*built_in)() = nullptr;
  /// Why values do not fit each other, and which to change; empty: they do.
  /// Null: they always do.
  std::string (*conflict)(const Chip &) = nullptr;

  Result<Chip> parse(std::string_view text, const std::string &place) const {
    Values values = TRY(chip_file::parse(text, place, keys()));
    Chip chip;
    chip.name = std::move(values.name);
    for (size_t k = 0; k < fields.size(); ++k)
      chip.*fields[k].member = values.numbers[k];
    std::string reason = conflict ? conflict(chip) : "";
    if (!reason.empty())
      return Error{ErrorCode::invalid_argument,
                   place + ":" + std::to_string(values.lines) + ": " + reason};
    return chip;
  }
  /// The description as text for `parse`.
  std::string print(const Chip &chip) const {
    Values values{chip.name, {}};
    for (const Field<Chip> &field : fields)
      values.numbers.push_back(chip.*field.member);
    return chip_file::print(values, keys());
  }
  /// The built-in description of this name.
  Result<Chip> find(std::string_view name) const {
    return parse(TRY(find_text(built_in(), name)), std::string(name) + ".chip");
  }
  /// The description in the file with this path.
  Result<Chip> read(const std::string &path) const {
    return parse(TRY(read_text(path)), path);
  }
  /// The description that a device's name means: a built-in one ("reef2"), or
  /// that of a file ("reef:my.chip").
  Result<Chip> of_device(std::string_view device) const {
    size_t colon = device.find(':');
    return colon == device.npos ? find(device)
                                : read(std::string(device.substr(colon + 1)));
  }

private:
  std::vector<Key> keys() const {
    std::vector<Key> keys;
    for (const Field<Chip> &field : fields)
      keys.push_back(field.key);
    return keys;
  }
};

/// Whether a device's name is a target's own, that of a generation ("reef2"),
/// or of a description ("reef:my.chip").
bool is_generation(std::string_view target, std::string_view device);

/// The names of the descriptions.
std::vector<std::string> names(std::span<const BuiltInChip> chips);

/// "4 MiB": a memory's size in the largest unit that divides it.
std::string memory_text(uint64_t kib);

} // namespace landfall::chip_file
