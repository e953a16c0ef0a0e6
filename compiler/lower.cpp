//===- lower.cpp - Core IR to program and kernels ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "compiler/lower.h"

#include "base/build_error.h"
#include "base/hash.h"

#include "compiler/memory_plan.h"
#include "ir/describe/describe.h"

#include <algorithm>
#include <unordered_map>

using namespace mlir;

namespace landfall::compiler {

namespace {

using ir::Shape;
using ir::Size;

class Lowering {
public:
  Lowering(ir::Module::Impl &module, Package &package)
      : module_(module), package_(package), program_(package.program) {}

  void run(const SkippedSteps &skipped) {
    plan_ = plan_memory(module_, !skipped.has("share_memory"));
    if (program_.origins.empty())
      program_.origins.emplace_back(); // What belongs to no node.
    share_what_is_there();
    EntryPoint entry = module_.signature;
    entry.start = target();
    for (SignatureValue &input : entry.inputs)
      if (input.presence == Presence::defaulted)
        input.default_weight =
            weight(input.default_weight, module_.entry.getLoc());
    scopes_.emplace_back();
    mlir::Block &block = module_.entry.getBody().front();
    prologue(block);
    lower_block(block);
    emit(Op::stop, {});
    program_.int_registers = std::max(program_.int_registers, int_registers_);
    program_.value_registers =
        std::max(program_.value_registers, value_registers_);
    program_.entries.push_back(std::move(entry));
    for (auto number = int64_t(package_.texts.size()) + 1;
         number < module_.texts.size(); ++number)
      package_.texts.emplace_back(*module_.texts.text(number));
  }

private:
  //===--- Emission -------------------------------------------------------===//

  using Args = std::vector<uint32_t>;

  size_t emit(Op op, Args args) {
    program_.code.push_back({op, std::move(args)});
    program_.origin_of.push_back(origin_);
    return program_.code.size() - 1;
  }

  uint32_t new_int() { return int_registers_++; }
  uint32_t new_value() { return value_registers_++; }

  void set_origin(Operation &op) {
    Location location = op.getLoc();
    std::vector<ModelNode> nodes = ir::model_nodes(location);
    uint32_t number = nodes.empty() ? 0 : program_.origins.size();
    auto [position, added] = origin_numbers_.try_emplace(location, number);
    if (added && number > 0)
      program_.origins.push_back(std::move(nodes));
    origin_ = position->second;
  }

  static Args counted(std::span<const uint32_t> list, Args args = {}) {
    args.push_back(list.size());
    args.insert(args.end(), list.begin(), list.end());
    return args;
  }

  //===--- Sizes ----------------------------------------------------------===//

  /// The state of one region: which registers hold which sizes.
  struct Scope {
    std::vector<std::pair<Size, uint32_t>> sizes;
  };

  std::optional<uint32_t> find(Size size) {
    for (const Scope &scope : llvm::reverse(scopes_))
      for (const auto &[known, reg] : scope.sizes)
        if (known == size)
          return reg;
    return std::nullopt;
  }

  uint32_t define(Size size, uint32_t reg) {
    scopes_.back().sizes.emplace_back(size, reg);
    return reg;
  }

  uint32_t constant(int64_t value) {
    if (auto known = find(Size(value)))
      return *known;
    uint32_t reg = new_int();
    emit(Op::constant,
         {reg, uint32_t(uint64_t(value)), uint32_t(uint64_t(value) >> 32)});
    return define(Size(value), reg);
  }

  uint32_t reg(Size size) {
    if (auto value = size.constant())
      return constant(*value);
    if (auto known = find(size))
      return *known;
    std::vector<uint32_t> values;
    for (const ir::SizeStep &step : steps(size))
      values.push_back(step_register(step, values));
    return define(size, values.back());
  }

