//===- lf.cpp - The lf dialect -------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/dialect/lf.h"

#include "package/scalar_op.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunused-parameter"
#include "ir/lf_dialect.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "ir/lf_types.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "ir/lf_attributes.cpp.inc"
#define GET_OP_CLASSES
#include "ir/lf_ops.cpp.inc"
#pragma clang diagnostic pop

namespace landfall::lf {

void LfDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "ir/lf_types.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "ir/lf_attributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "ir/lf_ops.cpp.inc"
      >();
}

Type to_mlir(DType type, MLIRContext *c) {
  switch (type) {
  case DType::f32:
    return Float32Type::get(c);
  case DType::f64:
    return Float64Type::get(c);
  case DType::f16:
    return Float16Type::get(c);
  case DType::bf16:
    return BFloat16Type::get(c);
  case DType::f8e4m3fn:
    return Float8E4M3FNType::get(c);
  case DType::f8e4m3fnuz:
    return Float8E4M3FNUZType::get(c);
  case DType::f8e5m2:
    return Float8E5M2Type::get(c);
  case DType::f8e5m2fnuz:
    return Float8E5M2FNUZType::get(c);
  case DType::f8e8m0:
    return Float8E8M0FNUType::get(c);
  case DType::f4e2m1:
    return Float4E2M1FNType::get(c);
  case DType::c64:
    return ComplexType::get(Float32Type::get(c));
  case DType::c128:
    return ComplexType::get(Float64Type::get(c));
  case DType::string:
    return StringType::get(c);
  default:
    break;
  }
  auto sign =
      is_unsigned_integer(type) ? IntegerType::Unsigned : IntegerType::Signless;
  return IntegerType::get(c, info(type).bits, sign);
}

std::optional<DType> find_dtype(Type type) {
  for (int i = 0; i < dtype_count(); ++i)
    if (to_mlir(DType(i), type.getContext()) == type)
      return DType(i);
  return std::nullopt;
}

DType from_mlir(Type type) {
  if (std::optional<DType> dtype = find_dtype(type))
    return *dtype;
  llvm_unreachable("not a type of the core IR");
}

DType dtype_of(Value tensor) {
  return from_mlir(cast<RankedTensorType>(tensor.getType()).getElementType());
}

bool is_scalar(Type type) { return find_dtype(type).has_value(); }

FailureOr<landfall::ScalarOp> parse_scalar_op(AsmParser &parser) {
  SMLoc place = parser.getCurrentLocation();
  StringRef text;
  if (failed(parser.parseKeyword(&text)))
    return failure();
  if (auto op = find_scalar_op(std::string_view(text)))
    return *op;
  return parser.emitError(place, "unknown scalar operation '") << text << "'";
}

} // namespace landfall::lf
