//===- adjoint.cpp - Derivatives of operators -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/adjoint.h"

#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/support/axis_list.h"
#include "frontend/onnx/support/row.h"

#include <algorithm>
#include <numbers>

namespace landfall::frontend {

Tensor summed_to(Tensor x, const Shape &shape) {
  if (x.shape() == shape)
    return x;
  Builder &b = x.builder();
  size_t lead = x.shape().size() - shape.size();
  Shape repeated;
  for (size_t d = 0; d < x.shape().size(); ++d) {
    Size all = x.dim(int(d));
    if (d < lead)
      repeated.push_back(all);
    else if (shape[d - lead] == all)
      repeated.push_back(1);
    else
      repeated.push_back((all - 1) * equal(shape[d - lead], 1) + 1);
  }
  return b.map(shape, x.dtype(), [&](std::span<const Scalar> p) {
    Scalar total = sum(
        b, repeated, compute_type(x.dtype()), [&](std::span<const Scalar> k) {
          Scalars at(k.begin(), k.end());
          for (size_t d = lead; d < at.size(); ++d)
            at[d] = repeated[d] == Size(1) ? p[d - lead] : p[d - lead] + at[d];
          return widen(x.at(at));
        });
    return convert(total, x.dtype());
  });
}

namespace {

/// dy times `slope` of the elements x and y.
struct UnaryRule {
  std::string_view type;
  Scalar (*slope)(const Node &node, Scalar x, Scalar y);
};

Scalar one_like(Scalar x) { return x.builder().literal(x.dtype(), 1); }
Scalar zero_like(Scalar x) { return x.builder().literal(x.dtype(), 0); }

/// 1 where the condition holds, else `otherwise`.
Scalar one_where(Scalar condition, Scalar otherwise) {
  return select(condition, one_like(otherwise), otherwise);
}

constexpr UnaryRule unary_rules[] = {
    {"Abs", [](const Node &, Scalar x, Scalar) { return sign(x); }},
    {"Cos", [](const Node &, Scalar x, Scalar) { return -sin(x); }},
    {"Elu",
     [](const Node &node, Scalar x, Scalar y) {
       return one_where(x > 0, y + node.float_attr("alpha", 1));
     }},
    {"Erf",
     [](const Node &, Scalar x, Scalar) {
       return exp(-(x * x)) * (2 * std::numbers::inv_sqrtpi);
     }},
    {"Exp", [](const Node &, Scalar, Scalar y) { return y; }},
    {"Identity", [](const Node &, Scalar x, Scalar) { return one_like(x); }},
    {"LeakyRelu",
     [](const Node &node, Scalar x, Scalar) {
       double alpha = node.float_attr("alpha", 0.01f);
       return one_where(x >= 0, x.builder().literal(x.dtype(), alpha));
     }},
    {"Log", [](const Node &, Scalar x, Scalar) { return 1 / x; }},
    {"Neg", [](const Node &, Scalar x, Scalar) { return -one_like(x); }},
    {"Reciprocal", [](const Node &, Scalar, Scalar y) { return -(y * y); }},
    {"Relu", [](const Node &, Scalar x,
                Scalar) { return one_where(x > 0, zero_like(x)); }},
    {"Sigmoid", [](const Node &, Scalar, Scalar y) { return y * (1 - y); }},
    {"Sin", [](const Node &, Scalar x, Scalar) { return cos(x); }},
    {"Softplus", [](const Node &, Scalar x, Scalar) { return sigmoid(x); }},
    {"Sqrt", [](const Node &, Scalar, Scalar y) { return 0.5 / y; }},
    {"Tanh", [](const Node &, Scalar, Scalar y) { return 1 - y * y; }},
};

/// dy times `slope` of the elements, which broadcast to y, summed back.
Tensor weighted(const Adjoint &a, size_t input, const ElementBody &slope) {
  Tensors operands = {a.dy};
  operands.insert(operands.end(), a.inputs.begin(), a.inputs.end());
  operands.push_back(a.y);
  Tensor dx = a.node.b().elementwise(operands, [&](auto e) {
    return convert(widen(e[0]) * slope(e.subspan(1)), e[0].dtype());
  });
  return summed_to(dx, a.inputs[input].shape());
}

Tensors binary(const Adjoint &a) {
  auto first = [&](const ElementBody &slope) { return weighted(a, 0, slope); };
  auto second = [&](const ElementBody &slope) { return weighted(a, 1, slope); };
  auto constant = [](double value) {
    return [=](std::span<const Scalar> e) {
      return e[0].builder().literal(compute_type(e[0].dtype()), value);
    };
  };
  const std::string &type = a.node.type();
  if (type == "Add" || type == "Sub")
    return {first(constant(1)), second(constant(type == "Add" ? 1 : -1))};
  if (type == "Mul")
    return {first([](auto e) { return widen(e[1]); }),
            second([](auto e) { return widen(e[0]); })};
  if (type == "Div")
    return {first([](auto e) { return 1 / widen(e[1]); }),
            second([](auto e) { return -widen(e[2]) / widen(e[1]); })};
  // Pow: the logarithm is that of a positive base; else the slope is 0.
  return {first([](auto e) {
            Scalar power = convert(e[1], compute_type(e[0].dtype()));
            return power * pow(widen(e[0]), power - 1);
          }),
          second([](auto e) {
            Scalar x = widen(e[0]), positive = x > 0;
            Scalar safe = select(positive, x, one_like(x));
            return select(positive, widen(e[2]) * log(safe), zero_like(x));
          })};
}

Tensors summands(const Adjoint &a) {
  Tensors result;
  for (Tensor x : a.inputs)
    result.push_back(summed_to(a.dy, x.shape()));
  return result;
}

Tensor transposed(Tensor x) {
  Shape shape = x.shape();
  std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
  return x.builder().map(shape, x.dtype(), [&](std::span<const Scalar> p) {
    Scalars at(p.begin(), p.end());
    std::swap(at[at.size() - 1], at[at.size() - 2]);
    return x.at(at);
  });
}

/// factor * A B with either transposed.
Tensor product_of(Tensor a, bool transpose_a, Tensor b, bool transpose_b,
                  double factor) {
  MatrixProduct product{a, b, transpose_a, transpose_b};
  product.accumulator = compute_type(a.dtype());
  product.result = a.dtype();
  product.epilogue = [&](std::span<const Scalar>, Scalar sum) {
    return convert(factor == 1 ? sum : sum * factor, a.dtype());
  };
  return matrix_product(a.builder(), product);
}

Tensors of_mat_mul(const Adjoint &a) {
  Tensor x = a.inputs[0], w = a.inputs[1];
  if (x.rank() < 2 || w.rank() < 2)
    a.node.unsupported("the gradient of a MatMul with a vector");
  return {summed_to(product_of(a.dy, false, w, true, 1), x.shape()),
          summed_to(product_of(x, true, a.dy, false, 1), w.shape())};
}

Tensors of_gemm(const Adjoint &a) {
  double alpha = a.node.float_attr("alpha", 1);
  double beta = a.node.float_attr("beta", 1);
  bool x_turned = a.node.int_attr("transA", 0) != 0;
  bool w_turned = a.node.int_attr("transB", 0) != 0;
  Tensor x = a.inputs[0], w = a.inputs[1];
  Tensor dx = product_of(a.dy, false, w, !w_turned, alpha);
  Tensor dw = product_of(x, !x_turned, a.dy, false, alpha);
  Tensors result = {x_turned ? transposed(dx) : dx,
                    w_turned ? transposed(dw) : dw};
  if (a.inputs.size() > 2 && a.inputs[2]) {
    Tensor scaled =
        a.node.b().elementwise({a.dy}, [&](auto e) { return e[0] * beta; });
    result.push_back(summed_to(scaled, a.inputs[2].shape()));
  }
  return result;
}

Tensor of_reduction(const Adjoint &a) {
  Tensor x = a.inputs[0];
  Builder &b = a.node.b();
  int since = a.node.type() == "ReduceSum" ? 13 : 18;
  auto axes = axes_of(a.node, 1, since);
  bool none =
      axes && axes->empty() && a.node.int_attr("noop_with_empty_axes", 0) != 0;
  bool all = !axes || (axes->empty() && !none);
  AxisList list = all    ? AxisList(x.rank(), x.rank())
                  : none ? AxisList(0, x.rank())
                         : AxisList(a.node, *axes, x.rank());
  Shape kept = x.shape();
  Size count = 1;
  for (int d = 0; d < x.rank(); ++d) {
    Size runs = list.names(d);
    count = count * ((x.dim(d) - 1) * runs + 1);
    kept[d] = (x.dim(d) - 1) * (1 - runs) + 1;
  }
  Tensor dy = b.reshape(a.dy, kept);
  bool is_mean = a.node.type() == "ReduceMean";
  return b.map(x.shape(), x.dtype(), [&](std::span<const Scalar> p) {
    Scalar slope = widen(b.broadcast_at(dy, p));
    if (is_mean)
      slope = slope / cast(b.scalar(count), slope.dtype());
    return convert(slope, x.dtype());
  });
}

/// Softmax: y (dy - sum(dy y)); LogSoftmax: dy - exp(y) sum(dy).
Tensor of_softmax(const Adjoint &a) {
  bool logarithm = a.node.type() == "LogSoftmax";
  bool flattens = a.node.version() < 13;
  int axis =
      a.node.axis(a.node.int_attr("axis", flattens ? 1 : -1), a.y.rank());
  Builder &b = a.node.b();
  Tensor weights = b.elementwise({a.dy, a.y}, [&](auto e) {
    return logarithm ? widen(e[0]) : widen(e[0]) * widen(e[1]);
  });
  Rows rows = flattens ? Rows::from_axis(weights, axis)
                       : Rows::along(weights, std::array{axis});
  Tensor sums =
      fold_rows(rows, std::array{weights.dtype()},
                [](const Row &row) -> Scalars { return {row.sum()}; })[0];
  return b.map(a.y.shape(), a.y.dtype(), [&](std::span<const Scalar> p) {
    Scalar total = b.broadcast_at(sums, p);
    Scalar y = widen(a.y.at(p)), dy = widen(a.dy.at(p));
    return convert(logarithm ? dy - exp(y) * total : y * (dy - total),
                   a.y.dtype());
  });
}

Tensor of_transpose(const Adjoint &a) {
  Tensor x = a.inputs[0];
  std::vector<int64_t> order = a.node.ints_attr("perm");
  if (order.empty())
    for (int d = x.rank() - 1; d >= 0; --d)
      order.push_back(d);
  return a.node.b().map(x.shape(), x.dtype(), [&](std::span<const Scalar> p) {
    Scalars at;
    for (int64_t d : order)
      at.push_back(p[size_t(d)]);
    return a.dy.at(at);
  });
}

Tensor of_where(const Adjoint &a, size_t input) {
  return weighted(a, input, [&](std::span<const Scalar> e) {
    Scalar one = e[1].builder().literal(compute_type(e[1].dtype()), 1);
    Scalar chosen = input == 1 ? e[0] : logical_not(e[0]);
    return select(chosen, one, zero_like(one));
  });
}

bool is_any(std::string_view type,
            std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, type) != names.end();
}

} // namespace