  uint32_t step_register(const ir::SizeStep &step,
                         const std::vector<uint32_t> &values) {
    using StepOp = ir::SizeStep::Op;
    if (step.op == StepOp::constant)
      return constant(step.constant);
    if (step.op == StepOp::symbol) {
      auto known = find(step.symbol);
      if (!known)
        throw BuildError(ErrorCode::internal,
                         "size '" + step.symbol.str() +
                             "' is used before it is known");
      return *known;
    }
    static constexpr std::pair<StepOp, Op> ops[] = {
        {StepOp::add, Op::add},
        {StepOp::mul, Op::mul},
        {StepOp::floordiv, Op::floordiv},
        {StepOp::mod, Op::mod},
        {StepOp::min, Op::min},
        {StepOp::max, Op::max},
        {StepOp::broadcast, Op::broadcast},
        {StepOp::equal, Op::equal},
        {StepOp::less, Op::less}};
    uint32_t result = new_int();
    for (auto [from, to] : ops)
      if (from == step.op)
        emit(to, {result, values[step.a], values[step.b]});
    return result;
  }

  std::vector<uint32_t> regs(std::span<const Size> sizes) {
    std::vector<uint32_t> result;
    for (const Size &size : sizes)
      result.push_back(reg(size));
    return result;
  }

  //===--- The entry's start ----------------------------------------------===//

  /// Inputs, their extents, the requirements on them, then the arena.
  void prologue(mlir::Block &block) {
    for (Operation &op : block)
      if (isa<lf::InputOp>(op))
        lower_op(op);
    for (Operation &op : block)
      if (auto dim = dyn_cast<lf::DimOp>(op))
        if (dim.getTensor().getDefiningOp<lf::InputOp>())
          lower_op(op);
    for (Operation &op : block)
      if (auto require = dyn_cast<lf::RequireOp>(op))
        if (known_now(module_.size_of(require.getCondition())))
          lower_op(op);
    if (plan_.slots.empty())
      return;
    uint32_t total = constant(0);
    for (const MemoryPlan::Slot &slot : plan_.slots) {
      slot_offsets_.push_back(total);
      uint32_t next = new_int();
      emit(Op::add, {next, total, reg(slot.bytes)});
      total = next;
    }
    emit(Op::arena, {total});
  }

  bool known_now(Size size) {
    for (const Size &symbol : symbols(size))
      if (!find(symbol))
        return false;
    return true;
  }

  //===--- Operations -----------------------------------------------------===//

  void lower_block(mlir::Block &block) {
    for (Operation &op : block) {
      if (!done_.contains(&op))
        lower_op(op);
      drop_dead(op);
    }
  }

  void lower_op(Operation &op) {
    done_.insert(&op);
    set_origin(op);
    if (ir::is_compute(&op))
      return lower_compute(op);
    if (auto input = dyn_cast<lf::InputOp>(op))
      emit(Op::input,
           {define_value(input.getValue()), uint32_t(input.getNumber())});
    else if (auto output = dyn_cast<lf::OutputOp>(op))
      emit(Op::output,
           {uint32_t(output.getNumber()), values_.lookup(output.getValue())});
    else if (auto dim = dyn_cast<lf::DimOp>(op))
      lower_leaf(Op::dim, dim.getSize(), dim.getTensor(), dim.getAxis());
    else if (auto read = dyn_cast<lf::ReadOp>(op))
      lower_leaf(Op::read, read.getSize(), read.getTensor(), read.getElement());
    else if (auto require = dyn_cast<lf::RequireOp>(op))
      lower_require(require);
    else if (auto rank = dyn_cast<lf::RankOp>(op))
      lower_rank(rank);
    else if (auto retype = dyn_cast<lf::RetypeOp>(op))
      lower_retype(retype);
    else if (auto constant = dyn_cast<lf::ConstantOp>(op))
      emit(Op::weight, {define_value(constant.getValue()),
                        weight(constant.getId(), constant.getLoc())});
    else if (auto reshape = dyn_cast<lf::ReshapeOp>(op))
      lower_reshape(reshape);
    else if (auto branch = dyn_cast<lf::IfOp>(op))
      lower_if(branch);
    else if (auto loop = dyn_cast<lf::GraphLoopOp>(op))
      lower_loop(loop);
    else if (auto box = dyn_cast<lf::BoxOp>(op))
      lower_box(box);
  }

  uint32_t define_value(Value value) {
    uint32_t number = new_value();
    values_[value] = number;
    return number;
  }

  void lower_leaf(Op op, Value size, Value tensor, int64_t position) {
    uint32_t result = new_int();
    emit(op, {result, values_.lookup(tensor), uint32_t(position)});
    define(module_.size_of(size), result);
  }

