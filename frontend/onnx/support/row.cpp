//===- row.cpp - The elements that one result folds over --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/row.h"

namespace landfall::frontend {

Row::Row(Tensor x, std::vector<Axis> axes, DType type)
    : x_(x), axes_(std::move(axes)), type_(type) {}

Shape Row::extents() const {
  Shape extents;
  for (const Axis &axis : axes_)
    if (axis.extent)
      extents.push_back(*axis.extent);
  return extents;
}

Scalar Row::element(std::span<const Scalar> running) const {
  Scalars index;
  size_t next = 0;
  for (const Axis &axis : axes_) {
    if (!axis.extent)
      index.push_back(axis.fixed);
    else if (!axis.fixed)
      index.push_back(running[next++]);
    else
      index.push_back(axis.fixed + running[next++]);
  }
  return convert(x_.at(index), type_);
}

Scalar Row::sum(const Term &term) const {
  return ir::sum(b(), extents(), type_, [&](std::span<const Scalar> i) {
    return term ? term(element(i)) : element(i);
  });
}

Scalar Row::product() const {
  return b().fold(
      extents(), {b().literal(type_, 1)},
      [&](std::span<const Scalar> i, std::span<const Scalar> c) -> Scalars {
        return {c[0] * element(i)};
      })[0];
}

Scalar Row::max(const Term &term) const {
  return ir::max_of(b(), extents(), type_, [&](std::span<const Scalar> i) {
    return term ? term(element(i)) : element(i);
  });
}

Scalar Row::min() const {
  return ir::min_of(b(), extents(), type_,
                    [&](std::span<const Scalar> i) { return element(i); });
}

Scalar Row::count() const {
  return convert(b().scalar(ir::product(extents())), type_);
}

Scalar Row::variance(Scalar mean) const {
  return this->mean([&](Scalar x) {
    Scalar difference = x - mean;
    return difference * difference;
  });
}

Scalar Row::extreme_position(bool largest, bool last) const {
  Shape inner = extents();
  auto position = [&](std::span<const Scalar> i) {
    Scalar number = i.empty() ? b().index(0) : i[0];
    for (size_t d = 1; d < i.size(); ++d)
      number = number * b().scalar(inner[d]) + i[d];
    return number;
  };
  // Along the last dimension, two folds that each compare vectors of elements
  // take less time than one that carries a position with its element.
  if (!axes_.empty() && axes_.back().extent && !axes_.back().fixed) {
    Scalar best = largest ? max() : min();
    Scalar none = last ? lowest(b(), DType::i64) : highest(b(), DType::i64);
    auto place = [&](std::span<const Scalar> i) {
      Scalar x = element(i);
      Scalar here = x == best;
      if (is_real(type_))
        here = logical_or(here, logical_and(is_nan(x), is_nan(best)));
      return select(here, position(i), none);
    };
    return last ? ir::max_of(b(), inner, DType::i64, place)
                : ir::min_of(b(), inner, DType::i64, place);
  }
  Scalars start = {b().index(0),
                   largest ? lowest(b(), type_) : highest(b(), type_)};
  auto step = [&](std::span<const Scalar> i,
                  std::span<const Scalar> best) -> Scalars {
    Scalar x = element(i);
    Scalar better = largest ? (last ? x >= best[1] : x > best[1])
                            : (last ? x <= best[1] : x < best[1]);
    if (is_real(type_))
      better =
          logical_or(better, last ? is_nan(x)
                                  : logical_and(is_nan(x), best[1] == best[1]));
    return {select(better, position(i), best[0]), select(better, x, best[1])};
  };
  return b().fold(inner, start, step)[0];
}

Rows Rows::along(Tensor x, std::span<const int> axes) {
  Rows rows{x, std::vector<Size>(x.rank(), 0), compute_type(x.dtype())};
  for (int axis : axes)
    rows.running[axis] = 1;
  return rows;
}

Rows Rows::from_axis(Tensor x, int first) {
  Rows rows = along(x, {});
  for (int axis = first; axis < x.rank(); ++axis)
    rows.running[axis] = 1;
  return rows;
}

Shape Rows::kept() const {
  Shape shape;
  for (int d = 0; d < x.rank(); ++d)
    shape.push_back(select(running[d], 1, x.dim(d)));
  return shape;
}

Row Rows::at(std::span<const Scalar> index) const {
  std::vector<Row::Axis> axes;
  for (int d = 0; d < x.rank(); ++d) {
    if (running[d] == Size(0))
      axes.push_back({index[d], std::nullopt});
    else if (running[d] == Size(1))
      axes.push_back({Scalar(), x.dim(d)});
    else
      axes.push_back({index[d], select(running[d], x.dim(d), 1)});
  }
  return Row(x, std::move(axes), type);
}

bool Rows::trailing() const {
  int d = 0;
  while (d < x.rank() && running[d] == Size(0))
    ++d;
  while (d < x.rank() && running[d] == Size(1))
    ++d;
  return d == x.rank();
}

Tensors fold_rows(const Rows &rows, std::span<const DType> types,
                  const RowFold &fold) {
  return rows.x.builder().map(
      rows.kept(), types,
      [&](std::span<const Scalar> i) { return fold(rows.at(i)); });
}

Tensor map_rows(
    const Rows &rows, std::span<const DType> types, const RowFold &fold,
    DType result,
    const std::function<Scalar(std::span<const Scalar> index, Scalar element,
                               const Scalars &folded)> &body) {
  Builder &b = rows.x.builder();
  // Folds over trailing dimensions depend on outer indices alone, so they run
  // once a row inside the map. Otherwise they would run once an element.
  Tensors stored;
  if (!rows.trailing())
    stored = fold_rows(rows, types, fold);
  return b.map(rows.x.shape(), result, [&](std::span<const Scalar> i) {
    Scalars folded;
    Scalars of_row(i.begin(), i.end());
    for (size_t d = 0; d < i.size(); ++d)
      if (rows.running[d] == Size(1))
        of_row[d] = b.index(0);
    for (Tensor tensor : stored)
      folded.push_back(tensor.at(of_row));
    if (rows.trailing())
      folded = fold(rows.at(i));
    Scalar element = convert(rows.x.at(i), rows.type);
    return convert(body(i, element, folded), result);
  });
}

} // namespace landfall::frontend
