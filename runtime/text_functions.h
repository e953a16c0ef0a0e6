//===- text_functions.h - What the host does with characters ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Devices hold the numbers of texts (docs/decisions/006-text.md); what looks
// into a text is done here. No result depends on the process's locale.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/host_value.h"

#include <optional>

namespace landfall::runtime {

/// Applies a function of package/box_function.def whose name begins with
/// "text_"; nothing if it is another one. Fails with `run_failed` on texts that
/// the function cannot take, with `internal` on wrong arguments.
std::optional<Result<HostValue>>
apply_text_function(BoxFunction function,
                    std::span<const HostValue *const> arguments,
                    std::span<const uint32_t> extra);

/// The shape of a broadcast of these; nothing if they do not.
std::optional<std::vector<int64_t>> broadcast_dims(std::span<const int64_t> a,
                                                   std::span<const int64_t> b);

/// Each element as a text: whole numbers in decimal, bools as 1 and 0, reals as
/// C's "%.8g", f64 with as many digits more as read back as the same number;
/// INF, -INF and NaN.
HostTensor texts_of_numbers(const HostTensor &numbers);

/// Each text as a number: decimal or scientific notation, INF or NaN in any
/// case, a sign, white space around it. Whole numbers are those before the
/// point. Fails with `run_failed` where a text is no number, or a whole one
/// that the type does not have.
Result<HostTensor> numbers_of_texts(const HostTensor &texts, DType dtype);

enum class CaseChange : uint8_t { none, lower, upper };

/// The text with each of its UTF-8 characters in lower or upper case, by the
/// simple case mapping of Unicode (one character for one). Bytes that are not
/// UTF-8 stay as they are.
std::string with_case(std::string_view text, CaseChange change);

/// StringNormalizer: the texts, along the last axis, that are no stop words, in
/// the wanted case; one empty text if none is left. Unless it is
/// case-sensitive, texts and stop words are compared in one case.
HostTensor normalized(const HostTensor &texts,
                      std::span<const std::string> stop_words,
                      CaseChange change, bool is_case_sensitive);

} // namespace landfall::runtime
