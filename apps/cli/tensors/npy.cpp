//===- npy.cpp - numpy's file of one array --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/tensors/npy.h"

#include "apps/cli/tensors/npy_header.h"
#include "apps/cli/tensors/utf32.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fmt/format.h>

namespace landfall::cli {

namespace {

using Span = std::span<const uint8_t>;

constexpr uint8_t magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

Error invalid(const std::string &place, const std::string &what) {
  return {ErrorCode::invalid_argument, fmt::format("'{}' {}", place, what)};
}

/// How the elements lie in the file.
struct Encoding {
  char kind = 'f';  ///< numpy's letter: b i u f c V, U and S for text.
  size_t bytes = 0; ///< An element's.
};

Result<Encoding> parse_descr(const std::string &descr,
                             const std::string &place) {
  if (descr.size() >= 2 && descr[0] == '>')
    return invalid(place, "is big-endian (" + descr +
                              "); save it with .astype('<" + descr.substr(1) +
                              "')");
  if (descr.find('O') != std::string::npos)
    return invalid(place, "holds Python objects; save an array of numbers, or "
                          "of text with a fixed width (dtype 'U')");
  Encoding encoding;
  bool has_order =
      !descr.empty() && (descr[0] == '<' || descr[0] == '|' || descr[0] == '=');
  std::string_view rest = std::string_view(descr).substr(has_order);
  size_t width = 0;
  const char *end = rest.data() + rest.size();
  if (rest.size() < 2 ||
      std::from_chars(rest.data() + 1, end, width).ptr != end ||
      width > size_t(1) << 28)
    return invalid(place, "has the element type '" + descr +
                              "', which is not one that can be read");
  encoding.kind = rest[0];
  encoding.bytes = encoding.kind == 'U' ? width * 4 : width;
  return encoding;
}

Result<DType> dtype_of(const Encoding &encoding, const NpyHeader &header,
                       std::optional<DType> expected,
                       const std::string &place) {
  auto is = [&](char kind, size_t bytes) {
    return encoding.kind == kind && encoding.bytes == bytes;
  };
  if (encoding.kind == 'U' || encoding.kind == 'S')
    return DType::string;
  if (is('b', 1))
    return DType::boolean;
  for (int number = 0; number < dtype_count(); ++number) {
    auto type = static_cast<DType>(number);
    bool numpy_has_it = !is_narrow_real(type) || type == DType::f16;
    size_t bytes = static_cast<size_t>(size_of(type));
    if (numpy_has_it && info(type).bits == bytes * 8 &&
        ((is_signed_integer(type) && is('i', bytes)) ||
         (is_unsigned_integer(type) && is('u', bytes)) ||
         (is_real(type) && is('f', bytes)) ||
         (info(type).kind == DTypeKind::complex && is('c', bytes))))
      return type;
  }
  bool is_raw = expected && *expected != DType::string;
  if (is_raw && is('V', static_cast<size_t>(size_of(*expected))))
    return *expected;
  if (encoding.kind == 'V')
    return invalid(place,
                   fmt::format("holds raw bytes ('{}'), which are not {}",
                               header.descr,
                               expected ? name(*expected) : "of a known type"));
  return invalid(place, "has the element type '" + header.descr +
                            "', which is not one that can be read");
}

/// The header and, in `data`, what follows it.
Result<NpyHeader> read_header(Span file, const std::string &place, Span &data) {
  if (file.size() < 10 || std::memcmp(file.data(), magic, sizeof magic) != 0)
    return invalid(place, "is not a .npy file");
  int version = file[6];
  if (version < 1 || version > 3)
    return invalid(place, fmt::format("is of version {} of the .npy format; 1 "
                                      "to 3 are known",
                                      version));
  size_t start = version == 1 ? 10 : 12;
  size_t length = 0;
  for (size_t at = 8; at < std::min(start, file.size()); ++at)
    length |= size_t(file[at]) << (at - 8) * 8;
  if (file.size() < start || file.size() - start < length)
    return invalid(place, "ends within its header; it is truncated");
  auto header = parse_npy_header(
      {reinterpret_cast<const char *>(file.data()) + start, length});
  if (!header)
    return invalid(place, "has a header that does not describe one plain "
                          "array (structured arrays cannot be read)");
  data = file.subspan(start + length);
  return *header;
}

/// The number of elements, whose bytes must be there.
Result<size_t> checked_count(const NpyHeader &header, size_t element_bytes,
                             size_t available, const std::string &place) {
  size_t bytes = element_bytes, count = 1;
  bool is_empty = std::ranges::count(header.dims, 0) != 0;
  bool fits = true;
  for (int64_t dim : header.dims) {
    fits = fits && !__builtin_mul_overflow(bytes, size_t(dim), &bytes) &&
           !__builtin_mul_overflow(count, size_t(dim), &count);
  }
  if (is_empty)
    return size_t(0);
  // An empty text takes no bytes of the file, but memory.
  constexpr size_t empty_texts_limit = size_t(1) << 20;
  if (fits && bytes == 0 && count > empty_texts_limit)
    return invalid(place, fmt::format("holds {} empty texts; {} can be read",
                                      count, empty_texts_limit));
  if (!fits || bytes > available)
    return invalid(place,
                   fmt::format("is truncated: its shape needs {} bytes, {} "
                               "follow the header",
                               fits ? std::to_string(bytes) : "too many",
                               available));
  return count;
}

/// Calls `visit(to, from)` for each element: its place in row-major and in
/// column-major order.
template <typename Visit>
void for_each_transposed(const std::vector<int64_t> &dims, size_t count,
                         Visit visit) {
  std::vector<int64_t> index(dims.size());
  std::vector<size_t> strides(dims.size(), 1);
  for (size_t d = 1; d < dims.size(); ++d)
    strides[d] = strides[d - 1] * size_t(dims[d - 1]);
  size_t from = 0;
  for (size_t to = 0; to < count; ++to) {
    visit(to, from);
    for (size_t d = dims.size(); d-- > 0;) {
      from += strides[d];
      if (++index[d] < dims[d])
        break;
      from -= strides[d] * size_t(dims[d]);
      index[d] = 0;
    }
  }
}

/// Columns first to rows first.
std::vector<uint8_t> transposed(Span data, const std::vector<int64_t> &dims,
                                size_t element_bytes, size_t count) {
  std::vector<uint8_t> out(count * element_bytes);
  for_each_transposed(dims, count, [&](size_t to, size_t from) {
    std::memcpy(out.data() + to * element_bytes,
                data.data() + from * element_bytes, element_bytes);
  });
  return out;
}

/// Our buffers hold 0 or 1 for a bool and a value in range for a narrow type;
/// a file may hold anything.
Bytes in_range(Bytes bytes, DType type) {
  if (type != DType::boolean && info(type).bits >= 8)
    return bytes;
  std::vector<uint8_t> out(bytes.data.begin(), bytes.data.end());
  for (uint8_t &byte : out)
    byte = type == DType::boolean ? byte != 0
           : is_integer(type)     ? uint8_t(wrap_integer(type, byte))
                                  : byte & ((1 << info(type).bits) - 1);
  return share_bytes(std::move(out));
}

std::vector<std::string> decode_strings(Span data, const Encoding &encoding,
                                        size_t count) {
  std::vector<std::string> strings;
  for (size_t i = 0; i < count; ++i) {
    Span element = data.subspan(i * encoding.bytes, encoding.bytes);
    if (encoding.kind == 'U') {
      strings.push_back(utf8_from_utf32(element));
      continue;
    }
    std::string text(element.begin(), element.end());
    text.resize(text.find_last_not_of('\0') + 1);
    strings.push_back(std::move(text));
  }
  return strings;
}

std::string descr_of(DType type) {
  int bytes = info(type).bytes;
  if (type == DType::boolean)
    return "|b1";
  char order = bytes == 1 ? '|' : '<';
  bool is_raw = (is_narrow_real(type) && type != DType::f16) ||
                info(type).bits != bytes * 8;
  char kind = is_raw                                  ? 'V'
              : is_signed_integer(type)               ? 'i'
              : is_unsigned_integer(type)             ? 'u'
              : info(type).kind == DTypeKind::complex ? 'c'
                                                      : 'f';
  return fmt::format("{}{}{}", order, kind, bytes);
}

std::vector<uint8_t> encode_header(const NpyHeader &header) {
  std::string text = npy_header_text(header);
  // The elements begin on a multiple of 64 bytes; a line end closes the text.
  bool is_long = text.size() + 11 + 64 > 65535;
  size_t start = is_long ? 12 : 10;
  size_t total = (start + text.size() + 1 + 63) / 64 * 64;
  text.resize(total - start - 1, ' ');
  text += '\n';
  std::vector<uint8_t> out(magic, magic + sizeof magic);
  out.push_back(is_long ? 2 : 1);
  out.push_back(0);
  for (size_t at = 8; at < start; ++at)
    out.push_back(uint8_t(text.size() >> (at - 8) * 8));
  out.insert(out.end(), text.begin(), text.end());
  return out;
}

} // namespace

Result<Tensor> parse_npy(const Bytes &file, const std::string &place,
                         std::optional<DType> expected) {
  Span data;
  NpyHeader header = TRY(read_header(file.data, place, data));
  Encoding encoding = TRY(parse_descr(header.descr, place));
  Tensor tensor;
  tensor.dtype = TRY(dtype_of(encoding, header, expected, place));
  tensor.dims = header.dims;
  size_t count = TRY(checked_count(header, encoding.bytes, data.size(), place));
  Bytes elements{file.owner, data.first(count * encoding.bytes)};
  if (header.is_fortran && header.dims.size() > 1)
    elements = share_bytes(
        transposed(elements.data, header.dims, encoding.bytes, count));
  if (tensor.dtype == DType::string)
    tensor.strings = decode_strings(elements.data, encoding, count);
  else
    tensor.bytes = in_range(std::move(elements), tensor.dtype);
  return tensor;
}

NpyParts encode_npy(const Tensor &tensor) {
  NpyHeader header;
  header.dims = tensor.dims;
  Bytes elements = tensor.bytes;
  if (tensor.dtype == DType::string) {
    Utf32Texts texts = utf32_from_utf8(tensor.strings);
    header.descr = fmt::format("<U{}", texts.width);
    elements = share_bytes(std::move(texts.bytes));
  } else {
    header.descr = descr_of(tensor.dtype);
  }
  return {share_bytes(encode_header(header)), std::move(elements)};
}

} // namespace landfall::cli