  void lower_rank(lf::RankOp rank) {
    uint32_t result = new_int();
    emit(Op::rank, {result, values_.lookup(rank.getBox())});
    define(module_.size_of(rank.getSize()), result);
  }

  void lower_retype(lf::RetypeOp retype) {
    uint32_t source = values_.lookup(retype.getSource());
    uint32_t result = define_value(retype.getValue());
    emit(Op::share, {result, source});
    expect_type(result, retype.getValue());
  }

  /// A box comes from the user, or has several types: checks that it holds what
  /// the program expects.
  void expect_type(uint32_t number, Value value) {
    if (auto type = dyn_cast<RankedTensorType>(value.getType()))
      emit(Op::expect,
           {number, uint32_t(lf::dtype_of(value)), uint32_t(type.getRank())});
  }

  /// Defines extents that only an operand's description uses, for which the
  /// graph has no operation.
  void read_extents(Value tensor) {
    for (auto [axis, size] : llvm::enumerate(module_.shape_of(tensor))) {
      if (size.is_constant() || size.kind() != ir::SizeKind::symbol ||
          find(size))
        continue;
      uint32_t result = new_int();
      emit(Op::dim, {result, values_.lookup(tensor), uint32_t(axis)});
      define(size, result);
    }
  }

  void lower_require(lf::RequireOp require) {
    Size condition = module_.size_of(require.getCondition());
    uint32_t holds = reg(condition);
    Requirement requirement{require.getMessage().str(), {}};
    std::vector<uint32_t> values;
    for (const Size &symbol : symbols(condition))
      if (auto value = find(symbol)) {
        requirement.sizes.push_back(symbol.str());
        values.push_back(*value);
      }
    uint32_t number = program_.requirements.size();
    program_.requirements.push_back(std::move(requirement));
    emit(Op::require, counted(values, {holds, number}));
  }

  /// The number in the package of a constant of the module. Equal weights of
  /// another entry point are shared.
  uint32_t weight(int64_t id, Location location) {
    auto [position, added] = weights_.try_emplace(id, package_.weights.size());
    if (!added)
      return position->second;
    const ConstantData &data = module_.constants[id];
    if (auto same = find_earlier(data))
      return position->second = *same;
    std::vector<ModelNode> nodes = ir::model_nodes(location);
    package_.weights.push_back({nodes.empty() ? "" : nodes.front().name,
                                data.dtype, data.dims, data.bytes});
    return position->second;
  }

  /// Reads the data only if there is something to compare it with.
  std::optional<uint32_t> find_earlier(const ConstantData &data) const {
    if (earlier_weights_.empty())
      return std::nullopt;
    auto [first, last] = earlier_weights_.equal_range(weight_key(data));
    for (auto other = first; other != last; ++other)
      if (is_same(package_.weights[other->second], data))
        return other->second;
    return std::nullopt;
  }

  template <typename Data> static uint64_t weight_key(const Data &data) {
    return hash_bytes(data.bytes.data) + uint64_t(data.dtype);
  }

  static bool is_same(const Weight &weight, const ConstantData &data) {
    return weight.dtype == data.dtype && weight.dims == data.dims &&
           std::ranges::equal(weight.bytes.data, data.bytes.data);
  }

  /// Kernels and weights of entry points that were lowered before.
  void share_what_is_there() {
    earlier_kernels_ = package_.kernels.size();
    for (size_t k = 0; k < package_.kernels.size(); ++k)
      kernels_.try_emplace(kernel_key(package_.kernels[k]), k);
    for (size_t k = 0; k < package_.weights.size(); ++k)
      earlier_weights_.emplace(weight_key(package_.weights[k]), k);
  }

  void lower_reshape(lf::ReshapeOp reshape) {
    auto dims = regs(module_.shape_of(reshape.getValue()));
    uint32_t source = values_.lookup(reshape.getTensor());
    emit(Op::alias, counted(dims, {define_value(reshape.getValue()), source}));
  }

  void allocate(Value value) {
    auto dims = regs(module_.shape_of(value));
    uint32_t dtype = uint32_t(lf::dtype_of(value));
    auto slot = plan_.slot_of.find(value);
    uint32_t number = define_value(value);
    if (slot != plan_.slot_of.end())
      emit(Op::place,
           counted(dims, {number, dtype, slot_offsets_[slot->second]}));
    else
      emit(Op::alloc, counted(dims, {number, dtype}));
  }

