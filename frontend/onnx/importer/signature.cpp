//===- signature.cpp ------------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/signature.h"

#include <algorithm>

namespace landfall::frontend {

namespace {

[[noreturn]] void refuse(ErrorCode code, const onnx::ValueInfoProto &input,
                         const std::string &what) {
  throw BuildError(code, "input '" + std::string(input.name) + "' " + what);
}

bool is_placeholder(onnx::Text param) {
  static constexpr onnx::Text list[] = {"", "?", "*", "-1", "None", "unknown"};
  return std::find(std::begin(list), std::end(list), param) != std::end(list);
}

DType element_type(const onnx::ValueInfoProto &input, int32_t number) {
  if (auto type = dtype_from_onnx(number))
    return *type;
  refuse(number == 0 ? ErrorCode::invalid_model : ErrorCode::unsupported, input,
         "has the element type number " + std::to_string(number) +
             ", which is not one that can be used");
}

/// The element type of the tensors inside a sequence, optional or map.
DType innermost_type(const onnx::ValueInfoProto &input) {
  const onnx::TypeProto *type = &input.type;
  while (type->element)
    type = type->element.get();
  if (type->kind != onnx::TypeProto::Kind::tensor)
    refuse(ErrorCode::unsupported, input, "holds something else than tensors");
  return element_type(input, type->elem_type);
}

/// An operand like `axes` or `shape`, whose length decides ranks: there an
/// extent of 0 is meant, an empty list.
bool is_integer_list(const std::vector<onnx::Dimension> &shape, DType dtype) {
  return shape.size() == 1 && is_integer(dtype);
}

std::vector<SignatureDim> dims_of(const std::vector<onnx::Dimension> &shape,
                                  DType dtype) {
  int64_t smallest = is_integer_list(shape, dtype) ? 0 : 1;
  std::vector<SignatureDim> dims;
  for (const onnx::Dimension &dimension : shape) {
    SignatureDim &dim = dims.emplace_back();
    if (dimension.value.value_or(-1) >= smallest)
      dim.fixed = *dimension.value;
    else if (!dimension.value && !is_placeholder(dimension.param))
      dim.symbol = std::string(dimension.param);
  }
  return dims;
}

std::string shape_text(const std::vector<int64_t> &dims) {
  std::string out = "[";
  for (size_t i = 0; i < dims.size(); ++i)
    out += (i ? "," : "") + std::to_string(dims[i]);
  return out + "]";
}

bool contradicts(const std::vector<onnx::Dimension> &declared,
                 const std::vector<int64_t> &dims) {
  if (declared.size() != dims.size())
    return true;
  for (size_t i = 0; i < dims.size(); ++i)
    if (declared[i].value.value_or(0) > 0 && *declared[i].value != dims[i])
      return true;
  return false;
}

} // namespace

SignatureValue signature_of(const onnx::ValueInfoProto &input) {
  using Kind = onnx::TypeProto::Kind;
  SignatureValue value;
  value.name = std::string(input.name);
  switch (input.type.kind) {
  case Kind::tensor:
    value.dtype = element_type(input, input.type.elem_type);
    if (!input.type.shape)
      value.kind = ValueKind::unknown_rank;
    else
      value.dims = dims_of(*input.type.shape, value.dtype);
    return value;
  case Kind::sequence:
  case Kind::optional:
  case Kind::map:
    value.kind = input.type.kind == Kind::sequence   ? ValueKind::sequence
                 : input.type.kind == Kind::optional ? ValueKind::optional
                                                     : ValueKind::map;
    value.dtype = innermost_type(input);
    return value;
  case Kind::none:
    refuse(ErrorCode::invalid_model, input, "has no type");
  default:
    refuse(ErrorCode::unsupported, input,
           "is a sparse tensor or opaque value, which cannot be an input here");
  }
}

std::shared_ptr<const ir::BoxFacts>
declared_facts(const onnx::TypeProto &type) {
  ir::BoxFacts facts;
  switch (type.kind) {
  case onnx::TypeProto::Kind::tensor:
    facts.kind = ValueKind::tensor;
    facts.dtype = dtype_from_onnx(type.elem_type);
    if (type.shape)
      facts.rank = static_cast<int>(type.shape->size());
    break;
  case onnx::TypeProto::Kind::sequence:
    facts.kind = ValueKind::sequence;
    break;
  case onnx::TypeProto::Kind::optional:
    facts.kind = ValueKind::optional;
    break;
  case onnx::TypeProto::Kind::map:
    facts.kind = ValueKind::map;
    break;
  default:
    return nullptr;
  }
  if (type.element)
    facts.element = declared_facts(*type.element);
  return std::make_shared<ir::BoxFacts>(facts);
}

void check_declaration(const onnx::ValueInfoProto &declared,
                       const onnx::TensorProto &initializer) {
  const onnx::TypeProto &type = declared.type;
  if (type.kind != onnx::TypeProto::Kind::tensor)
    return;
  bool differs = type.elem_type != 0 && type.elem_type != initializer.data_type;
  if (!differs && (!type.shape || !contradicts(*type.shape, initializer.dims)))
    return;
  auto type_name = [](int32_t number) {
    auto dtype = dtype_from_onnx(number);
    return dtype ? std::string(name(*dtype)) : std::to_string(number);
  };
  throw BuildError(ErrorCode::invalid_model,
                   "initializer '" + std::string(initializer.name) + "' is " +
                       type_name(initializer.data_type) +
                       shape_text(initializer.dims) +
                       ", but the graph declares it with another " +
                       (differs ? "type, " + type_name(type.elem_type)
                                : std::string("shape")) +
                       "; the model contradicts itself: export it again");
}

} // namespace landfall::frontend
