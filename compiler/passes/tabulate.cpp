//===- tabulate.cpp - Functions of a byte as tables -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/tabulate.h"

#include "compiler/passes/body_queries.h"
#include "ir/fold_constants.h"
#include "package/scalar_op.h"

#include "mlir/IR/IRMapping.h"

#include <optional>

using namespace mlir;

namespace landfall::compiler {

namespace {

constexpr int64_t table_edge = 16, table_bits = 4;

/// A value of 8 bits as a function of another.
struct ByteFunction {
  Value from;
  llvm::SetVector<Operation *> ops; ///< In order, without what makes `from`.
  bool is_costly = false;
};

class Reader {
public:
  Reader(ir::Module::Impl &module, lf::ScalarOp result)
      : module_(module), result_(result) {}

  std::optional<ByteFunction> read() {
    std::optional<Value> from = origin(result_.getResult());
    if (!from || !*from || *from == result_.getResult())
      return std::nullopt;
    found_.from = *from;
    collect(result_.getResult());
    if (!found_.is_costly)
      return std::nullopt;
    return std::move(found_);
  }

private:
  /// The value of 8 bits that this one is a function of, as far back as there
  /// is a single one; null if it is a constant; nothing if there is none.
  std::optional<Value> origin(Value value) {
    auto known = origins_.find(value);
    if (known != origins_.end())
      return known->second;
    std::optional<Value> found = origin_of_arguments(value);
    if (!found && value.getType().isInteger(8))
      found = value;
    return origins_[value] = found;
  }
  std::optional<Value> origin_of_arguments(Value value) {
    Operation *op = value.getDefiningOp();
    if (!op || op->getBlock() != result_->getBlock())
      return std::nullopt;
    if (isa<lf::LiteralOp>(op) || is_constant_load(op))
      return Value();
    auto scalar = dyn_cast<lf::ScalarOp>(op);
    if (!scalar)
      return std::nullopt;
    Value common;
    for (Value argument : scalar.getArgs()) {
      std::optional<Value> from = origin(argument);
      if (!from || (*from && common && *from != common))
        return std::nullopt;
      common = *from ? *from : common;
    }
    return common;
  }
  /// A constant of one element.
  bool is_constant_load(Operation *op) {
    auto load = dyn_cast<lf::LoadOp>(op);
    return load && load.getIndices().empty() && !load.getGuard() &&
           module_.constant_of(load.getTensor());
  }

  void collect(Value value) {
    Operation *op = value.getDefiningOp();
    if (value == found_.from || found_.ops.contains(op))
      return;
    if (auto scalar = dyn_cast<lf::ScalarOp>(op)) {
      for (Value argument : scalar.getArgs())
        collect(argument);
      Type type = scalar.getResult().getType();
      found_.is_costly |= isa<FloatType>(type) &&
                          is_costly(scalar.getOp(), lf::from_mlir(type));
    }
    found_.ops.insert(op);
  }

  ir::Module::Impl &module_;
  lf::ScalarOp result_;
  llvm::DenseMap<Value, std::optional<Value>> origins_;
  ByteFunction found_;
};

class Writer {
public:
  Writer(ir::Module::Impl &module, lf::ScalarOp result, Operation *compute)
      : module_(module), result_(result), compute_(compute),
        loc_(result.getLoc()) {}