  void lower_compute(Operation &op) {
    ir::Description d = ir::describe(module_, &op);
    for (Value input : d.inputs)
      read_extents(input);
    auto sizes = regs(d.sizes);
    std::vector<uint32_t> operands;
    for (Value input : d.inputs)
      operands.push_back(values_.lookup(input));
    for (Value result : op.getResults()) {
      allocate(result);
      operands.push_back(values_.lookup(result));
    }
    if (auto loops = dyn_cast<lf::ParallelOp>(op))
      for (auto [k, from] : llvm::enumerate(loops.getInitialOf()))
        if (from >= 0)
          emit(Op::copy, {values_.lookup(loops.getResult(k)),
                          values_.lookup(loops.getInitial()[from])});
    launch(std::move(d.kernel), operands, sizes);
  }

  void launch(Kernel kernel, std::span<const uint32_t> operands,
              std::span<const uint32_t> sizes) {
    Args args = counted(operands, {kernel_number(std::move(kernel))});
    emit(Op::launch, counted(sizes, std::move(args)));
  }

  /// The number of the kernel in the package. A kernel that is equal to an
  /// earlier one but for its name and origins shares that one's number. Checks
  /// are compared, too: their errors name the node, so kernels with checks of
  /// different nodes are not shared.
  uint32_t kernel_number(Kernel kernel) {
    auto [position, added] =
        kernels_.try_emplace(kernel_key(kernel), package_.kernels.size());
    if (added) {
      package_.kernels.push_back(std::move(kernel));
    } else if (position->second >= earlier_kernels_) {
      auto &origins = package_.kernels[position->second].origins;
      origins.insert(origins.end(), kernel.origins.begin(),
                     kernel.origins.end());
    }
    return position->second;
  }

  static std::string kernel_key(Kernel kernel) {
    kernel.name.clear();
    kernel.origins.clear();
    auto bytes = serialize(kernel);
    return {bytes.begin(), bytes.end()};
  }

  void lower_box(lf::BoxOp box) {
    std::vector<uint32_t> results, arguments, extra;
    for (Value argument : box.getArgs())
      arguments.push_back(values_.lookup(argument));
    for (Value result : box.getValues())
      results.push_back(define_value(result));
    for (int64_t number : box.getExtra())
      extra.push_back(uint32_t(number));
    auto function = BoxFunction(box.getFunction());
    // A list that nobody needs any more grows in place.
    if (function == BoxFunction::sequence_insert &&
        is_last_use(box.getArgs()[0], box))
      function = BoxFunction::sequence_push;
    Args args = counted(results, {uint32_t(function)});
    args = counted(arguments, std::move(args));
    emit(Op::box, counted(extra, std::move(args)));
    for (auto [number, result] : llvm::zip(results, box.getValues()))
      expect_type(number, result);
  }

  //===--- Control flow ---------------------------------------------------===//

  uint32_t target() { return program_.code.size(); }

  void lower_region(Region &region) {
    scopes_.emplace_back();
    lower_block(region.front());
  }

  /// Whether nothing reads the value once the operation has. A value from
  /// around a branch may be used for the last time in it, one from around a
  /// loop not.
  static bool is_last_use(Value value, Operation *op) {
    for (Operation *user : value.getUsers())
      if (op->isProperAncestor(user))
        return false; // The operation's own graphs read it later.
    for (mlir::Block *block = op->getBlock();; block = op->getBlock()) {
      for (Operation *user : value.getUsers())
        if (Operation *here = block->findAncestorOpInBlock(*user);
            here && op->isBeforeInBlock(here))
          return false;
      if (block == value.getParentBlock())
        return true;
      op = block->getParentOp();
      if (!isa<lf::IfOp>(op))
        return false;
    }
  }

