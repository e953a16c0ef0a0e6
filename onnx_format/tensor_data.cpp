//===- tensor_data.cpp ----------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Every storage form is first brought to that of raw_data (little-endian
// elements, sub-byte ones packed from the low bits up), then unpacked.
//
//===----------------------------------------------------------------------===//
#include "onnx_format/tensor_data.h"

#include <protozero/varint.hpp>

#include <algorithm>
#include <cstring>

namespace landfall::onnx {

namespace {

Error invalid(const TensorProto &tensor, const std::string &what) {
  return {ErrorCode::invalid_model,
          "tensor '" + std::string(tensor.name) + "' " + what};
}

std::string shape_text(const std::vector<int64_t> &dims) {
  std::string out = "[";
  for (size_t i = 0; i < dims.size(); ++i)
    out += (i ? "," : "") + std::to_string(dims[i]);
  return out + "]";
}

/// The product of the dims, at most 2^56 so that byte counts cannot overflow.
Result<int64_t> element_count(const TensorProto &tensor,
                              const std::vector<int64_t> &dims) {
  int64_t count = 1;
  bool is_empty = std::find(dims.begin(), dims.end(), 0) != dims.end();
  for (int64_t dim : dims) {
    if (dim < 0)
      return invalid(tensor, "has the shape " + shape_text(dims) +
                                 ": an extent cannot be negative");
    if (!is_empty && (__builtin_mul_overflow(count, dim, &count) ||
                      count > int64_t(1) << 56))
      return invalid(tensor, "has the shape " + shape_text(dims) +
                                 ", which is larger than any memory");
  }
  return is_empty ? 0 : count;
}

Result<DType> dtype_of(const TensorProto &tensor) {
  if (auto type = dtype_from_onnx(tensor.data_type))
    return *type;
  bool is_known = tensor.data_type == 27 || tensor.data_type == 28;
  return Error{is_known ? ErrorCode::unsupported : ErrorCode::invalid_model,
               "tensor '" + std::string(tensor.name) +
                   "' has the element type number " +
                   std::to_string(tensor.data_type) +
                   ", which is not one that can be read"};
}

/// Bits of an element as the file stores it; bool takes a byte there.
int stored_bits(DType type) {
  return type == DType::boolean ? 8 : info(type).bits;
}

int64_t stored_size(DType type, int64_t count) {
  return (count * stored_bits(type) + 7) / 8;
}

using Buffer = std::vector<uint8_t>;

/// Appends each varint's `width` low bytes. False if the bytes are malformed.
bool append_varints(const WirePieces &pieces, size_t width, Buffer &out) {
  for (Span piece : pieces) {
    auto *at = reinterpret_cast<const char *>(piece.data());
    const char *end = at + piece.size();
    while (at != end) {
      uint64_t value;
      try {
        value = protozero::decode_varint(&at, end);
      } catch (const protozero::exception &) {
        return false;
      }
      size_t old = out.size();
      out.resize(old + width);
      std::memcpy(out.data() + old, &value, width);
    }
  }
  return true;
}

void append_fixed(const WirePieces &pieces, Buffer &out) {
  for (Span piece : pieces)
    out.insert(out.end(), piece.begin(), piece.end());
}

/// The typed field that onnx.proto prescribes for `type`, in raw_data's form.
Result<Buffer> typed_field_bytes(const TensorProto &tensor, DType type) {
  Buffer out;
  bool ok = true;
  switch (type) {
  case DType::f32:
  case DType::c64:
    append_fixed(tensor.float_data, out);
    break;
  case DType::f64:
  case DType::c128:
    append_fixed(tensor.double_data, out);
    break;
  case DType::i64:
    ok = append_varints(tensor.int64_data, 8, out);
    break;
  case DType::u64:
  case DType::u32:
    ok = append_varints(tensor.uint64_data, size_t(size_of(type)), out);
    break;
  default: // One byte of packed elements an entry for the sub-byte types.
    ok = append_varints(tensor.int32_data, size_t(size_of(type)), out);
  }
  if (!ok)
    return invalid(tensor, "holds malformed varints; the file is damaged");
  return out;
}

/// Where the stored bytes are; without an owner they are a view into the model.
Result<Bytes> stored_bytes(const TensorProto &tensor, DType type,
                           ModelStore &store) {
  if (tensor.has_segment)
    return Error{ErrorCode::unsupported,
                 "tensor '" + std::string(tensor.name) +
                     "' is split into segments, which is not supported"};
  if (tensor.location == TensorProto::Location::external) {
    auto bytes = store.external(tensor.external_data);
    if (bytes)
      return bytes;
    Error error = bytes.take_error();
    error.message =
        "tensor '" + std::string(tensor.name) + "': " + error.message;
    return error;
  }
  if (tensor.raw_data && !tensor.raw_data->empty())
    return Bytes{store.owner(), *tensor.raw_data};
  return share_bytes(TRY(typed_field_bytes(tensor, type)));
}

/// One byte an element; signed ones sign-extended.
Buffer unpack_bits(Span packed, DType type, int64_t count) {
  int bits = info(type).bits, mask = (1 << bits) - 1, per_byte = 8 / bits;
  Buffer out(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    int value = packed[size_t(i / per_byte)] >> (i % per_byte * bits) & mask;
    if (is_signed_integer(type) && value >> (bits - 1))
      value -= 1 << bits;
    out[size_t(i)] = uint8_t(value);
  }
  return out;
}

/// Brings stored bytes of the right size to the form of our buffers.
Bytes to_buffer_form(Bytes stored, DType type, int64_t count) {
  Span data = stored.data;
  if (stored_bits(type) < 8)
    return share_bytes(unpack_bits(data, type, count));
  if (type == DType::boolean &&
      std::any_of(data.begin(), data.end(), [](uint8_t b) { return b > 1; })) {
    Buffer out(data.size());
    std::transform(data.begin(), data.end(), out.begin(),
                   [](uint8_t b) { return b != 0; });
    return share_bytes(std::move(out));
  }
  auto address = reinterpret_cast<uintptr_t>(data.data());
  if (address % uintptr_t(size_of(type)) != 0)
    return share_bytes(Buffer(data.begin(), data.end()));
  return stored;
}

Result<ConstantData> decode(const TensorProto &tensor, DType type,
                            ModelStore &store) {
  int64_t count = TRY(element_count(tensor, tensor.dims));
  Bytes stored = TRY(stored_bytes(tensor, type, store));
  int64_t expected = stored_size(type, count);
  if (int64_t(stored.data.size()) != expected)
    return invalid(tensor, "of the shape " + shape_text(tensor.dims) +
                               " and type " + std::string(name(type)) +
                               " needs " + std::to_string(expected) +
                               " bytes of data, but the model holds " +
                               std::to_string(stored.data.size()));
  return ConstantData{type, tensor.dims,
                      to_buffer_form(std::move(stored), type, count)};
}

/// The row-major position of entry `row` of a sparse tensor, or -1.
int64_t dense_position(const ConstantData &indices, int64_t row,
                       const std::vector<int64_t> &dims, int64_t count) {
  auto *data = reinterpret_cast<const int64_t *>(indices.bytes.data.data());
  if (indices.dims.size() == 1)
    return data[row] >= 0 && data[row] < count ? data[row] : -1;
  int64_t position = 0;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    int64_t index = data[size_t(row) * dims.size() + axis];
    if (index < 0 || index >= dims[axis])
      return -1;
    position = position * dims[axis] + index;
  }
  return position;
}

bool is_index_list(const ConstantData &indices, int64_t rows, size_t rank) {
  if (indices.dtype != DType::i64)
    return false;
  return indices.dims == std::vector<int64_t>{rows} ||
         indices.dims == std::vector<int64_t>{rows, int64_t(rank)};
}

} // namespace

