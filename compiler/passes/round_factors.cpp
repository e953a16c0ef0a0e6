//===- round_factors.cpp - Factors of sums, rounded to bf16 ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "compiler/passes/round_factors.h"

#include <cstring>

using namespace mlir;

namespace landfall::compiler {

namespace {

ConstantData rounded(const ConstantData &data) {
  size_t count = data.bytes.data.size() / sizeof(float);
  std::vector<uint8_t> bytes(count * sizeof(uint16_t));
  for (size_t at = 0; at < count; ++at) {
    float value;
    std::memcpy(&value, data.bytes.data.data() + at * sizeof(value),
                sizeof(value));
    auto bits = uint16_t(real_from_float(DType::bf16, value, Saturation::off));
    std::memcpy(bytes.data() + at * sizeof(bits), &bits, sizeof(bits));
  }
  return {DType::bf16, data.dims, share_bytes(std::move(bytes))};
}

class FactorRounding {
public:
  explicit FactorRounding(ir::Module::Impl &module) : module_(module) {}

  void run() {
    SmallVector<lf::ContractOp> contracts;
    module_.module->walk([&](lf::ContractOp op) {
      if (is_of_reals(op))
        contracts.push_back(op);
    });
    for (lf::ContractOp contract : contracts)
      for (OpOperand &factor :
           contract.getFactors().front().getTerminator()->getOpOperands())
        round(factor);
    for (auto [constant, narrow] : narrow_)
      if (constant->use_empty()) {
        module_.forget(constant);
        constant->erase();
      }
  }

private:
  static bool is_of_reals(lf::ContractOp contract) {
    bool all =
        contract.getEpilogue().front().getArguments().back().getType().isF32();
    contract.getFactors().walk([&](lf::LoadOp load) {
      Type type = load.getValue().getType();
      all &= type.isF32() || type.isBF16();
    });
    return all;
  }

  /// Replaces a factor by itself, rounded.
  void round(OpOperand &factor) {
    Value value = factor.get();
    Operation *yield = factor.getOwner();
    OpBuilder builder(yield);
    Type narrow = builder.getBF16Type(), wide = builder.getF32Type();
    auto cast = [&](Type type, Value x) -> Value {
      return lf::ScalarOp::create(builder, value.getLoc(), type, ScalarOp::cast,
                                  ValueRange{x});
    };
    if (auto from = value.getDefiningOp<lf::ScalarOp>();
        from && from.getOp() == ScalarOp::cast &&
        from.getArgs()[0].getType() == narrow)
      return; // It is rounded already.
    auto load = value.getDefiningOp<lf::LoadOp>();
    auto constant = load && !load.getGuard() && load->hasOneUse()
                        ? load.getTensor().getDefiningOp<lf::ConstantOp>()
                        : lf::ConstantOp();
    if (!constant)
      return factor.set(cast(wide, cast(narrow, value)));
    load.getTensorMutable().assign(narrow_of(constant).getValue());
    load.getValue().setType(narrow);
    factor.set(cast(wide, value));
  }

  /// The constant, rounded; each is once.
  lf::ConstantOp narrow_of(lf::ConstantOp constant) {
    lf::ConstantOp &narrow = narrow_[constant];
    if (narrow)
      return narrow;
    OpBuilder builder(constant);
    ConstantData data = rounded(module_.constants[constant.getId()]);
    auto type = RankedTensorType::get(
        data.dims, lf::to_mlir(data.dtype, &module_.context));
    narrow = lf::ConstantOp::create(
        builder, constant.getLoc(), type,
        builder.getI64IntegerAttr(module_.add_constant(std::move(data))));
    return narrow;
  }

  ir::Module::Impl &module_;
  /// In the order of the model.
  llvm::MapVector<Operation *, lf::ConstantOp> narrow_;
};

} // namespace

void round_factors(ir::Module::Impl &module) { FactorRounding(module).run(); }

} // namespace landfall::compiler