  /// Shares values with other registers. A box that `op` uses last leaves its
  /// own, so that the new one alone holds it.
  void share(std::span<const std::pair<uint32_t, Value>> values,
             Operation *op) {
    for (auto [to, value] : values)
      emit(Op::share, {to, values_.lookup(value)});
    llvm::SmallDenseSet<Value> left;
    for (auto [to, value] : values)
      if (!isa<RankedTensorType>(value.getType()) && is_last_use(value, op) &&
          left.insert(value).second)
        emit(Op::drop, {values_.lookup(value)});
  }

  uint32_t condition_of(lf::IfOp branch) {
    Value condition = branch.getCondition();
    if (!isa<RankedTensorType>(condition.getType()))
      return reg(module_.size_of(condition));
    uint32_t result = new_int();
    emit(Op::read, {result, values_.lookup(condition), 0});
    return result;
  }

  void lower_if(lf::IfOp branch) {
    uint32_t condition = condition_of(branch);
    std::vector<uint32_t> results;
    for (Value result : branch.getValues())
      results.push_back(define_value(result));
    auto body = [&](Region &region) {
      lower_region(region);
      Operation *yield = region.front().getTerminator();
      std::vector<std::pair<uint32_t, Value>> values;
      for (auto [result, value] : llvm::zip(results, yield->getOperands()))
        values.emplace_back(result, value);
      share(values, yield);
      scopes_.pop_back();
    };
    size_t to_else = emit(Op::jump_ifnot, {condition, 0});
    body(branch.getThenBody());
    size_t to_end = emit(Op::jump, {0});
    program_.code[to_else].args[1] = target();
    body(branch.getElseBody());
    program_.code[to_end].args[0] = target();
  }

  void lower_loop(lf::GraphLoopOp loop) {
    mlir::Block &body = loop.getBody().front();
    std::optional<uint32_t> trips;
    if (loop.getTripCount()) {
      trips = new_int();
      emit(Op::read, {*trips, values_.lookup(loop.getTripCount()), 0});
    }
    uint32_t proceed = new_int(), iteration = new_int();
    if (loop.getCondition())
      emit(Op::read, {proceed, values_.lookup(loop.getCondition()), 0});
    else
      emit(Op::constant, {proceed, 1, 0});
    emit(Op::constant, {iteration, 0, 0});
    auto carried_args = body.getArguments().drop_front();
    std::vector<std::pair<uint32_t, Value>> initial;
    for (auto [argument, init] : llvm::zip(carried_args, loop.getInit()))
      initial.emplace_back(define_value(argument), init);
    share(initial, loop);
    std::vector<uint32_t> collected;
    for (uint64_t k = 0; k < loop.getCollected(); ++k) {
      collected.push_back(new_value());
      box(BoxFunction::sequence_empty, collected[k], {},
          {uint32_t(lf::dtype_of(loop.getResult(carried_args.size() + k)))});
    }
    uint32_t head = target();
    std::vector<size_t> exits;
    if (trips) {
      uint32_t more = new_int();
      emit(Op::less, {more, iteration, *trips});
      exits.push_back(emit(Op::jump_ifnot, {more, 0}));
    }
    exits.push_back(emit(Op::jump_ifnot, {proceed, 0}));
    lower_loop_body(body, proceed, iteration, collected);
    emit(Op::jump, {head});
    for (size_t exit : exits)
      program_.code[exit].args.back() = target();
    finish_loop(loop, carried_args, collected);
  }

  void lower_loop_body(mlir::Block &body, uint32_t proceed, uint32_t iteration,
                       std::span<const uint32_t> collected) {
    scopes_.emplace_back();
    uint32_t number = define_value(body.getArgument(0));
    emit(Op::alloc, {number, uint32_t(DType::i64), 0});
    launch(number_kernel(), std::span(&number, 1), std::span(&iteration, 1));
    lower_block(body);
    Operation *yield = body.getTerminator();
    emit(Op::read, {proceed, values_.lookup(yield->getOperand(0)), 0});
    auto carried_args = body.getArguments().drop_front();
    // All values are read before any is overwritten.
    for (auto [k, sequence] : llvm::enumerate(collected)) {
      uint32_t element =
          values_.lookup(yield->getOperand(1 + carried_args.size() + k));
      box(BoxFunction::sequence_push, sequence, {sequence, element}, {});
    }
    std::vector<std::pair<uint32_t, Value>> next;
    for (size_t k = 0; k < carried_args.size(); ++k)
      next.emplace_back(new_value(), yield->getOperand(1 + k));
    share(next, yield);
    for (auto [argument, value] : llvm::zip(carried_args, next)) {
      emit(Op::share, {values_.lookup(argument), value.first});
      emit(Op::drop, {value.first});
    }
    uint32_t one = constant(1);
    emit(Op::add, {iteration, iteration, one});
    scopes_.pop_back();
  }

