//===- chip_file.cpp - Descriptions of chips as text ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "chip_file/chip_file.h"
#include "base/file.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <fmt/format.h>

namespace landfall::chip_file {

namespace {

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
class Parser {
public:
  Parser(const std::string &place, std::span<const Key> keys)
      : place_(place), keys_(keys), lines_(keys.size()) {
    values_.numbers.resize(keys.size());
  }

  Status line(std::string_view text);
  Result<Values> finish();

private:
  template <typename... Args>
  Error wrong(fmt::format_string<Args...> text, Args &&...args) const {
    return {ErrorCode::invalid_argument,
            fmt::format("{}:{}: {}", place_, values_.lines,
                        fmt::format(text, std::forward<Args>(args)...))};
  }
  Status set(std::string_view key, std::string_view value);
  Status set_number(size_t k, std::string_view value);
  std::string known_keys() const;

  const std::string &place_;
  std::span<const Key> keys_;
  Values values_;
  int name_line_ = 0;
  std::vector<int> lines_; ///< Where each key stood; 0: nowhere yet.
};

Status Parser::line(std::string_view text) {
  ++values_.lines;
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

std::string Parser::known_keys() const {
  std::string text = "name";
  for (const Key &key : keys_)
    text += fmt::format(", {}", key.name);
  return text;
}

Status Parser::set(std::string_view key, std::string_view value) {
  if (key == "name") {
    if (name_line_)
      return wrong("'name' stands already in line {}; keep one", name_line_);
    if (!is_name(value))
      return wrong("'{}' is no name: expected letters, digits and '_'", value);
    name_line_ = values_.lines;
    values_.name = value;
    return {};
  }
  for (size_t k = 0; k < keys_.size(); ++k)
    if (keys_[k].name == key)
      return set_number(k, value);
  return wrong("there is no key '{}'; expected one of: {}", key, known_keys());
}

Status Parser::set_number(size_t k, std::string_view value) {
  const Key &key = keys_[k];
  if (lines_[k])
    return wrong("'{}' stands already in line {}; keep one", key.name,
                 lines_[k]);
  uint32_t number = 0;
  auto [end, failed] =
      std::from_chars(value.data(), value.data() + value.size(), number);
  if (failed != std::errc() || end != value.data() + value.size() ||
      number < key.smallest || number > key.largest)
    return wrong("'{}' is '{}'; expected a whole number{} from {} to {}",
                 key.name, value,
                 key.unit.empty() ? "" : fmt::format(" of {}", key.unit),
                 key.smallest, key.largest);
  if (key.is_power_of_two && !std::has_single_bit(number))
    return wrong("'{}' is {}; expected a power of two", key.name, number);
  lines_[k] = values_.lines;
  values_.numbers[k] = number;
  return {};
}

Result<Values> Parser::finish() {
  std::string missing = name_line_ ? "" : "name";
  for (size_t k = 0; k < keys_.size(); ++k)
    if (!lines_[k])
      missing +=
          fmt::format("{}{}", missing.empty() ? "" : ", ", keys_[k].name);
  if (!missing.empty())
    return wrong("the description ends without: {}; add a line "
                 "'key = value' for each",
                 missing);
  return std::move(values_);
}

} // namespace

Result<Values> parse(std::string_view text, const std::string &place,
                     std::span<const Key> keys) {
  Parser parser(place, keys);
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

std::string print(const Values &values, std::span<const Key> keys) {
  std::string text = fmt::format("name = {}\n", values.name);
  for (size_t k = 0; k < keys.size(); ++k)
    text += fmt::format("{} = {}\n", keys[k].name, values.numbers[k]);
  return text;
}

Result<std::string_view> find_text(std::span<const BuiltInChip> chips,
                                   std::string_view name) {
  std::string known;
  for (const BuiltInChip &chip : chips) {
    if (chip.name == name)
      return chip.text;
    known += fmt::format("{}'{}'", known.empty() ? "" : ", ", chip.name);
  }
  return Error{ErrorCode::invalid_argument,
               fmt::format("there is no chip '{}'; this build describes {}",
                           name, known)};
}

Result<std::string> read_text(const std::string &path) {
  std::vector<uint8_t> bytes = TRY(read_file(path));
  return std::string(bytes.begin(), bytes.end());
}

bool is_generation(std::string_view target, std::string_view device) {
  if (!device.starts_with(target))
    return false;
  std::string_view rest = device.substr(target.size());
  return rest.empty() || rest[0] == ':' ||
         std::ranges::all_of(rest, [](char c) { return '0' <= c && c <= '9'; });
}

std::vector<std::string> names(std::span<const BuiltInChip> chips) {
  std::vector<std::string> names;
  for (const BuiltInChip &chip : chips)
    names.emplace_back(chip.name);
  return names;
}

std::string memory_text(uint64_t kib) {
  if (kib % (1 << 20) == 0)
    return fmt::format("{} GiB", kib >> 20);
  if (kib % (1 << 10) == 0)
    return fmt::format("{} MiB", kib >> 10);
  return fmt::format("{} KiB", kib);
}

} // namespace landfall::chip_file
