//===- chip_parse.cpp - Reading chip descriptions -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/file.h"
#include "targets/reef/chip/chip_description.h"
#include "targets/reef/chip/registers.h"

#include <bit>
#include <charconv>
#include <fmt/format.h>

namespace landfall::reef {

namespace {

struct Field {
  std::string_view key;
  uint32_t smallest;
  uint32_t largest;
  uint32_t ChipDescription::*member;
};
constexpr Field fields[] = {
#define CHIP_FIELD(key, smallest, largest)                                     \
  {#key, smallest, largest, &ChipDescription::key},
#include "targets/reef/chip/chip_field.def"
};
constexpr size_t field_count = std::size(fields);

std::string known_keys() {
  std::string text = "name";
  for (const Field &field : fields)
    text += fmt::format(", {}", field.key);
  return text;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  size_t begin = text.find_first_not_of(blanks);
  if (begin == text.npos)
    return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool is_name(std::string_view text) {
  for (char c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_')
      return false;
  return !text.empty();
}

/// One description, line by line.
class ChipParser {
public:
  explicit ChipParser(const std::string &place) : place_(place) {}

  Status line(std::string_view text);
  Result<ChipDescription> finish();

private:
  template <typename... Args>
  Error wrong(fmt::format_string<Args...> text, Args &&...args) const {
    return {ErrorCode::invalid_argument,
            fmt::format("{}:{}: {}", place_, number_,
                        fmt::format(text, std::forward<Args>(args)...))};
  }
  Status set(std::string_view key, std::string_view value);
  Status set_number(size_t field, std::string_view value);

  const std::string &place_;
  int number_ = 0;
  ChipDescription chip_;
  int name_line_ = 0;
  int lines_[field_count] = {}; ///< Where each key stood; 0: nowhere yet.
};

Status ChipParser::line(std::string_view text) {
  ++number_;
  text = trimmed(text.substr(0, text.find('#')));
  if (text.empty())
    return {};
  size_t equals = text.find('=');
  if (equals == text.npos)
    return wrong("'{}' is not of the form 'key = value'; a comment begins "
                 "with '#'",
                 text);
  return set(trimmed(text.substr(0, equals)), trimmed(text.substr(equals + 1)));
}

Status ChipParser::set(std::string_view key, std::string_view value) {
  if (key == "name") {
    if (name_line_)
      return wrong("'name' stands already in line {}; keep one", name_line_);
    if (!is_name(value))
      return wrong("'{}' is no name: expected letters, digits and '_'", value);
    name_line_ = number_;
    chip_.name = value;
    return {};
  }
  for (size_t k = 0; k < field_count; ++k)
    if (fields[k].key == key)
      return set_number(k, value);
  return wrong("there is no key '{}'; expected one of: {}", key, known_keys());
}

Status ChipParser::set_number(size_t k, std::string_view value) {
  const Field &field = fields[k];
  if (lines_[k])
    return wrong("'{}' stands already in line {}; keep one", field.key,
                 lines_[k]);
  uint32_t number = 0;
  auto [end, failed] =
      std::from_chars(value.data(), value.data() + value.size(), number);
  if (failed != std::errc() || end != value.data() + value.size() ||
      number < field.smallest || number > field.largest)
    return wrong("'{}' is '{}'; expected a whole number from {} to {}",
                 field.key, value, field.smallest, field.largest);
  bool is_width = field.key == "vector_bits" || field.key == "tile_edge";
  if (is_width && !std::has_single_bit(number))
    return wrong("'{}' is {}; expected a power of two", field.key, number);
  lines_[k] = number_;
  chip_.*field.member = number;
  return {};
}

Result<ChipDescription> ChipParser::finish() {
  std::string missing = name_line_ ? "" : "name";
  for (size_t k = 0; k < field_count; ++k)
    if (!lines_[k])
      missing +=
          fmt::format("{}{}", missing.empty() ? "" : ", ", fields[k].key);
  if (!missing.empty())
    return wrong("the description ends without: {}; add a line "
                 "'key = value' for each",
                 missing);
  // An operand row of a tile is at most eight vector registers (LMUL 8).
  if (chip_.tile_edge * 32 > chip_.vector_bits * 8)
    return wrong("a row of {} fp32 values (tile_edge) does not fit eight "
                 "registers of {} bits (vector_bits); widen vector_bits or "
                 "shorten tile_edge",
                 chip_.tile_edge, chip_.vector_bits);
  uint64_t scratchpad = uint64_t(chip_.scratchpad_kib) << 10;
  uint64_t taken =
      block_margin_bytes + stack_in_scratchpad(scratchpad, chip_.vector_bits);
  uint64_t block = uint64_t(chip_.tile_edge) * chip_.tile_edge * 4;
  if (block + taken > scratchpad / 4)
    return wrong("{} x {} sums (tile_edge) and {} bytes more do not fit a "
                 "quarter of {} KiB (scratchpad_kib); widen scratchpad_kib or "
                 "shorten tile_edge",
                 chip_.tile_edge, chip_.tile_edge, taken, chip_.scratchpad_kib);
  uint64_t panel = min_byte_rows * chip_.vector_bits / 4;
  if (2 * panel + block_margin_bytes > scratchpad / 4)
    return wrong("{} rows of two registers (vector_bits) do not fit a quarter "
                 "of {} KiB (scratchpad_kib); widen scratchpad_kib or narrow "
                 "vector_bits",
                 2 * min_byte_rows, chip_.scratchpad_kib);
  return std::move(chip_);
}

} // namespace

Result<ChipDescription> parse_chip(std::string_view text,
                                   const std::string &place) {
  ChipParser parser(place);
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) // Some editors write one.
    text.remove_prefix(byte_order_mark.size());
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    TRY(parser.line(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parser.finish();
}

std::string chip_text(const ChipDescription &chip) {
  std::string text = fmt::format("name = {}\n", chip.name);
  for (const Field &field : fields)
    text += fmt::format("{} = {}\n", field.key, chip.*field.member);
  return text;
}

Result<ChipDescription> find_chip(std::string_view name) {
  std::string known;
  for (const BuiltInChip &chip : built_in_chips()) {
    if (chip.name == name)
      return parse_chip(chip.text, fmt::format("{}.chip", name));
    known += fmt::format("{}'{}'", known.empty() ? "" : ", ", chip.name);
  }
  return Error{ErrorCode::invalid_argument,
               fmt::format("there is no chip '{}'; this build describes {}",
                           name, known)};
}

Result<ChipDescription> read_chip(const std::string &path) {
  std::vector<uint8_t> bytes = TRY(read_file(path));
  return parse_chip(
      {reinterpret_cast<const char *>(bytes.data()), bytes.size()}, path);
}

} // namespace landfall::reef