Tensors adjoint_of(const Adjoint &a) {
  std::string_view type = a.node.type();
  auto rule = std::ranges::find(unary_rules, type, &UnaryRule::type);
  if (rule != std::end(unary_rules))
    return {weighted(a, 0, [&](std::span<const Scalar> e) {
      return rule->slope(a.node, widen(e[0]), widen(e.back()));
    })};
  if (is_any(type, {"Add", "Sub", "Mul", "Div", "Pow"}))
    return binary(a);
  if (type == "Sum")
    return summands(a);
  if (type == "MatMul")
    return of_mat_mul(a);
  if (type == "Gemm")
    return of_gemm(a);
  if (is_any(type, {"ReduceSum", "ReduceMean"}))
    return {of_reduction(a)};
  if (is_any(type, {"Softmax", "LogSoftmax"}))
    return {of_softmax(a)};
  if (type == "Transpose")
    return {of_transpose(a)};
  if (type == "Where")
    return {Tensor(), of_where(a, 1), of_where(a, 2)};
  if (type == "Expand")
    return {summed_to(a.dy, a.inputs[0].shape())};
  if (is_any(type, {"Reshape", "Flatten", "Squeeze", "Unsqueeze"}))
    return {a.node.b().reshape(a.dy, a.inputs[0].shape())};
  a.node.unsupported("the gradient of " + std::string(type));
}

} // namespace landfall::frontend
