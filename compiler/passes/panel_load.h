//===- panel_load.h - What a load of weights means for panels ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/passes/body_queries.h"
#include "compiler/passes/weight_layouts.h"
#include "ir/module/module_impl.h"

#include <optional>
#include <utility>

namespace landfall::compiler {

/// What a dimension of the constant is: the number of the reduce loop that
/// indexes it, or one of these.
inline constexpr int of_panels =
    -1; ///< Indexed by a result loop of the weights' own.
inline constexpr int outside = -2; ///< Indexed by neither.
using PanelRoles = llvm::SmallVector<int>;

/// Reads what a load in a contraction's factors means for the layout.
class PanelLoad {
public:
  PanelLoad(ir::Module::Impl &module, const PanelWeights &weights,
            lf::LoadOp load)
      : module_(module), weights_(weights), load_(load),
        contract_(mlir::dyn_cast<lf::ContractOp>(load->getParentOp())) {}

  /// The roles of the dimensions; nullopt if the load is not among the weights.
  std::optional<PanelRoles> roles() {
    if (!contract_ || !is_whole_factor())
      return std::nullopt;
    used_ = arguments_below(other_factor(), block());
    for (unsigned dim = 0; dim < dims().size(); ++dim)
      if (!read_index(dim))
        return std::nullopt;
    // Reals multiply steps of K as well as words.
    if (is_unpacked_ && is_in_words() && word_loop() < 0 &&
        !is_scaled_bytes(other_factor()))
      steps_ = 1;
    if (!all_summed() || !llvm::is_contained(roles_, of_panels) || !pays() ||
        (is_in_words() && word_loop() < 0))
      return std::nullopt;
    return roles_;
  }
  /// The point of the constant that the own loop's index 0 is.
  int64_t first() const { return first_; }
  mlir::Value own_index() { return block().getArgument(own_loop_); }
  /// The steps of K that lie together: more than one in words of bytes or bf16
  /// that are multiplied as such.
  int64_t steps() const { return steps_; }
  bool is_in_words() const { return steps_ > 1; }
  /// The reduce loop that walks words: the longest one of whole words, or the
  /// innermost if scales differ along others; -1: none.
  int word_loop() {
    int best = -1;
    int64_t longest = 0;
    for (auto [dim, role] : llvm::enumerate(roles_)) {
      if (role < 0 || dims()[dim] % steps_ != 0)
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
  mlir::OperandRange factors() {
    return block().getTerminator()->getOperands();
  }
  mlir::Value other_factor() { return factors()[factors()[0] == factor_]; }
  unsigned loops() { return unsigned(contract_.getDims().size()); }
  llvm::ArrayRef<int64_t> dims() {
    return mlir::cast<mlir::RankedTensorType>(load_.getTensor().getType())
        .getShape();
  }

  /// Whether one factor is what is loaded: reals in the accumulator's type,
  /// narrower ones, or bytes, perhaps less a zero point.
  bool is_whole_factor() {
    mlir::Value value = load_.getValue();
    if (load_->getBlock() != &block() || load_.getGuard() || !value.hasOneUse())
      return false;
    mlir::Type sum =
        contract_.getEpilogue().front().getArguments().back().getType();
    factor_ = value;
    if (value.getType() == sum && sum.isFloat())
      return llvm::is_contained(factors(), value);
    if (sum.isF32() && (value.getType().isBF16() || value.getType().isF16())) {
      steps_ = value.getType().isBF16() ? weights_.bf16_steps : 1;
      return weights_.bf16_steps != 0 && follow(ScalarOp::cast) && is_factor();
    }
    if (weights_.byte_steps == 0 || !value.getType().isInteger(8))
      return false;
    if (sum.isFloat())
      return is_unpacked();
    if (!sum.isInteger(32))
      return false;
    steps_ = weights_.byte_steps;
    if (!follow(ScalarOp::cast))
      return false;
    (void)follow(ScalarOp::sub);
    return is_factor();
  }
  /// Goes on to the result of the operation that uses the factor so far, if it
  /// is this one.
  bool follow(ScalarOp op) {
    auto user = factor_.hasOneUse()
                    ? mlir::dyn_cast<lf::ScalarOp>(*factor_.user_begin())
                    : lf::ScalarOp();
    bool is_used = user && user->getBlock() == &block() && user.getOp() == op &&
                   user.getArgs()[0] == factor_;
    if (is_used)
      factor_ = user->getResult(0);
    return is_used;
  }
  bool is_factor() {
    return factor_.hasOneUse() && llvm::is_contained(factors(), factor_);
  }
  /// Whether a factor is computed from what is loaded and other constants: from
  /// weights of a few bits, say, with scales and zero points.
  bool is_unpacked() {
    is_unpacked_ = true;
    bool found = false;
    for (mlir::Value factor : factors()) {
      auto slice = slice_of(factor, block());
      if (!slice.contains(load_))
        continue;
      if (found)
        return false;
      found = true;
      factor_ = factor;
      for (mlir::Operation *op : slice)
        if (auto load = mlir::dyn_cast<lf::LoadOp>(op))
          if (load.getGuard() || !module_.constant_of(load.getTensor()))
            return false;
    }
    if (!found || !is_largest(slice_of(factor_, block())))
      return false;
    if (lf::dtype_of(load_.getTensor()) == DType::u8 &&
        (is_scaled_bytes(other_factor()) || is_bit_field()))
      steps_ = weights_.byte_steps;
    return true;
  }
  /// Whether what is loaded is shifted or masked, and becomes a real.
  bool is_bit_field() {
    mlir::Value value = load_.getValue();
    lf::ScalarOp user;
    auto uses_as = [&](ScalarOp op) {
      user = value.hasOneUse()
                 ? mlir::dyn_cast<lf::ScalarOp>(*value.user_begin())
                 : lf::ScalarOp();
      return user && user.getOp() == op && user.getArgs()[0] == value;
    };
    bool some = false;
    for (; uses_as(ScalarOp::shr) || uses_as(ScalarOp::bit_and); some = true)
      value = user->getResult(0);
    return some && uses_as(ScalarOp::cast) &&
           user->getResult(0).getType().isF32();
  }
  /// Whether a factor is cast(x) * s, where x is a signed byte that is loaded.
  bool is_scaled_bytes(mlir::Value factor) {
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
  bool is_largest(const llvm::SetVector<mlir::Operation *> &slice) {
    auto count = [](lf::LoadOp load) {
      return mlir::cast<mlir::RankedTensorType>(load.getTensor().getType())
          .getNumElements();
    };
    return llvm::all_of(slice, [&](mlir::Operation *op) {
      auto other = mlir::dyn_cast<lf::LoadOp>(op);
      return !other || other == load_ || count(other) < count(load_);
    });
  }

  /// The block's argument that an index is, plus a literal; -1 if it is none.
  std::pair<int, int64_t> argument_plus(mlir::Value index) {
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
    auto argument = mlir::dyn_cast<mlir::BlockArgument>(index);
    bool is_loop = argument && argument.getOwner() == &block();
    return {is_loop ? int(argument.getArgNumber()) : -1, plus};
  }
  std::optional<int64_t> number_of(mlir::Value value) {
    if (value.getDefiningOp<lf::SizeOp>())
      return module_.size_of(value).constant();
    return literal_of(value);
  }

  bool read_index(unsigned dim) {
    mlir::Value index = load_.getIndices()[dim];
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
    // One index, such as the only direction of a recurrence.
    if (number >= 0 && dims()[dim] == 1 && plus == 0) {
      roles_.push_back(outside);
      return true;
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
    bool windows_pay = long_sums < 2 || is_in_words() ||
                       along >= weights_.fewest_for_windows ||
                       has_few_other_points();
    int64_t fewest = is_in_words() ? weights_.fewest_words_on_m_side
                                   : weights_.fewest_on_m_side;
    int64_t stored = llvm::alignTo(along, weights_.width);
    return (stored - along) * 100 <= stored * weights_.most_padding &&
           (own_loop_ == innermost ||
            (used_.contains(innermost) && windows_pay && !other_is_constant() &&
             summed >= weights_.fewest_summed_on_m_side &&
             summed * along >= fewest));
  }

  /// Then that one is the side in panels: rows are packed from where they are.
  bool other_is_constant() {
    bool some = false;
    for (mlir::Operation *op : slice_of(other_factor(), block()))
      if (auto load = mlir::dyn_cast<lf::LoadOp>(op)) {
        if (!module_.constant_of(load.getTensor()))
          return false;
        some = true;
      }
    return some;
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
  mlir::Value factor_; ///< The one that is made of the load.
  bool is_unpacked_ = false;
  int64_t steps_ = 1;
  llvm::SmallDenseSet<unsigned> used_; ///< By the other factor.
  PanelRoles roles_;
  unsigned own_loop_ = 0;
  int64_t first_ = 0;
};

} // namespace landfall::compiler
