//===- builder.h - The facade that operators build core IR with -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// No MLIR header is needed to use it. Handles (`Tensor`, `Scalar`:
// graph_values.h) are two pointers, free to copy, valid while the Builder
// lives.
//
// Graph level: a `Tensor` has a dtype, a static rank and one `Size` a
// dimension. Scalar level: inside the callback of `map`, `fold`, `loops`, ...
// code is written on `Scalar`s (scalar_arithmetic.h); any Tensor or Size of the
// graph may be used in it (`x.at({i, j})`, `Scalar` from a Size with
// `b.scalar(size)`).
//
// Misuse and unsupported requests throw `BuildError`; the frontend catches it
// at each node and turns it into a located error. It never crosses a room's
// public function (docs/decisions/002-import-errors.md).
//
// Not thread-safe: one Builder per compilation.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/build_error.h"
#include "base/constant_data.h"
#include "base/dtype.h"
#include "ir/graph_values.h"
#include "ir/scalar_arithmetic.h"
#include "ir/size/size.h"
#include "package/kernel.h"
#include "package/package.h"
#include "package/program.h"

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace landfall::ir {

class Module;

class Builder {
public:
  explicit Builder(Module &module);
  ~Builder();
  Builder(const Builder &) = delete;
  Builder &operator=(const Builder &) = delete;

  SizeContext &sizes();

  /// Sets the model node (location) of operations built from now on; an empty
  /// one: none.
  void set_origin(const ModelNode &node);

  //===--- The entry point ------------------------------------------------===//
  /// Dims of inputs with one name are different symbols from now on.
  void separate_names();
  /// A model input. Dims with a symbol name share the symbol of that name,
  /// unless names are separate.
  Tensor input(const SignatureValue &signature);
  /// The same, with a value for runs that are not given it.
  Tensor input(const SignatureValue &signature, ConstantData otherwise);
  /// An input that runs are not given: its value is known to be its default.
  void absent_input(const SignatureValue &signature);
  Box box_input(const SignatureValue &signature);
  /// A model output; `signature.dims` is informative.
  void output(const std::string &name, const Any &value);

  //===--- Constants ------------------------------------------------------===//
  Tensor constant(ConstantData data);
  /// Gives these texts (different, none empty) the numbers from 1 on, as in the
  /// package that the module will be a part of. Before anything is built.
  void continue_texts(std::span<const std::string> texts);
  /// A constant of strings, which are added to the model's texts.
  ConstantData texts(std::vector<int64_t> dims,
                     std::span<const std::string> elements);
  /// The strings of a constant, by the numbers that `texts` gave them.
  std::vector<std::string> strings_of(const ConstantData &texts) const;
  /// A rank-1 (or rank-0) i64 tensor whose contents are these sizes.
  Tensor from_sizes(std::span<const Size> sizes, DType dtype = DType::i64);
  Tensor from_size(Size size, DType dtype = DType::i64);
  /// The value, if it is known at compile time and has at most `limit` bytes.
  /// Folds constants as needed.
  std::optional<ConstantData> constant_data(Tensor x, size_t limit = SIZE_MAX);
  /// The elements of a small integer or bool tensor as sizes, if they are known
  /// symbolically at compile time.
  std::optional<std::vector<Size>> contents(Tensor x);
  /// Element `k` (row-major) of an integer tensor as a Size: from `contents`,
  /// else read at run time (a new symbol with that range).
  Size read(Tensor x, int k, SizeRange range = {INT64_MIN, INT64_MAX});
  /// The same of a value from outside: fails with `message` unless it is in
  /// the range, now if it is known and else at run time.
  Size read_required(Tensor x, int k, SizeRange range,
                     const std::string &message);
  /// All elements; the element count must be static.
  std::vector<Size> read_all(Tensor x,
                             SizeRange range = {INT64_MIN, INT64_MAX});

  //===--- Compute --------------------------------------------------------===//
  /// One value for each point of `shape`.
  Tensor map(const Shape &shape, DType dtype, const PointBody &body);
  Tensors map(const Shape &shape, std::span<const DType> dtypes,
              const PointsBody &body);
  /// Element-wise with NumPy broadcasting. The result's type is the body's.
  Tensor elementwise(std::span<const Tensor> inputs, const ElementBody &body);
  Tensor elementwise(std::initializer_list<Tensor> inputs,
                     const ElementBody &body);
  Tensor contract(const Contraction &contraction);
  /// Imperative kernel: `body` runs for each point of the parallel extents
  /// (empty: once), which must touch disjoint elements.
  Tensors
  loops(const Shape &parallel, std::span<const LoopsResult> results,
        const std::function<void(std::span<const Scalar> indices,
                                 std::span<const Buffer> results)> &body);
  /// The same elements with another shape. Element counts must be equal; adds a
  /// run-time requirement unless that is provable.
  Tensor reshape(Tensor x, const Shape &shape);
  /// The shape of a broadcast of these shapes. Adds run-time requirements where
  /// legality is not provable; throws if it is provably illegal.
  Shape broadcast_shapes(std::span<const Shape> shapes);
  /// Inside a body: the element of x that broadcasts to these indices of a
  /// larger shape (numpy alignment at the back). Throws if x has more
  /// dimensions.
  Scalar broadcast_at(Tensor x, std::span<const Scalar> indices);
  /// Inside a body: requires an operand's extent to be 1 or equal to the extent
  /// of the index's loop.
  void require_broadcast(Size extent, Scalar index);
  /// Fails the run with `message` unless the 0/1 size is 1; the error has the
  /// values of the condition's symbols. Throws if provably 0.
  void require(Size condition, const std::string &message);
  /// Called with each requirement that is not provable, before it is built; may
  /// throw a BuildError.
  void observe_requirements(
      std::function<void(Size condition, const std::string &message)> observer);

  //===--- Inside bodies --------------------------------------------------===//
  /// Of strings there is one literal besides `text`: 0, the empty text.
  Scalar literal(DType dtype, double value);
  Scalar literal_int(DType dtype, int64_t value);
  Scalar text(std::string_view text);
  Scalar index(int64_t value) { return literal_int(DType::i64, value); }
  Scalar scalar(Size size);
  Scalar apply(ScalarOp op, DType result, std::span<const Scalar> args);
  /// Nested loops over `extents` carrying values: the last carried values.
  /// Extents may be Sizes or run-time scalars.
  Scalars fold(const Shape &extents, const Scalars &init, const FoldBody &body);
  Scalars
  fold_to(Scalar low, Scalar high, const Scalars &init,
          const std::function<Scalars(Scalar index,
                                      std::span<const Scalar> carried)> &body);
  /// Repeats while the first yielded value (bool) is true.
  Scalars fold_while(const Scalars &init,
                     const std::function<std::pair<Scalar, Scalars>(
                         std::span<const Scalar> carried)> &body);
  Scalars branch(Scalar condition, const std::function<Scalars()> &then_body,
                 const std::function<Scalars()> &else_body);
  /// Fails the run with `message` unless the condition holds; the error has
  /// `value` (i64) under `value_name`. Only inside `loops` bodies.
  void check(Scalar condition, const std::string &message,
             const std::string &value_name = "", Scalar value = {});

  //===--- Control flow of the graph --------------------------------------===//
  /// Builds each branch once; both must give the same number of values. Extents
  /// may differ (they become run-time sizes); values that differ in dtype, rank
  /// or kind become boxes.
  std::vector<Any> if_else(Tensor condition,
                           const std::function<std::vector<Any>()> &then_body,
                           const std::function<std::vector<Any>()> &else_body);
  /// A number in this run, and the graph to run if it is that number.
  struct Alternative {
    int64_t value;
    std::string refusal; ///< Why there is no graph for it; empty: there is one.
  };
  /// Builds a graph for each value that `selector` may have and joins their
  /// results as if_else does. `body` gives no results for a value that it
  /// refuses, and sets the reason, with which the run then fails; with
  /// `otherwise` it fails for a value that is not in the list. A graph that is
  /// the only one is built in place. No results if all are refused.
  std::optional<std::vector<Any>>
  choose(Size selector, std::vector<Alternative> &alternatives,
         const std::string &otherwise,
         const std::function<std::optional<std::vector<Any>>(Alternative &)>
             &body);
  struct LoopState {
    Tensor iteration; ///< i64, rank 0.
    std::vector<Any> carried;
  };
  struct LoopStep {
    Tensor proceed; ///< bool rank 0; absent: always.
    std::vector<Any> carried;
    std::vector<Tensor> collected; ///< Stacked along a new first dimension.
  };
  /// ONNX Loop: at most `trip_count` (absent: unbounded) iterations while the
  /// condition holds. Returns carried values, then the stacked ones. Carried
  /// tensors may change their extents; those that change rank or dtype become
  /// boxes. `body` is called again as long as what it yields widens the types.
  std::vector<Any> loop(Tensor trip_count, Tensor condition,
                        const std::vector<Any> &init,
                        const std::function<LoopStep(const LoopState &)> &body);

  //===--- Boxed values ---------------------------------------------------===//
  std::vector<Any> box(BoxFunction function, std::span<const Any> arguments,
                       std::span<const SignatureValue> results,
                       std::span<const int64_t> extra = {});
  /// The rank of the box's tensor; the run fails if it holds something else.
  Size rank(Box box);
  /// The box's tensor; the run fails if it holds something else.
  Tensor unboxed(Box box, DType dtype, int rank);

  //===--- Taking back ----------------------------------------------------===//
  /// A place in the graph being built.
  struct Mark {
    void *block, *last;
  };
  Mark mark() const;
  /// Erases what was built in this graph since the mark, except what `kept` is
  /// computed from. No other value built since then may be used.
  void discard_since(Mark mark, Size kept);

  struct Impl;
  Impl &impl() { return *impl_; }

private:
  void known_contents_note(Tensor x, const std::vector<Size> &sizes);
  std::optional<Size> may_broadcast(Size extent,
                                    std::span<const Scalar> indices,
                                    size_t rank, size_t axis);
  std::unique_ptr<Impl> impl_;
};

} // namespace landfall::ir
