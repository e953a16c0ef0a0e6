//===- lay_out_panels.cpp - Weights in panels -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "compiler/passes/lay_out_panels.h"

#include "base/element_count.h"
#include "compiler/passes/body_queries.h"
#include "compiler/passes/replace_constants.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <tuple>

using namespace mlir;

namespace landfall::compiler {

namespace {

/// What a dimension of the constant is: the number of the reduce loop that
/// indexes it, or one of these.
constexpr int of_panels = -1; ///< Indexed by a result loop of the weights' own.
constexpr int outside = -2;   ///< Indexed by neither.
using Roles = SmallVector<int>;

/// Reads what a load in a contraction's factors means for the layout.
class PanelLoad {
public:
  PanelLoad(ir::Module::Impl &module, const PanelWeights &weights,
            lf::LoadOp load)
      : module_(module), weights_(weights), load_(load),
        contract_(dyn_cast<lf::ContractOp>(load->getParentOp())) {}

  /// The roles of the dimensions; nullopt if the load is not among the weights.
  std::optional<Roles> roles() {
    if (!contract_ || !is_whole_factor())
      return std::nullopt;
    used_ = arguments_below(other_factor(), block());
    for (unsigned dim = 0; dim < dims().size(); ++dim)
      if (!read_index(dim))
        return std::nullopt;
    if (!all_summed() || !llvm::is_contained(roles_, of_panels) || !pays() ||
        (is_bytes() && word_loop() < 0))
      return std::nullopt;
    return roles_;
  }
  /// The point of the constant that the own loop's index 0 is.
  int64_t first() const { return first_; }
  Value own_index() { return block().getArgument(own_loop_); }
  /// Whether bytes are multiplied as such, in words.
  bool is_bytes() const { return is_bytes_; }
  /// The reduce loop that walks words: the longest one of whole words, or the
  /// innermost if scales differ along others; -1: none.
  int word_loop() {
    int best = -1;
    int64_t longest = 0;
    for (auto [dim, role] : llvm::enumerate(roles_)) {
      if (role < 0 || dims()[dim] % weights_.byte_steps != 0)
        continue;
      if (is_unpacked_ ? role < best : dims()[dim] <= longest)
        continue;
      best = role;
      longest = dims()[dim];
    }
    return best;
  }
  /// Its extent: that of the dimension, which may be known where the loop's is
  /// not.
  int64_t word_loop_extent() {
    return dims()[size_t(llvm::find(roles_, word_loop()) - roles_.begin())];
  }
  lf::ContractOp contract() { return contract_; }

private:
  mlir::Block &block() { return contract_.getFactors().front(); }
  OperandRange factors() { return block().getTerminator()->getOperands(); }
  Value other_factor() { return factors()[factors()[0] == factor_]; }
  unsigned loops() { return unsigned(contract_.getDims().size()); }
  ArrayRef<int64_t> dims() {
    return cast<RankedTensorType>(load_.getTensor().getType()).getShape();
  }

