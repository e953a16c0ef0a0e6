//===- describe.cpp - Compute operations to kernel descriptions ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/describe/describe.h"

#include "base/build_error.h"

#include "ir/describe/compute.h"
#include "ir/describe/size_parameters.h"

#include <fmt/format.h>

using namespace mlir;

namespace landfall::ir {

namespace {

/// A kernel sees an element of strings as the number of its text.
DType kernel_type(Type type) {
  DType dtype = lf::from_mlir(type);
  return dtype == DType::string ? DType::i64 : dtype;
}

DType kernel_type_of(Value tensor) {
  return kernel_type(cast<RankedTensorType>(tensor.getType()).getElementType());
}

class Describer {
public:
  Describer(Module::Impl &module, Operation *compute)
      : module_(module), compute_(compute), kernel_(out_.kernel),
        sizes_(module, compute) {}

  Description run() {
    find_inputs();
    if (auto map = dyn_cast<lf::MapOp>(compute_))
      describe_map(map);
    else if (auto contract = dyn_cast<lf::ContractOp>(compute_))
      describe_contract(contract);
    else
      describe_loops(cast<lf::ParallelOp>(compute_));
    out_.sizes = sizes_.values();
    kernel_.size_count = out_.sizes.size();
    kernel_.origins = model_nodes(compute_->getLoc());
    kernel_.name = symbol_name(
        kernel_.origins.empty() ? "" : kernel_.origins.front().name);
    return std::move(out_);
  }

private:
  //===--- Operands -------------------------------------------------------===//

  std::vector<Extent> loop_extents(mlir::Block &block, OperandRange dims,
                                   size_t first = 0) {
    std::vector<Extent> result;
    for (auto [k, dim] : llvm::enumerate(dims))
      result.push_back(
          sizes_.loop(block.getArgument(first + k), module_.size_of(dim)));
    return result;
  }

  /// Inputs are the outside tensors that the bodies load from.
  void find_inputs() {
    compute_->walk([&](lf::LoadOp load) {
      Value tensor = load.getTensor();
      if (is_inside(tensor, compute_) || operand_of_.contains(tensor) ||
          reads_iteration(load))
        return;
      operand_of_[tensor] = out_.inputs.size();
      out_.inputs.push_back(tensor);
    });
    for (Value input : out_.inputs)
      kernel_.operands.push_back({kernel_type_of(input), sizes_.axes(input),
                                  false, true, is_weight(input)});
  }

  /// Results of a map or contraction have the loops as their extents.
  void add_pointwise_results() {
    for (Value result : compute_->getResults())
      kernel_.operands.push_back(
          {kernel_type_of(result), kernel_.loops, true, false});
  }

  //===--- Kinds ----------------------------------------------------------===//

  void describe_map(lf::MapOp map) {
    kernel_.kind = KernelClass::map;
    kernel_.loops = loop_extents(map.getBody().front(), map.getDims());
    add_pointwise_results();
    kernel_.body = block(map.getBody().front());
  }

  void describe_contract(lf::ContractOp contract) {
    kernel_.kind = KernelClass::contraction;
    mlir::Block &factors = contract.getFactors().front();
    size_t rank = contract.getDims().size();
    kernel_.loops = loop_extents(factors, contract.getDims());
    kernel_.reduce = loop_extents(factors, contract.getReduce(), rank);
    add_pointwise_results();
    kernel_.accumulator =
        kernel_type(factors.getTerminator()->getOperand(0).getType());
    kernel_.factors = block(factors);
    kernel_.body = block(contract.getEpilogue().front());
  }

  void describe_loops(lf::ParallelOp loops) {
    kernel_.kind = KernelClass::loops;
    mlir::Block &body = loops.getBody().front();
    kernel_.loops = loop_extents(body, loops.getParallel());
    // A body may read back what it stored, so results count as read unless
    // nothing loads them and nothing was there before.
    size_t first = kernel_.operands.size();
    for (auto [k, from] : llvm::enumerate(loops.getInitialOf())) {
      Value buffer = body.getArgument(loops.getParallel().size() + k);
      operand_of_[buffer] = first + k;
      bool loaded = llvm::any_of(buffer.getUsers(), [](Operation *user) {
        return isa<lf::LoadOp>(user);
      });
      kernel_.operands.push_back({kernel_type_of(buffer), sizes_.axes(buffer),
                                  true, from >= 0 || loaded});
    }
    kernel_.body = block(body, loops.getParallel().size());
  }

