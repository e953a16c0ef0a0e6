//===- contraction_segments.cpp - Guarded loads across loops --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_segments.h"

#include <algorithm>
#include <cstdlib>

namespace landfall::kernels {

using llvm::Value;

Value *lanes_between(Packer &p, Value *low, Value *high) {
  llvm::IRBuilderBase &b = p.b();
  unsigned width = p.lanes.fixed_width();
  auto bound = [&](Value *limit) {
    Value *cut = larger(b, smaller(b, limit, p.frame().index(width)),
                        p.frame().index(0));
    return b.CreateVectorSplat(width, b.CreateTrunc(cut, b.getInt32Ty()));
  };
  Value *numbers = p.lanes.lane_numbers(32);
  return b.CreateAnd(b.CreateICmpSGE(numbers, bound(low)),
                     b.CreateICmpSLT(numbers, bound(high)));
}

bool SegmentReader::uses_lanes(const analysis::Affine &form) {
  return std::any_of(
      p_.side.lanes.begin(), p_.side.lanes.end(),
      [&](const analysis::LoopSpan &span) { return form.uses(span.variable); });
}

/// base + the terms of the lane loops in a segment (at lane 0, or all lanes).
Value *SegmentReader::along_segment(Value *base, const analysis::Affine &form,
                                    const Segment &segment) {
  if (!chunk_.gathered)
    return p_.sizes.add_terms(base, form, segment.indices);
  unsigned width = p_.lanes.fixed_width();
  Value *result = b_.CreateVectorSplat(width, base);
  for (const auto &[variable, coefficient] : form.terms)
    if (Value *indices = segment.indices.lookup(variable))
      result = b_.CreateAdd(
          result,
          b_.CreateMul(indices, b_.CreateVectorSplat(
                                    width, p_.sizes.value(coefficient))));
  return result;
}

OpenLoad SegmentReader::open(size_t load, const IndexValues &row_indices) {
  const analysis::FactorLoad &at = p_.loads()[load];
  OpenLoad result;
  Value *base =
      p_.sizes.add_terms(p_.bases[load].offset, at.offset, row_indices);
  result.base = base;
  for (const Segment &segment : chunk_.segments) {
    result.offsets.push_back(along_segment(base, at.offset, segment));
    // Conditions that depend on the lane go into the mask vector, the others
    // into one scalar: the mask vector is then the same for many rows.
    Value *mask = segment.mask, *holds = nullptr;
    for (size_t c = 0; !chunk_.guards_hold && c < at.conditions.size(); ++c) {
      const analysis::Affine &condition = at.conditions[c];
      Value *form =
          along_segment(p_.sizes.add_terms(p_.bases[load].conditions[c],
                                           condition, row_indices),
                        condition, segment);
      if (chunk_.gathered || !p_.side.lane_step(condition).is_zero()) {
        mask = restrict(mask, condition, form);
        continue;
      }
      Value *met = b_.CreateICmpSGE(form, p_.frame().index(0));
      holds = holds ? b_.CreateAnd(holds, met) : met;
    }
    add_masks(result, load, mask, holds);
  }
  return result;
}

/// `mask`, or no lanes unless `holds`.
void SegmentReader::add_masks(OpenLoad &open, size_t load, Value *mask,
                              Value *holds) {
  auto all_or_none = [&](Value *lanes) {
    Value *none = llvm::Constant::getNullValue(lanes->getType());
    return holds ? b_.CreateSelect(holds, lanes, none) : lanes;
  };
  open.masks.push_back(all_or_none(mask));
  if (!is_direct(load) ||
      p_.side.lane_step(p_.loads()[load].offset) != analysis::SizePolynomial(2))
    return;
  // The element of lane l is number 2 l of two consecutive vectors in memory.
  int width = static_cast<int>(p_.lanes.fixed_width());
  Value *none = llvm::Constant::getNullValue(mask->getType());
  llvm::SmallVector<int, 16> low, high;
  for (int e = 0; e < width; ++e) {
    low.push_back(e % 2 ? width : e / 2);
    high.push_back(e % 2 ? width : (e + width) / 2);
  }
  open.low_masks.push_back(
      all_or_none(b_.CreateShuffleVector(mask, none, low)));
  open.high_masks.push_back(
      all_or_none(b_.CreateShuffleVector(mask, none, high)));
}

/// `mask` without the lanes where `form` (at lane 0, or all lanes) is negative.
Value *SegmentReader::restrict(Value *mask, const analysis::Affine &condition,
                               Value *form) {
  if (chunk_.gathered)
    return b_.CreateAnd(
        mask,
        b_.CreateICmpSGE(form, llvm::Constant::getNullValue(form->getType())));
  analysis::SizePolynomial step = p_.side.lane_step(condition);
  unsigned width = p_.lanes.fixed_width();
  Value *numbers = p_.lanes.lane_numbers(64);
  std::optional<int64_t> known = step.constant();
  if (known && std::abs(*known) < 1 << 20) {
    // Only the sign of form + step * lane matters. Clamping the form to the
    // range that all steps together can span does not change it, and makes
    // 32-bit lanes sufficient.
    int64_t reach = std::abs(*known) * width;
    form = larger(b_, smaller(b_, form, p_.frame().index(reach)),
                  p_.frame().index(-reach));
    form = b_.CreateTrunc(form, b_.getInt32Ty());
    numbers =
        b_.CreateMul(p_.lanes.lane_numbers(32),
                     b_.CreateVectorSplat(
                         width, b_.getInt32(static_cast<uint32_t>(*known))));
  } else {
    numbers = b_.CreateMul(numbers,
                           b_.CreateVectorSplat(width, p_.sizes.value(step)));
  }
  Value *values = b_.CreateAdd(b_.CreateVectorSplat(width, form), numbers);
  return b_.CreateAnd(
      mask, b_.CreateICmpSGE(values,
                             llvm::Constant::getNullValue(values->getType())));
}

LaneValue SegmentReader::read(size_t load, const OpenLoad &open, Value *moved,
                              FactorCode &code) {
  const analysis::FactorLoad &at = p_.loads()[load];
  if (!at.guarded() && !uses_lanes(at.offset))
    return p_.load(load, b_.CreateAdd(open.base, moved),
                   analysis::SizePolynomial());
  LaneValue value = p_.other(load, code);
  if (chunk_.gathered)
    moved = b_.CreateVectorSplat(p_.lanes.fixed_width(), moved);
  for (size_t s = 0; s < open.offsets.size(); ++s) {
    LaneValue guard = LaneValue::varying(DType::boolean, open.masks[s]);
    Value *offset = b_.CreateAdd(open.offsets[s], moved);
    if (is_direct(load)) {
      value = LaneValue::varying(
          p_.node(load).type,
          read_direct(load, open, s, offset, p_.lanes.spread(value)));
      continue;
    }
    value =
        chunk_.gathered
            ? p_.load(load, LaneValue::varying(DType::i64, offset), guard,
                      value)
            : p_.load(load, offset, p_.side.lane_step(at.offset), guard, value);
  }
  return value;
}

/// Whether masked vector loads yield the values themselves: elements are stored
/// as they are held in registers, and lanes are 1 or 2 elements apart.
bool SegmentReader::is_direct(size_t load) {
  DType type = p_.node(load).type;
  if (chunk_.gathered || size_of(type) < 4 || p_.lanes.fixed_width() < 2)
    return false;
  analysis::SizePolynomial step = p_.side.lane_step(p_.loads()[load].offset);
  return step == analysis::SizePolynomial(1) ||
         step == analysis::SizePolynomial(2);
}

Value *SegmentReader::read_direct(size_t load, const OpenLoad &open,
                                  size_t segment, Value *offset, Value *other) {
  DType dtype = p_.node(load).type;
  llvm::Type *type = p_.lanes.scalar_type(dtype);
  llvm::Type *vector = p_.lanes.vector_type(dtype);
  llvm::Align align(static_cast<uint64_t>(size_of(dtype)));
  Value *from =
      element(b_, type, p_.frame().operands[p_.node(load).index], offset);
  if (open.low_masks.empty())
    return b_.CreateMaskedLoad(vector, from, align, open.masks[segment], other);
  int width = static_cast<int>(p_.lanes.fixed_width());
  Value *zero = llvm::Constant::getNullValue(vector);
  Value *next = element(b_, type, from, p_.frame().index(width));
  Value *low =
      b_.CreateMaskedLoad(vector, from, align, open.low_masks[segment], zero);
  Value *high =
      b_.CreateMaskedLoad(vector, next, align, open.high_masks[segment], zero);
  llvm::SmallVector<int, 16> even;
  for (int lane = 0; lane < width; ++lane)
    even.push_back(2 * lane);
  return b_.CreateSelect(open.masks[segment],
                         b_.CreateShuffleVector(low, high, even), other);
}

} // namespace landfall::kernels