Result<ConstantData> tensor_data(const TensorProto &tensor, ModelStore &store) {
  DType type = TRY(dtype_of(tensor));
  if (type == DType::string)
    return Error{ErrorCode::unsupported,
                 "tensor '" + std::string(tensor.name) +
                     "' holds strings, which cannot be used here"};
  return decode(tensor, type, store);
}

Result<std::vector<std::string>> string_elements(const TensorProto &tensor) {
  if (TRY(dtype_of(tensor)) != DType::string)
    return invalid(tensor, "should hold strings");
  int64_t count = TRY(element_count(tensor, tensor.dims));
  if (count != int64_t(tensor.string_data.size()))
    return invalid(tensor,
                   "of the shape " + shape_text(tensor.dims) + " holds " +
                       std::to_string(tensor.string_data.size()) + " strings");
  return std::vector<std::string>(tensor.string_data.begin(),
                                  tensor.string_data.end());
}

Result<ConstantData> dense_data(const SparseTensorProto &tensor,
                                ModelStore &store) {
  constexpr int64_t largest = int64_t(1) << 30;
  ConstantData values = TRY(tensor_data(tensor.values, store));
  ConstantData indices = TRY(tensor_data(tensor.indices, store));
  int64_t count = TRY(element_count(tensor.values, tensor.dims));
  int64_t width = size_of(values.dtype);
  if (count > largest / width)
    return Error{ErrorCode::unsupported,
                 "sparse tensor '" + std::string(tensor.values.name) +
                     "' would take more than 1 GiB when dense"};
  int64_t rows = int64_t(values.bytes.data.size()) / width;
  if (values.dims.size() != 1 ||
      !is_index_list(indices, rows, tensor.dims.size()))
    return invalid(tensor.values,
                   "is sparse: its values must be a list and its indices one "
                   "int64 row for each value");
  Buffer dense(static_cast<size_t>(count * width));
  for (int64_t row = 0; row < rows; ++row) {
    int64_t position = dense_position(indices, row, tensor.dims, count);
    if (position < 0)
      return invalid(tensor.values, "is sparse and has an index outside " +
                                        shape_text(tensor.dims));
    std::memcpy(dense.data() + position * width,
                values.bytes.data.data() + row * width, size_t(width));
  }
  return ConstantData{values.dtype, tensor.dims, share_bytes(std::move(dense))};
}

std::optional<std::vector<int64_t>> integers(const ConstantData &data) {
  if (!is_integer(data.dtype) && data.dtype != DType::boolean)
    return std::nullopt;
  std::vector<int64_t> values;
  size_t width = size_t(size_of(data.dtype));
  for (size_t at = 0; at + width <= data.bytes.data.size(); at += width) {
    int64_t value = 0;
    std::memcpy(&value, data.bytes.data.data() + at, width);
    values.push_back(
        data.dtype == DType::boolean ? value : wrap_integer(data.dtype, value));
  }
  return values;
}

} // namespace landfall::onnx