  /// Whether one factor is what is loaded: reals in the accumulator's type, or
  /// bytes, perhaps less a zero point.
  bool is_whole_factor() {
    Value value = load_.getValue();
    if (load_->getBlock() != &block() || load_.getGuard() || !value.hasOneUse())
      return false;
    Type sum = contract_.getEpilogue().front().getArguments().back().getType();
    factor_ = value;
    if (value.getType() == sum && sum.isFloat())
      return llvm::is_contained(factors(), value);
    if (weights_.byte_steps == 0 || !value.getType().isInteger(8))
      return false;
    if (sum.isFloat())
      return is_unpacked();
    is_bytes_ = sum.isInteger(32);
    if (!is_bytes_)
      return false;
    auto used = [&](ScalarOp op) {
      auto user = factor_.hasOneUse()
                      ? dyn_cast<lf::ScalarOp>(*factor_.user_begin())
                      : lf::ScalarOp();
      bool is_used = user && user->getBlock() == &block() &&
                     user.getOp() == op && user.getArgs()[0] == factor_;
      if (is_used)
        factor_ = user->getResult(0);
      return is_used;
    };
    if (!used(ScalarOp::cast))
      return false;
    (void)used(ScalarOp::sub);
    return factor_.hasOneUse() && llvm::is_contained(factors(), factor_);
  }
  /// Whether a factor is computed from what is loaded and other constants: from
  /// weights of a few bits, say, with scales and zero points.
  bool is_unpacked() {
    is_unpacked_ = true;
    bool found = false;
    for (Value factor : factors()) {
      auto slice = slice_of(factor, block());
      if (!slice.contains(load_))
        continue;
      if (found)
        return false;
      found = true;
      factor_ = factor;
      for (Operation *op : slice)
        if (auto load = dyn_cast<lf::LoadOp>(op))
          if (load.getGuard() || !module_.constant_of(load.getTensor()))
            return false;
    }
    if (!found || !is_largest(slice_of(factor_, block())))
      return false;
    is_bytes_ = lf::dtype_of(load_.getTensor()) == DType::u8 &&
                is_scaled_bytes(other_factor());
    return true;
  }
  /// Whether a factor is cast(x) * s, where x is a signed byte that is loaded.
  bool is_scaled_bytes(Value factor) {
    auto product = factor.getDefiningOp<lf::ScalarOp>();
    if (!product || product.getOp() != ScalarOp::mul)
      return false;
    auto cast = product.getArgs()[0].getDefiningOp<lf::ScalarOp>();
    if (!cast || cast.getOp() != ScalarOp::cast)
      return false;
    auto load = cast.getArgs()[0].getDefiningOp<lf::LoadOp>();
    return load && lf::dtype_of(load.getTensor()) == DType::i8;
  }
  /// Whether no other load of the factor is of a constant as large: scales are
  /// fewer than the weights.
  bool is_largest(const llvm::SetVector<Operation *> &slice) {
    auto count = [](lf::LoadOp load) {
      return cast<RankedTensorType>(load.getTensor().getType())
          .getNumElements();
    };
    return llvm::all_of(slice, [&](Operation *op) {
      auto other = dyn_cast<lf::LoadOp>(op);
      return !other || other == load_ || count(other) < count(load_);
    });
  }

  /// The block's argument that an index is, plus a literal; -1 if it is none.
  std::pair<int, int64_t> argument_plus(Value index) {
    int64_t plus = 0;
    if (auto sum = index.getDefiningOp<lf::ScalarOp>();
        sum && sum.getOp() == ScalarOp::add)
      for (int side : {0, 1})
        if (std::optional<int64_t> literal =
                number_of(sum.getArgs()[1 - side])) {
          index = sum.getArgs()[side];
          plus = *literal;
          break;
        }
    auto argument = dyn_cast<BlockArgument>(index);
    bool is_loop = argument && argument.getOwner() == &block();
    return {is_loop ? int(argument.getArgNumber()) : -1, plus};
  }
  std::optional<int64_t> number_of(Value value) {
    if (value.getDefiningOp<lf::SizeOp>())
      return module_.size_of(value).constant();
    return literal_of(value);
  }

  bool read_index(unsigned dim) {
    Value index = load_.getIndices()[dim];
    auto [number, plus] = argument_plus(index);
    if (number >= int(loops())) {
      int loop = number - int(loops());
      roles_.push_back(loop);
      // All of the dimension, from its beginning to its end; or what the run
      // says of the outermost one, whose extent no stride depends on.
      auto extent = module_.size_of(contract_.getReduce()[unsigned(loop)]);
      return plus == 0 && llvm::count(roles_, loop) == 1 &&
             extent.constant().value_or(loop == 0 ? dims()[dim] : -1) ==
                 dims()[dim];
    }
    if (number >= 0 && !used_.contains(unsigned(number))) {
      roles_.push_back(of_panels);
      own_loop_ = unsigned(number);
      first_ = plus;
      auto extent = module_.size_of(contract_.getDims()[own_loop_]).constant();
      // From a panel's beginning; one dimension only.
      return extent && plus >= 0 && plus % weights_.width == 0 &&
             plus + *extent <= dims()[dim] &&
             llvm::count(roles_, of_panels) == 1;
    }
    roles_.push_back(outside);
    return llvm::all_of(arguments_below(index, block()), [&](unsigned loop) {
      return loop < loops() && used_.contains(loop);
    });
  }