  //===--- Nodes ----------------------------------------------------------===//

  NodeId add(Node node) {
    kernel_.nodes.push_back(std::move(node));
    return kernel_.nodes.size() - 1;
  }

  Block block(mlir::Block &source, size_t argument_count = ~size_t(0)) {
    Block result;
    for (Value argument : source.getArguments()) {
      if (result.params.size() == argument_count)
        break;
      Node node;
      node.kind = NodeKind::param;
      node.type = kernel_type(argument.getType());
      ids_[argument] = add(std::move(node));
      result.params.push_back(ids_[argument]);
    }
    std::vector<NodeId> *outer = current_;
    current_ = &result.nodes;
    for (Operation &op : source.without_terminator())
      describe_op(op);
    for (Value value : source.getTerminator()->getOperands())
      result.yields.push_back(id(value));
    current_ = outer;
    return result;
  }

  NodeId append(Node node) {
    NodeId result = add(std::move(node));
    current_->push_back(result);
    return result;
  }

  /// The node of a scalar; graph-level sizes become constants or parameters.
  NodeId id(Value value) {
    auto found = ids_.find(value);
    if (found != ids_.end())
      return found->second;
    return size_node(module_.size_of(value));
  }

  NodeId constant_node(int64_t value) {
    Node node;
    node.kind = NodeKind::constant;
    node.type = DType::i64;
    node.bits = uint64_t(value);
    return append(std::move(node));
  }

  NodeId parameter_node(uint32_t parameter) {
    Node node;
    node.kind = NodeKind::size;
    node.type = DType::i64;
    node.index = parameter;
    return append(std::move(node));
  }

  NodeId size_node(Size size) {
    if (size.is_constant() && *size.constant() <= largest_kernel_constant)
      return constant_node(*size.constant());
    return parameter_node(sizes_.scalar(size));
  }

  /// A fold's upper bound: its extent's parameter, unless it is short.
  NodeId bound(lf::ForOp fold) {
    if (auto computed = ids_.find(fold.getHigh()); computed != ids_.end())
      return computed->second;
    Size size = module_.size_of(fold.getHigh());
    if (size.is_constant() && *size.constant() <= largest_kernel_constant)
      return constant_node(*size.constant());
    return parameter_node(
        sizes_.loop(fold.getBody().getArgument(0), size).value);
  }

  void describe_op(Operation &op) {
    if (auto literal = dyn_cast<lf::LiteralOp>(op))
      ids_[literal.getResult()] = constant(literal);
    else if (auto scalar = dyn_cast<lf::ScalarOp>(op))
      describe_scalar(scalar);
    else if (auto load = dyn_cast<lf::LoadOp>(op))
      describe_load(load);
    else if (auto store = dyn_cast<lf::StoreOp>(op))
      describe_store(store);
    else if (auto check = dyn_cast<lf::CheckOp>(op))
      describe_check(check);
    else
      describe_structured(op);
  }

  NodeId constant(lf::LiteralOp literal) {
    Node node;
    node.kind = NodeKind::constant;
    node.type = kernel_type(literal.getResult().getType());
    if (auto integer = dyn_cast<IntegerAttr>(literal.getValue())) {
      llvm::APInt value = integer.getValue();
      bool extend_sign =
          !is_unsigned_integer(node.type) && node.type != DType::boolean;
      node.bits = extend_sign ? value.sext(64).getZExtValue()
                              : value.zext(64).getZExtValue();
    } else {
      node.bits = cast<FloatAttr>(literal.getValue())
                      .getValue()
                      .bitcastToAPInt()
                      .getZExtValue();
    }
    return append(std::move(node));
  }

  void describe_scalar(lf::ScalarOp op) {
    if (is_renaming(op)) {
      ids_[op.getResult()] = id(op.getArgs()[0]);
      return;
    }
    Node node;
    node.kind = NodeKind::scalar;
    node.type = kernel_type(op.getResult().getType());
    node.op = op.getOp();
    for (Value argument : op.getArgs())
      node.args.push_back(id(argument));
    ids_[op.getResult()] = append(std::move(node));
  }