  void finish_loop(lf::GraphLoopOp loop,
                   llvm::ArrayRef<BlockArgument> carried_args,
                   std::span<const uint32_t> collected) {
    for (auto [k, argument] : llvm::enumerate(carried_args)) {
      emit(Op::share,
           {define_value(loop.getResult(k)), values_.lookup(argument)});
      emit(Op::drop, {values_.lookup(argument)});
    }
    for (auto [k, sequence] : llvm::enumerate(collected)) {
      Value result = loop.getResult(carried_args.size() + k);
      // An empty stack still has a type: its static extents, 0 for the others.
      auto type = cast<RankedTensorType>(result.getType());
      std::vector<uint32_t> extra{uint32_t(lf::dtype_of(result))};
      for (int64_t extent : type.getShape().drop_front())
        extra.push_back(ShapedType::isDynamic(extent) ? 0 : extent);
      box(BoxFunction::sequence_stack, define_value(result), {sequence}, extra);
      emit(Op::drop, {sequence});
    }
  }

  void box(BoxFunction function, uint32_t result, Args arguments, Args extra) {
    Args args = counted(std::span(&result, 1), {uint32_t(function)});
    args = counted(arguments, std::move(args));
    emit(Op::box, counted(extra, std::move(args)));
  }

  /// Writes its size parameter to an i64 scalar tensor.
  static Kernel number_kernel() {
    Kernel kernel;
    kernel.name = "iteration";
    kernel.operands = {{DType::i64, {}, true, false}};
    kernel.size_count = 1;
    Node node;
    node.kind = NodeKind::size;
    node.type = DType::i64;
    kernel.nodes = {node};
    kernel.body.nodes = {0};
    kernel.body.yields = {0};
    return kernel;
  }

  //===--- Lifetimes ------------------------------------------------------===//

  /// Drops the references of values whose last use in their block this was.
  void drop_dead(Operation &op) {
    SmallVector<Value> candidates(op.getResults());
    op.walk([&](Operation *inner) {
      candidates.append(inner->operand_begin(), inner->operand_end());
    });
    llvm::SmallDenseSet<Value> seen;
    for (Value value : candidates) {
      if (!seen.insert(value).second || !values_.contains(value) ||
          isa<BlockArgument>(value) ||
          value.getParentBlock() != op.getBlock() ||
          plan_.slot_of.contains(value))
        continue;
      if (is_last_use(value, op))
        emit(Op::drop, {values_.lookup(value)});
    }
  }

  bool is_last_use(Value value, Operation &op) {
    for (Operation *user : value.getUsers()) {
      Operation *top = op.getBlock()->findAncestorOpInBlock(*user);
      if (op.isBeforeInBlock(top) || isa<lf::YieldOp>(top))
        return false;
    }
    return true;
  }

  ir::Module::Impl &module_;
  Package &package_;
  Program &program_;
  MemoryPlan plan_;
  std::vector<uint32_t> slot_offsets_;
  std::vector<Scope> scopes_;
  llvm::DenseMap<Value, uint32_t> values_;
  llvm::DenseMap<int64_t, uint32_t> weights_;
  size_t earlier_kernels_ = 0; ///< Those have the origins that they need.
  std::unordered_multimap<uint64_t, uint32_t> earlier_weights_; ///< By key.
  std::map<std::string, uint32_t> kernels_;
  llvm::DenseMap<Location, uint32_t> origin_numbers_;
  llvm::DenseSet<Operation *> done_;
  uint32_t int_registers_ = 0;
  uint32_t value_registers_ = 0;
  uint32_t origin_ = 0;
};

} // namespace

Status lower(ir::Module &module, Package &package,
             const SkippedSteps &skipped) {
  try {
    Lowering(module.impl(), package).run(skipped);
  } catch (BuildError &error) {
    return error.error;
  }
  return {};
}

} // namespace landfall::compiler