  /// A loop that walks the bits of an element indexes no dimension.
  bool all_summed() {
    if (is_unpacked_)
      return !contract_.getReduce().empty();
    for (unsigned loop = 0; loop < contract_.getReduce().size(); ++loop)
      if (!llvm::is_contained(roles_, int(loop)))
        return false;
    return !contract_.getReduce().empty();
  }

  /// Whether the layout is worth its padding and, on the M side, the turning of
  /// results.
  bool pays() {
    unsigned innermost = loops() - 1;
    int64_t along = 1, summed = 1;
    unsigned long_sums = 0;
    for (auto [dim, role] : llvm::enumerate(roles_)) {
      along *= role == of_panels ? dims()[dim] : 1;
      summed *= role >= 0 ? dims()[dim] : 1;
      long_sums += role >= 0 && dims()[dim] > 1;
    }
    // Their kernels have points of N in their lanes only.
    if (is_unpacked_ && own_loop_ != innermost)
      return false;
    bool windows_pay = long_sums < 2 || along >= weights_.fewest_for_windows ||
                       has_few_other_points();
    int64_t stored = llvm::alignTo(along, weights_.width);
    return (stored - along) * 100 <= stored * weights_.most_padding &&
           (own_loop_ == innermost ||
            (used_.contains(innermost) && windows_pay &&
             summed >= weights_.fewest_summed_on_m_side &&
             summed * along >= weights_.fewest_on_m_side));
  }

  bool has_few_other_points() {
    int64_t points = 1;
    for (unsigned loop : used_) {
      if (loop >= loops())
        continue;
      auto extent = module_.size_of(contract_.getDims()[loop]).constant();
      if (!extent || *extent > weights_.few_other_points)
        return false;
      points *= *extent;
      if (points > weights_.few_other_points)
        return false;
    }
    return true;
  }

  ir::Module::Impl &module_;
  PanelWeights weights_;
  lf::LoadOp load_;
  lf::ContractOp contract_;
  Value factor_; ///< The one that is made of the load.
  bool is_bytes_ = false, is_unpacked_ = false;
  llvm::SmallDenseSet<unsigned> used_; ///< By the other factor.
  Roles roles_;
  unsigned own_loop_ = 0;
  int64_t first_ = 0;
};

/// The dimensions of a constant in their new order, without those of panels:
/// `before` them, and `inside` of each, in the order of their loops.
struct NewOrder {
  /// The dimension of loop `last` is the last one inside, whatever its number;
  /// -1: none is.
  NewOrder(const Roles &roles, int last)
      : own(unsigned(llvm::find(roles, of_panels) - roles.begin())) {
    for (unsigned dim = 0; dim < roles.size(); ++dim)
      if (dim != own)
        (roles[dim] == outside ? before : inside).push_back(dim);
    llvm::sort(inside, [&](unsigned a, unsigned b) {
      return std::pair(roles[a] == last, roles[a]) <
             std::pair(roles[b] == last, roles[b]);
    });
  }