  /// Whether it turns a text into its number or a number into a text.
  static bool is_renaming(lf::ScalarOp op) {
    Type from = op.getArgs()[0].getType(), to = op.getResult().getType();
    return op.getOp() == ScalarOp::bitcast && from != to &&
           kernel_type(from) == kernel_type(to);
  }

  void describe_load(lf::LoadOp load) {
    if (reads_iteration(load)) {
      ids_[load.getValue()] = parameter_node(sizes_.scalar(
          module_.iteration_of(cast<BlockArgument>(load.getTensor()))));
      return;
    }
    Node node;
    node.kind = NodeKind::load;
    node.type = kernel_type(load.getValue().getType());
    node.index = operand_of_.lookup(load.getTensor());
    for (Value index : load.getIndices())
      node.args.push_back(id(index));
    if (load.getGuard()) {
      node.args.push_back(id(load.getGuard()));
      node.args.push_back(id(load.getOther()));
    }
    ids_[load.getValue()] = append(std::move(node));
  }

  void describe_store(lf::StoreOp store) {
    Node node;
    node.kind = NodeKind::store;
    node.index = operand_of_.lookup(store.getBuffer());
    for (Value index : store.getIndices())
      node.args.push_back(id(index));
    node.args.push_back(id(store.getValue()));
    if (store.getGuard())
      node.args.push_back(id(store.getGuard()));
    append(std::move(node));
  }

  void describe_check(lf::CheckOp check) {
    Node node;
    node.kind = NodeKind::check;
    node.index = kernel_.checks.size();
    KernelCheck &failure = kernel_.checks.emplace_back();
    failure.message = check.getMessage().str();
    if (auto nodes = model_nodes(check.getLoc()); !nodes.empty())
      failure.node = nodes.front();
    node.args.push_back(id(check.getCondition()));
    if (check.getValue()) {
      failure.value_name = check.getValueName().value_or("").str();
      node.args.push_back(id(check.getValue()));
    }
    append(std::move(node));
  }

  void describe_structured(Operation &op) {
    Node node;
    if (auto fold = dyn_cast<lf::ForOp>(op)) {
      node.kind = NodeKind::loop;
      node.args = {id(fold.getLow()), bound(fold)};
      for (Value value : fold.getInit())
        node.args.push_back(id(value));
    } else if (isa<lf::WhileOp>(op)) {
      node.kind = NodeKind::loop_while;
      for (Value value : op.getOperands())
        node.args.push_back(id(value));
    } else if (auto branch = dyn_cast<lf::BranchOp>(op)) {
      node.kind = NodeKind::branch;
      node.args = {id(branch.getCondition())};
    } else {
      throw BuildError(ErrorCode::internal,
                       fmt::format("'{}' cannot stand in a kernel body",
                                   op.getName().getStringRef().str()));
    }
    for (Region &region : op.getRegions())
      node.blocks.push_back(block(region.front()));
    NodeId owner = append(std::move(node));
    for (auto [k, result] : llvm::enumerate(op.getResults())) {
      Node value;
      value.kind = NodeKind::result;
      value.type = kernel_type(result.getType());
      value.index = k;
      value.args = {owner};
      ids_[result] = append(std::move(value));
    }
  }

  //===--- Names ----------------------------------------------------------===//

  static std::string symbol_name(const std::string &origin) {
    std::string name;
    for (char c : origin)
      name += std::isalnum((unsigned char)c) ? c : '_';
    return name.empty() ? "kernel" : name;
  }

  Module::Impl &module_;
  Operation *compute_;
  Description out_;
  Kernel &kernel_;
  SizeParameters sizes_;
  llvm::DenseMap<Value, uint32_t> operand_of_;
  llvm::DenseMap<Value, NodeId> ids_;
  std::vector<NodeId> *current_ = nullptr;
};

} // namespace

Description describe(Module::Impl &module, Operation *compute) {
  return Describer(module, compute).run();
}

} // namespace landfall::ir