  /// Replaces the result by an element of a table, unless that cannot be
  /// computed. What is not used any longer goes, into `erased`.
  void replace(const ByteFunction &function,
               llvm::SmallDenseSet<Operation *> &erased) {
    std::optional<Value> table = constant(function);
    if (!table)
      return;
    OpBuilder builder(result_);
    Type wide = builder.getI64Type();
    Value number = function.from;
    Type byte = builder.getIntegerType(8, /*isSigned=*/false);
    if (number.getType() != byte)
      number = scalar(builder, byte, ScalarOp::cast, {number});
    number = scalar(builder, wide, ScalarOp::cast, {number});
    // Remainders tell that both extents are known.
    Value edge = literal(builder, table_edge);
    Value row = scalar(builder, wide, ScalarOp::shr,
                       {number, literal(builder, table_bits)});
    row = scalar(builder, wide, ScalarOp::mod, {row, edge});
    Value place = scalar(builder, wide, ScalarOp::mod, {number, edge});
    auto load =
        lf::LoadOp::create(builder, loc_, result_.getResult().getType(), *table,
                           ValueRange{row, place}, Value(), Value());
    result_.getResult().replaceAllUsesWith(load.getValue());
    for (Operation *op : llvm::reverse(function.ops))
      if (op->use_empty()) {
        erased.insert(op);
        op->erase();
      }
  }

private:
  Value literal(OpBuilder &builder, int64_t value) {
    return lf::LiteralOp::create(builder, loc_, builder.getI64Type(),
                                 builder.getI64IntegerAttr(value));
  }
  Value scalar(OpBuilder &builder, Type type, ScalarOp op, ValueRange args) {
    return lf::ScalarOp::create(builder, loc_, type, op, args)->getResult(0);
  }

  /// All values of the function, which the interpreter computes.
  std::optional<Value> constant(const ByteFunction &function) {
    OpBuilder builder(compute_);
    Value edge = module_.materialize(builder, loc_, ir::Size(table_edge));
    Type element = result_.getResult().getType();
    auto type = RankedTensorType::get({table_edge, table_edge}, element);
    auto map = lf::MapOp::create(builder, loc_, TypeRange{type},
                                 ValueRange{edge, edge}, false);
    Type wide = builder.getI64Type();
    mlir::Block *body =
        builder.createBlock(&map.getBody(), {}, {wide, wide}, {loc_, loc_});
    Value number =
        scalar(builder, wide, ScalarOp::add,
               {scalar(builder, wide, ScalarOp::mul,
                       {body->getArgument(0), literal(builder, table_edge)}),
                body->getArgument(1)});
    IRMapping mapping;
    mapping.map(function.from, scalar(builder, function.from.getType(),
                                      ScalarOp::cast, {number}));
    for (Operation *op : function.ops)
      builder.clone(*op, mapping);
    lf::YieldOp::create(builder, loc_, mapping.lookup(result_.getResult()));
    auto data = ir::fold_constants(module_, map);
    std::optional<Value> found;
    if (data) {
      OpBuilder before(map);
      found =
          lf::ConstantOp::create(before, loc_, type,
                                 before.getI64IntegerAttr(module_.add_constant(
                                     std::move(data->front()))))
              .getValue();
    }
    module_.forget(map);
    map.erase();
    return found;
  }

  ir::Module::Impl &module_;
  lf::ScalarOp result_;
  Operation *compute_;
  Location loc_;
};

/// The largest functions of a body first: their parts are then gone.
void tabulate(Operation *compute, ir::Module::Impl &module) {
  SmallVector<lf::ScalarOp> bytes;
  compute->walk([&](lf::ScalarOp op) {
    if (op.getResult().getType().isInteger(8))
      bytes.push_back(op);
  });
  llvm::SmallDenseSet<Operation *> erased;
  for (lf::ScalarOp result : llvm::reverse(bytes)) {
    if (erased.contains(result.getOperation()))
      continue;
    std::optional<ByteFunction> function = Reader(module, result).read();
    if (function)
      Writer(module, result, compute).replace(*function, erased);
  }
}

} // namespace

void tabulate(ir::Module::Impl &module) {
  SmallVector<Operation *> computes;
  module.module->walk([&](Operation *op) {
    if (isa<lf::MapOp, lf::ContractOp, lf::ParallelOp>(op))
      computes.push_back(op);
  });
  for (Operation *compute : computes)
    tabulate(compute, module);
}

} // namespace landfall::compiler