  unsigned own;
  SmallVector<unsigned> before, inside;
};

/// Elements of `steps` consecutive steps of a point lie together.
ConstantData in_panels(const ConstantData &data, const NewOrder &order,
                       int64_t width, int64_t steps) {
  std::vector<int64_t> strides(data.dims.size(), 1);
  for (size_t d = strides.size() - 1; d-- > 0;)
    strides[d] = strides[d + 1] * data.dims[d + 1];
  int64_t along = data.dims[order.own];
  int64_t panels = (along + width - 1) / width;
  ConstantData result{data.dtype, {}, {}};
  // The dimensions that are walked, outermost first, with their strides.
  std::vector<int64_t> extents, walked;
  auto walk = [&](unsigned dim) {
    extents.push_back(data.dims[dim]);
    walked.push_back(strides[dim]);
  };
  for (unsigned dim : order.before)
    walk(dim);
  result.dims = extents;
  extents.push_back(panels);
  walked.push_back(strides[order.own] * width);
  result.dims.push_back(panels);
  size_t panel_place = extents.size() - 1;
  for (unsigned dim : order.inside) {
    walk(dim);
    result.dims.push_back(data.dims[dim]);
  }
  result.dims.back() /= steps;
  result.dims.push_back(width);
  if (steps > 1)
    result.dims.push_back(steps);
  int64_t depth = 1, lines = 1;
  for (size_t d = panel_place + 1; d < extents.size(); ++d)
    depth *= extents[d];
  for (int64_t extent : extents)
    lines *= extent;
  size_t bytes = size_t(size_of(data.dtype));
  std::vector<uint8_t> room(size_t(element_count(result.dims)) * bytes);
  std::vector<int64_t> at(extents.size(), 0);
  const uint8_t *from = data.bytes.data.data();
  int64_t offset = 0;
  for (int64_t line = 0; line < lines; ++line) {
    int64_t points = std::min(width, along - at[panel_place] * width);
    int64_t panel = line / depth, step = line % depth;
    int64_t first =
        (panel * depth + step / steps * steps) * width + step % steps;
    for (int64_t point = 0; point < points; ++point)
      std::memcpy(room.data() + size_t(first + point * steps) * bytes,
                  from + size_t(offset + point * strides[order.own]) * bytes,
                  bytes);
    for (size_t d = extents.size(); d-- > 0;) {
      offset += walked[d];
      if (++at[d] < extents[d])
        break;
      offset -= walked[d] * at[d];
      at[d] = 0;
    }
  }
  result.bytes = share_bytes(std::move(room));
  return result;
}

/// Builds index arithmetic.
struct IndexBuilder {
  OpBuilder builder;
  Location loc;

