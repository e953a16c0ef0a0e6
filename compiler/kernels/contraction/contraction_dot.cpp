//===- contraction_dot.cpp - Sums as dot products along K -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_dot.h"
#include "compiler/kernels/contraction/contraction_code.h"
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/frame/shared_function.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// The frame of a function that the kernel calls. It has no operands, and
/// cannot report a failed check.
class InnerFrame : public KernelFrame {
public:
  using KernelFrame::KernelFrame;
  Value *call_math(ScalarOp, llvm::ArrayRef<Value *>) override {
    llvm_unreachable("no math in a product");
  }
  void fail(uint32_t, Value *) override {
    llvm_unreachable("no checks in a product");
  }
};

/// Builds the function for `points` rows of the small side.
class DotFunction {
public:
  DotFunction(KernelFrame &outer, const TileShape &shape, unsigned points,
              llvm::Function *function)
      : shape_(shape), points_(points), function_(function),
        b_(llvm::BasicBlock::Create(function->getContext(), "entry", function)),
        frame_(b_, outer.kernel, outer.machine), lanes_(frame_, shape.width),
        scalar_(lanes_.scalar_type(shape.type)),
        vector_(lanes_.vector_type(shape.type)) {}

  void build() {
    // Rows of the large side at once: as many as there are registers for their
    // sums beside the operands.
    int64_t block = points_ == 1 ? 8 : 4;
    Value *count = argument(2);
    Value *whole = b_.CreateSub(count, b_.CreateURem(count, index(block)));
    auto blocks = [&](Value *low, Value *high, int64_t size) {
      emit_for(frame_, low, high, index(size), {},
               [&](Value *first, llvm::ArrayRef<Value *>) {
                 emit_block(first, size);
                 return Values();
               });
    };
    blocks(index(0), whole, block);
    blocks(whole, count, 1);
    b_.CreateRetVoid();
  }

private:
  Value *argument(unsigned number) { return function_->getArg(number); }
  Value *index(int64_t value) { return frame_.index(value); }

  void emit_block(Value *first, int64_t size) {
    Value *count = argument(4);
    Value *whole =
        b_.CreateSub(count, b_.CreateURem(count, index(shape_.width)));
    Values sums(size * points_, llvm::Constant::getNullValue(vector_));
    sums = emit_for(frame_, index(0), whole, index(shape_.width), sums,
                    [&](Value *k, llvm::ArrayRef<Value *> carried) {
                      return step(first, size, k, carried);
                    });
    sums = emit_if(
        frame_, b_.CreateICmpSLT(whole, count),
        [&] {
          lanes_.set_active(b_.CreateSub(count, whole));
          Values last = step(first, size, whole, sums);
          lanes_.set_active(nullptr);
          return last;
        },
        [&] { return sums; });
    for (int64_t p = 0; p < size; ++p)
      for (unsigned q = 0; q < points_; ++q)
        store(b_.CreateAdd(first, index(p)), q, sums[p * points_ + q]);
  }

  Value *load(Value *pointer, Value *offset) {
    return lanes_.spread(
        lanes_.load(shape_.type, pointer, LaneValue::linear(offset, index(1))));
  }

  /// Adds the products of one vector of K. Inactive lanes (beyond the end of K)
  /// load zeros on both sides.
  Values step(Value *first, int64_t size, Value *k,
              llvm::ArrayRef<Value *> sums) {
    Values small, next;
    for (unsigned q = 0; q < points_; ++q)
      small.push_back(
          load(argument(3),
               b_.CreateAdd(k, index(int64_t(q) * shape_.m_side_stride()))));
    for (int64_t p = 0; p < size; ++p) {
      Value *row = b_.CreateMul(b_.CreateAdd(first, index(p)), argument(1));
      Value *large = load(argument(0), b_.CreateAdd(row, k));
      for (unsigned q = 0; q < points_; ++q)
        next.push_back(
            multiply_add(b_, large, small[q], sums[p * points_ + q]));
    }
    return next;
  }

  void store(Value *p, unsigned q, Value *vector) {
    Value *sum = lanes_.reduce(ScalarOp::add, shape_.type, vector);
    Value *address = element(b_, scalar_, argument(5),
                             b_.CreateAdd(b_.CreateMul(p, argument(6)),
                                          b_.CreateMul(index(q), argument(7))));
    Value *before =
        b_.CreateSelect(argument(8), b_.CreateLoad(scalar_, address),
                        llvm::Constant::getNullValue(scalar_));
    b_.CreateStore(scalar_->isFloatingPointTy() ? b_.CreateFAdd(before, sum)
                                                : b_.CreateAdd(before, sum),
                   address);
  }

  const TileShape &shape_;
  unsigned points_;
  llvm::Function *function_;
  llvm::IRBuilder<> b_;
  InnerFrame frame_;
  Lanes lanes_;
  llvm::Type *scalar_, *vector_;
};

llvm::Function *dot_function(KernelFrame &frame, const TileShape &shape,
                             unsigned points) {
  llvm::LLVMContext &context = frame.b.getContext();
  llvm::Type *pointer = llvm::PointerType::get(context, 0);
  llvm::Type *index = llvm::Type::getInt64Ty(context);
  llvm::Type *flag = llvm::Type::getInt1Ty(context);
  std::string symbol =
      "dot_" + std::string(name(shape.type)) + "_" + std::to_string(points);
  auto [function, fresh] = inner_function(
      frame, symbol,
      {pointer, index, index, pointer, index, pointer, index, index, flag});
  if (fresh)
    DotFunction(frame, shape, points, function).build();
  return function;
}

} // namespace

void emit_dot(KernelFrame &frame, const TileShape &shape,
              const DotArguments &arguments) {
  for_height(frame, {1, 2, most_dot_points}, arguments.small_count,
             [&](unsigned points) {
               frame.b.CreateCall(dot_function(frame, shape, points),
                                  {arguments.large, arguments.large_stride,
                                   arguments.large_count, arguments.small,
                                   arguments.k, arguments.sums,
                                   arguments.large_step, arguments.small_step,
                                   arguments.continues});
             });
}

} // namespace landfall::kernels
