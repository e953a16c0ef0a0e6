//===- contraction_pack_transposed.cpp - Packing with a transposition -----===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For operands that are contiguous along the rows of the copy, not along its
// lanes. Squares of width x width elements are loaded as vectors along the rows
// and transposed in registers.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_pack.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

using Square = llvm::SmallVector<Value *, 16>;

/// Element j of vector i becomes element i of vector j; as many vectors as
/// elements. Exchanges off-diagonal halves, then quarters, ...
void transpose(llvm::IRBuilderBase &b, Square &square) {
  int width = static_cast<int>(square.size());
  for (int half = width / 2; half > 0; half /= 2) {
    llvm::SmallVector<int, 16> low, high;
    for (int e = 0; e < width; ++e) {
      low.push_back((e & half) ? width + e - half : e);
      high.push_back((e & half) ? width + e : e + half);
    }
    for (int i = 0; i < width; ++i) {
      if (i & half)
        continue;
      Value *x = square[i], *y = square[i + half];
      square[i] = b.CreateShuffleVector(x, y, low);
      square[i + half] = b.CreateShuffleVector(x, y, high);
    }
  }
}

/// Packs one column of squares: the rows of `width` lanes, from `lane` on.
class SquareColumn {
public:
  SquareColumn(Packer &packer, const PackTarget &target, Value *lane)
      : p_(packer), target_(target), lane_(lane), b_(packer.b()) {
    // Lanes beyond the last one read the last one.
    Value *last = b_.CreateSub(target.lanes.count, p_.frame().index(1));
    for (unsigned l = 0; l < width(); ++l)
      lane_numbers_.push_back(
          smaller(b_, b_.CreateAdd(lane, p_.frame().index(l)), last));
  }

  void emit(Value *row, Value *rows) {
    llvm::SmallVector<Square, 2> squares(p_.loads().size());
    for (size_t l = 0; l < p_.loads().size(); ++l)
      if (turns(l))
        squares[l] = read_square(l, row, rows);
    for (unsigned r = 0; r < width(); ++r)
      emit_row(squares, b_.CreateAdd(row, p_.frame().index(r)), r);
  }

private:
  unsigned width() { return p_.lanes.fixed_width(); }
  const analysis::Affine &form(size_t load) { return p_.loads()[load].offset; }
  bool turns(size_t load) {
    analysis::SizePolynomial step = p_.side.lane_step(form(load));
    return !step.is_zero() && step != analysis::SizePolynomial(1);
  }

  /// The offset of load `l` at this row and lane, counted from the target's.
  Value *offset(size_t l, Value *row, Value *lane) {
    Value *at_row = b_.CreateAdd(target_.rows.begin, row);
    Value *at_lane = b_.CreateAdd(target_.lanes.begin, lane);
    return b_.CreateAdd(
        p_.bases[l].offset,
        b_.CreateAdd(
            b_.CreateMul(at_row, p_.sizes.value(p_.side.row_step(form(l)))),
            b_.CreateMul(at_lane, p_.sizes.value(p_.side.lane_step(form(l))))));
  }

  Square read_square(size_t l, Value *row, Value *rows) {
    Square square;
    p_.lanes.set_active(rows);
    for (Value *lane : lane_numbers_)
      square.push_back(p_.lanes.spread(
          p_.load(l, offset(l, row, lane), analysis::SizePolynomial(1))));
    p_.lanes.set_active(nullptr);
    transpose(b_, square);
    return square;
  }

  void emit_row(llvm::ArrayRef<Square> squares, Value *row, unsigned number) {
    FactorCode code(p_.lanes, p_.side.factor);
    Value *last = b_.CreateSub(target_.rows.count, p_.frame().index(1));
    for (size_t l = 0; l < p_.loads().size(); ++l) {
      LaneValue value;
      if (turns(l)) {
        value = LaneValue::varying(p_.node(l).type, squares[l][number]);
      } else {
        // Rows beyond the last one read the last one; lanes beyond the last are
        // inactive.
        p_.lanes.set_active(smaller(b_, p_.lanes.step(),
                                    b_.CreateSub(target_.lanes.count, lane_)));
        value = p_.load(l, offset(l, smaller(b_, row, last), lane_),
                        p_.side.lane_step(form(l)));
        p_.lanes.set_active(nullptr);
      }
      code.set(p_.loads()[l].node, value);
    }
    p_.store(target_, code, row, lane_);
  }

  Packer &p_;
  const PackTarget &target_;
  Value *lane_;
  llvm::IRBuilderBase &b_;
  Square lane_numbers_;
};

} // namespace

void pack_transposed(Packer &p, const PackTarget &target) {
  llvm::IRBuilderBase &b = p.b();
  Value *zero = p.frame().index(0), *step = p.lanes.step();
  auto along = [&](Value *low, Value *high,
                   const std::function<void(Value *)> &body) {
    emit_for(p.frame(), low, high, step, {},
             [&](Value *index, llvm::ArrayRef<Value *>) {
               body(index);
               return Values();
             });
  };
  along(zero, target.lanes.count, [&](Value *lane) {
    SquareColumn column(p, target, lane);
    Value *count = target.rows.count;
    Value *whole = b.CreateSub(count, b.CreateURem(count, step));
    along(zero, whole, [&](Value *row) { column.emit(row, nullptr); });
    emit_if(p.frame(), b.CreateICmpSLT(whole, count),
            [&] { column.emit(whole, b.CreateSub(count, whole)); });
  });
}

} // namespace landfall::kernels