  Value literal(int64_t value) {
    return lf::LiteralOp::create(builder, loc, builder.getI64Type(),
                                 builder.getI64IntegerAttr(value));
  }
  Value scalar(ScalarOp op, Value a, Value b) {
    return lf::ScalarOp::create(builder, loc, builder.getI64Type(), op,
                                ValueRange{a, b});
  }
};

/// Splits a reduce loop of this extent into two, which become the innermost:
/// over words of `steps` steps, and over the steps of a word. Returns their
/// indices.
std::pair<Value, Value> split_into_words(lf::ContractOp contract, unsigned loop,
                                         int64_t extent, int64_t steps,
                                         ir::Module::Impl &module) {
  Location loc = contract.getLoc();
  mlir::Block &block = contract.getFactors().front();
  unsigned results = unsigned(contract.getDims().size());
  SmallVector<Value> before(contract.getReduce());
  SmallVector<Value> reduce, old(block.getArguments().drop_front(results));
  IndexBuilder index{OpBuilder::atBlockBegin(&block), loc};
  auto add = [&](Value extent) {
    reduce.push_back(extent);
    return block.addArgument(index.builder.getI64Type(), loc);
  };
  for (unsigned other = 0; other < before.size(); ++other)
    if (other != loop)
      old[other].replaceAllUsesWith(add(before[other]));
  OpBuilder outside(contract);
  Value word = add(module.materialize(outside, loc, ir::Size(extent / steps)));
  Value step = add(module.materialize(outside, loc, ir::Size(steps)));
  old[loop].replaceAllUsesWith(index.scalar(
      ScalarOp::add, index.scalar(ScalarOp::mul, word, index.literal(steps)),
      step));
  block.eraseArguments(results, unsigned(old.size()));
  contract.getReduceMutable().assign(reduce);
  return {word, step};
}

/// Makes a load read from the panels.
void read_panels(lf::LoadOp load, Value panels, const NewOrder &order,
                 const PanelWeights &weights, ir::Module::Impl &module) {
  PanelLoad use(module, weights, load);
  (void)use.roles();
  Value point = use.own_index(), word, step;
  int64_t first = use.first();
  if (use.is_bytes())
    std::tie(word, step) =
        split_into_words(use.contract(), unsigned(use.word_loop()),
                         use.word_loop_extent(), weights.byte_steps, module);
  IndexBuilder index{OpBuilder(load), load.getLoc()};
  Value width = index.literal(weights.width);
  Value panel = index.scalar(ScalarOp::div, point, width);
  if (first)
    panel = index.scalar(ScalarOp::add, panel,
                         index.literal(first / weights.width));
  SmallVector<Value> indices;
  for (unsigned dim : order.before)
    indices.push_back(load.getIndices()[dim]);
  indices.push_back(panel);
  for (unsigned dim : order.inside)
    indices.push_back(load.getIndices()[dim]);
  if (word)
    indices.back() = word;
  indices.push_back(index.scalar(ScalarOp::mod, point, width));
  if (step)
    indices.push_back(step);
  load.getIndicesMutable().assign(indices);
  load.getTensorMutable().assign(panels);
}

void lay_out(lf::ConstantOp constant, const Roles &roles,
             const PanelWeights &weights, ir::Module::Impl &module) {
  PanelLoad use(module, weights,
                cast<lf::LoadOp>(*constant.getValue().getUsers().begin()));
  (void)use.roles();
  bool is_bytes = use.is_bytes();
  NewOrder order(roles, is_bytes ? use.word_loop() : -1);
  ConstantData data =
      in_panels(module.constants[constant.getId()], order, weights.width,
                is_bytes ? weights.byte_steps : 1);
  OpBuilder builder(constant);
  auto type = RankedTensorType::get(data.dims,
                                    lf::to_mlir(data.dtype, &module.context));
  auto moved = lf::ConstantOp::create(
      builder, constant.getLoc(), type,
      builder.getI64IntegerAttr(module.add_constant(std::move(data))));
  for (Operation *user :
       llvm::make_early_inc_range(constant.getValue().getUsers()))
    read_panels(cast<lf::LoadOp>(user), moved.getValue(), order, weights,
                module);
  module.forget(constant);
  constant.erase();
}

/// The roles of a constant's dimensions that all its uses agree on; nullopt if
/// it is not stored in panels.
std::optional<Roles> common_roles(lf::ConstantOp constant,
                                  const PanelWeights &weights,
                                  ir::Module::Impl &module) {
  std::optional<Roles> common;
  for (Operation *user : constant.getValue().getUsers()) {
    auto load = dyn_cast<lf::LoadOp>(user);
    std::optional<Roles> roles =
        load ? PanelLoad(module, weights, load).roles() : std::nullopt;
    if (!roles || (common && *common != *roles))
      return std::nullopt;
    common = roles;
  }
  return common;
}

} // namespace

void lay_out_panels(ir::Module::Impl &module, const PanelWeights &weights) {
  PanelWeights narrow = weights;
  narrow.width = weights.narrow_width;
  replace_constants(module, [&](lf::ConstantOp constant) {
    for (const PanelWeights &form : {weights, narrow}) {
      auto roles = form.width ? common_roles(constant, form, module)
                              : std::optional<Roles>();
      if (!roles)
        continue;
      lay_out(constant, *roles, form, module);
      return true;
    }
    return false;
  });
}

} // namespace landfall::compiler
