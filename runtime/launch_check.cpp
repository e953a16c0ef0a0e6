//===- launch_check.cpp - Operands against a kernel's description ---------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/launch_check.h"

#include <fmt/format.h>

namespace landfall::runtime {

namespace {

template <typename... Args>
Error broken(const Kernel &kernel, fmt::format_string<Args...> text,
             Args &&...args) {
  return {ErrorCode::internal,
          fmt::format("the launch of kernel '{}' is wrong: {}; this is a bug "
                      "in Landfall or a forged package",
                      kernel.name,
                      fmt::format(text, std::forward<Args>(args)...))};
}

} // namespace

Error check_error(const Kernel &kernel, uint32_t check, int64_t value) {
  if (check >= kernel.checks.size())
    return broken(kernel, "it reports check {} of {}", check,
                  kernel.checks.size());
  return failed_check(kernel, check, value);
}

Status check_launch(const Kernel &kernel,
                    std::span<const TensorRef *const> operands,
                    std::span<const int64_t> sizes) {
  if (operands.size() != kernel.operands.size() ||
      sizes.size() != kernel.size_count)
    return broken(kernel, "{} operands and {} sizes for {} and {}",
                  operands.size(), sizes.size(), kernel.operands.size(),
                  kernel.size_count);
  for (size_t k = 0; k < operands.size(); ++k) {
    const KernelOperand &expected = kernel.operands[k];
    const TensorRef &given = *operands[k];
    int64_t bytes = size_of(expected.dtype);
    bool overflow = false;
    bool empty = false;
    for (const Extent &extent : expected.dims) {
      int64_t dim = extent.constant ? extent.value : sizes[extent.value];
      if (dim < 0)
        return broken(kernel, "operand {} has extent {}", k, dim);
      empty |= dim == 0;
      overflow |= __builtin_mul_overflow(bytes, dim, &bytes);
    }
    DType dtype = given.dtype == DType::string ? DType::i64 : given.dtype;
    bool fits = empty || (!overflow && bytes <= int64_t(given.bytes));
    if (!fits || dtype != expected.dtype)
      return broken(kernel, "operand {} of {} bytes of {} is given {} of {} {}",
                    k, bytes, name(expected.dtype), given.bytes,
                    name(given.dtype), dims_text(given.dims));
  }
  return {};
}

Status check_copy(DeviceSpan span, size_t bytes) {
  if (span.offset > span.memory.bytes ||
      bytes > span.memory.bytes - span.offset)
    return Error{ErrorCode::device,
                 fmt::format("a copy of {} bytes at offset {} reaches outside "
                             "an allocation of {} bytes",
                             bytes, span.offset, span.memory.bytes)};
  return {};
}

} // namespace landfall::runtime
