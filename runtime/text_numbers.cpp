//===- text_numbers.cpp - Numbers as texts and back -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/evaluate.h"
#include "runtime/text_functions.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace landfall::runtime {

namespace {

constexpr std::string_view white_space = " \t\n\v\f\r";

/// As C's "%.<digits>g" prints in its own locale.
std::string with_digits(double value, int digits) {
  char text[40];
  auto end = std::to_chars(std::begin(text), std::end(text), value,
                           std::chars_format::general, digits);
  return {text, end.ptr};
}

double read_back(const std::string &text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string real_text(DType dtype, double value) {
  if (std::isnan(value))
    return "NaN";
  if (std::isinf(value))
    return value < 0 ? "-INF" : "INF";
  int digits = 8; // ONNX Runtime's.
  std::string text = with_digits(value, digits);
  while (dtype == DType::f64 && digits < 17 && read_back(text) != value)
    text = with_digits(value, ++digits);
  return text;
}

std::string number_text(DType dtype, const uint8_t *element) {
  ScalarValue value = load_scalar(dtype, element);
  if (is_real(dtype))
    return real_text(dtype, value.d);
  return dtype == DType::u64 ? fmt::format("{}", uint64_t(value.i))
                             : fmt::format("{}", value.i);
}

Error not_a_number(std::string_view text, DType dtype, std::string_view why) {
  return {ErrorCode::run_failed,
          fmt::format("the text '{}' cannot be converted to {}: {}", text,
                      name(dtype), why)};
}

bool equals_ignoring_case(std::string_view a, std::string_view upper) {
  return with_case(a, CaseChange::upper) == upper;
}

/// Without white space around it, and without a plus sign, which
/// std::from_chars does not take.
std::string_view stripped(std::string_view text) {
  size_t begin = std::min(text.find_first_not_of(white_space), text.size());
  text.remove_prefix(begin);
  text = text.substr(0, text.find_last_not_of(white_space) + 1);
  bool has_plus = text.size() > 1 && text[0] == '+' && text[1] != '-';
  return text.substr(has_plus);
}

/// Whether a number that no type has is too large rather than too small.
bool is_huge(std::string_view number) {
  size_t mark = std::min(number.find_first_of("eE"), number.size());
  std::string_view digits = number.substr(0, mark);
  std::string_view power = number.substr(mark).substr(mark < number.size());
  power = power.substr(power.starts_with('+'));
  int64_t exponent = 0;
  auto end =
      std::from_chars(power.data(), power.data() + power.size(), exponent);
  if (end.ec == std::errc::result_out_of_range)
    return !power.starts_with('-');
  size_t point = std::min(digits.find('.'), digits.size());
  size_t leading = std::min(digits.find_first_not_of("0."), digits.size());
  return int64_t(point) - int64_t(leading) + exponent > 0;
}

Result<double> real_of(std::string_view text, DType dtype) {
  std::string_view number = stripped(text);
  bool negative = number.starts_with('-');
  std::string_view magnitude = number.substr(negative);
  if (equals_ignoring_case(magnitude, "INF") ||
      equals_ignoring_case(magnitude, "INFINITY"))
    return negative ? -INFINITY : INFINITY;
  if (equals_ignoring_case(magnitude, "NAN"))
    return double(NAN);
  // To f32 in one rounding.
  double value = 0;
  float single = 0;
  bool is_single = dtype == DType::f32;
  const char *first = number.data(), *last = first + number.size();
  auto end = is_single ? std::from_chars(first, last, single)
                       : std::from_chars(first, last, value);
  if (end.ptr != last || end.ec == std::errc::invalid_argument)
    return not_a_number(text, dtype, "it is not a number");
  if (end.ec == std::errc::result_out_of_range)
    return is_huge(magnitude) ? std::copysign(INFINITY, negative ? -1 : 1)
                              : std::copysign(0.0, negative ? -1 : 1);
  return is_single ? double(single) : value;
}

template <typename T>
std::optional<T> whole_number(std::string_view number, bool &fits) {
  T value = 0;
  const char *first = number.data(), *last = first + number.size();
  auto end = std::from_chars(first, last, value);
  if (end.ptr != last || end.ec == std::errc::invalid_argument)
    return std::nullopt;
  fits = end.ec != std::errc::result_out_of_range;
  return value;
}

/// Digits alone are exact; others are cut to a whole number.
Result<int64_t> integer_of(std::string_view text, DType dtype) {
  std::string_view number = stripped(text);
  bool fits = true;
  std::optional<int64_t> value;
  if (dtype == DType::u64) {
    if (auto exact = whole_number<uint64_t>(number, fits))
      value = int64_t(*exact);
  } else {
    value = whole_number<int64_t>(number, fits);
  }
  if (!value) {
    double real = std::trunc(TRY(real_of(text, DType::f64)));
    bool is_unsigned = dtype == DType::u64;
    fits = is_unsigned ? real > -1 && real < 0x1p64
                       : real >= -0x1p63 && real < 0x1p63;
    if (fits)
      value = is_unsigned ? int64_t(uint64_t(real)) : int64_t(real);
  }
  bool is_wide = info(dtype).bits == 64;
  if (!fits || (!is_wide && wrap_integer(dtype, *value) != *value))
    return not_a_number(text, dtype, "the type does not have this number");
  return *value;
}

/// ONNX's text of a bool is not specified; NumPy's and those of numbers are
/// taken.
Result<bool> bool_of(std::string_view text) {
  std::string_view stem = stripped(text);
  if (equals_ignoring_case(stem, "TRUE"))
    return true;
  if (equals_ignoring_case(stem, "FALSE"))
    return false;
  return TRY(real_of(text, DType::boolean)) != 0;
}

} // namespace

HostTensor texts_of_numbers(const HostTensor &numbers) {
  HostTensor result = make_tensor(DType::string, numbers.dims);
  const uint8_t *element = numbers.bytes.data.data();
  for (std::string &text : result.strings) {
    text = number_text(numbers.dtype, element);
    element += size_of(numbers.dtype);
  }
  return result;
}

Result<HostTensor> numbers_of_texts(const HostTensor &texts, DType dtype) {
  HostTensor result = make_tensor(dtype, texts.dims);
  auto *element = const_cast<uint8_t *>(result.bytes.data.data());
  for (const std::string &text : texts.strings) {
    ScalarValue value;
    if (is_real(dtype))
      value = real_value(TRY(real_of(text, dtype)));
    else if (dtype == DType::boolean)
      value = integer_value(TRY(bool_of(text)));
    else
      value = integer_value(TRY(integer_of(text, dtype)));
    store_scalar(dtype, element, value);
    element += size_of(dtype);
  }
  return result;
}

} // namespace landfall::runtime
