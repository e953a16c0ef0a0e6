//===- standard_streams.h - Output that may not be writable ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <string_view>

namespace landfall::cli {

/// Makes failures to write into errors: a stream that the program was started
/// without fails like any other (instead of being the first file that is
/// opened), and so do a closed pipe and a file that is too large (instead of
/// ending the program by a signal). To be called before any file is opened.
void prepare_standard_streams();

/// Fails if something printed to standard output could not be written.
Status flush_output();

/// Writes to standard error; false if that is impossible, which nobody can be
/// told then.
bool write_error_text(std::string_view text);

} // namespace landfall::cli
