//===- svm_classifier.cpp - ONNX SVMClassifier ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Each pair of classes (i, j) has a score
//   s = rho + sum over i's vectors v of coefficients[j - 1, v] * K(X, v)
//           + sum over j's vectors v of coefficients[i, v] * K(X, v)
// and votes for i if s > 0, else for j; the label has the most votes. Z holds
// the pairs' scores, or with prob_a and prob_b class probabilities, coupled
// from the pairs' (Wu, Lin and Weng 2004). Without vectors: one linear score a
// class.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/linear_model.h"
#include "frontend/onnx/families/support_vectors.h"
#include "frontend/onnx/support/class_labels.h"
#include "frontend/onnx/support/compute_type.h"

#include <algorithm>

namespace landfall::frontend {

namespace {

struct Machine {
  Builder &b;
  int64_t classes;
  std::vector<float> rho;
  Tensor rho_table;
  Tensor coefficients; ///< [classes - 1, vectors]
  Tensor first_vector; ///< Class c has vectors [first[c], first[c + 1]).
  Tensor pair_i, pair_j;
  int64_t pairs() const { return classes * (classes - 1) / 2; }
};

Machine bind_machine(const Node &node, const std::vector<int64_t> &per_class) {
  Builder &b = node.b();
  Machine m{
      b, int64_t(per_class.size()), node.floats_attr("rho"), {}, {}, {}, {},
      {}};
  std::vector<int64_t> first = {0}, i_of, j_of;
  for (int64_t count : per_class) {
    node.expect(count >= 0, "vectors_per_class must not be negative");
    first.push_back(first.back() + count);
  }
  for (int64_t i = 0; i < m.classes; ++i)
    for (int64_t j = i + 1; j < m.classes; ++j) {
      i_of.push_back(i);
      j_of.push_back(j);
    }
  std::vector<float> values = node.floats_attr("coefficients");
  node.expect(int64_t(values.size()) == (m.classes - 1) * first.back(),
              "coefficients has a wrong length");
  node.expect(int64_t(m.rho.size()) == m.pairs(),
              "rho needs one value a pair of classes");
  m.rho_table = constant_table(b, DType::f32, m.rho);
  m.coefficients =
      constant_table(b, DType::f32, values, {m.classes - 1, first.back()});
  m.first_vector = constant_table(b, DType::i64, first);
  m.pair_i = constant_table(b, DType::i64, i_of);
  m.pair_j = constant_table(b, DType::i64, j_of);
  return m;
}

/// [N, pairs]
Tensor pair_scores(const Machine &m, Tensor kernels) {
  Builder &b = m.b;
  DType type = kernels.dtype();
  return b.map(
      {kernels.dim(0), m.pairs()}, type, [&](std::span<const Scalar> p) {
        Scalar i = m.pair_i.at({p[1]}), j = m.pair_j.at({p[1]});
        auto part = [&](Scalar of, Scalar row, Scalar start) {
          return b.fold_to(m.first_vector.at({of}), m.first_vector.at({of + 1}),
                           {start}, [&](Scalar v, std::span<const Scalar> sum) {
                             Scalar weight = m.coefficients.at({row, v});
                             Scalar term =
                                 kernels.at({p[0], v}) * convert(weight, type);
                             return Scalars{sum[0] + term};
                           })[0];
        };
        Scalar start = convert(m.rho_table.at({p[1]}), type);
        return part(j, i, part(i, j - 1.0, start));
      });
}

/// The position of the largest of `count` values, the first of equal ones.
Scalar first_largest(Builder &b, int64_t count,
                     const std::function<Scalar(Scalar)> &value) {
  return b.fold({count - 1}, {value(b.index(0)), b.index(0)},
                [&](std::span<const Scalar> k, std::span<const Scalar> best) {
                  Scalar next = value(k[0] + 1);
                  Scalar better = next > best[0];
                  return Scalars{select(better, next, best[0]),
                                 select(better, k[0] + 1, best[1])};
                })[1];
}

/// The number of pairs that sample `n` gives to a class.
Scalar votes(const Machine &m, Tensor scores, Scalar n, Scalar of) {
  return sum(m.b, {m.pairs()}, DType::i64, [&](std::span<const Scalar> e) {
    Scalar winner = select(scores.at({n, e[0]}) > 0, m.pair_i.at({e[0]}),
                           m.pair_j.at({e[0]}));
    return cast(winner == of, DType::i64);
  });
}

/// Probabilities of the classes from those of the pairs, by the iteration of
/// Wu, Lin and Weng. Buffers: P [N, C], then Q [N, C, C] and Q P [N, C].
struct Coupling {
  const Machine &m;
  Tensor scores;
  Tensor prob_a, prob_b;
  DType type;

  Shape classes() const { return {m.classes}; }
  Scalar zero() const { return m.b.literal(type, 0); }

  /// The probability of class i against j, 0 for i == j.
  Scalar pair(Scalar n, Scalar i, Scalar j) const {
    Scalar low = minimum(i, j), high = maximum(i, j);
    Scalar e = low * double(m.classes) - low * (low + 1) / 2 + high - low - 1.0;
    e = minimum(maximum(e, 0), double(m.pairs() - 1));
    Scalar x = scores.at({n, e}) * convert(prob_a.at({e}), type) +
               convert(prob_b.at({e}), type);
    Scalar p = minimum(maximum(sigmoid(-x), 1e-7), 1 - 1e-7);
    p = select(i < j, p, 1.0 - p);
    return select(i == j, zero(), p);
  }

  void fill_q(Scalar n, const Buffer &q) const {
    m.b.fold({m.classes, m.classes}, {},
             [&](std::span<const Scalar> t, std::span<const Scalar>) {
               Scalar square =
                   sum(m.b, classes(), type, [&](std::span<const Scalar> j) {
                     Scalar r = pair(n, j[0], t[0]);
                     return r * r;
                   });
               Scalar mixed = pair(n, t[1], t[0]) * pair(n, t[0], t[1]);
               q.store({n, t[0], t[1]}, select(t[0] == t[1], square, -mixed));
               return Scalars{};
             });
  }

  /// Q P into its buffer; returns P Q P.
  Scalar multiply(Scalar n, const Buffer &p, const Buffer &q,
                  const Buffer &qp) const {
    return m.b.fold(
        {m.classes}, {zero()},
        [&](std::span<const Scalar> t, std::span<const Scalar> total) {
          Scalar value =
              sum(m.b, classes(), type, [&](std::span<const Scalar> j) {
                return q.at({n, t[0], j[0]}) * p.at({n, j[0]});
              });
          qp.store({n, t[0]}, value);
          return Scalars{total[0] + p.at({n, t[0]}) * value};
        })[0];
  }

  void improve(Scalar n, Scalar start, const Buffer &p, const Buffer &q,
               const Buffer &qp) const {
    m.b.fold({m.classes}, {start},
             [&](std::span<const Scalar> t, std::span<const Scalar> pqp) {
               Scalar diagonal = q.at({n, t[0], t[0]});
               Scalar slope = qp.at({n, t[0]});
               Scalar step = (pqp[0] - slope) / diagonal;
               p.store({n, t[0]}, p.at({n, t[0]}) + step);
               Scalar grown = (pqp[0] + step * (step * diagonal + slope * 2)) /
                              ((step + 1) * (step + 1));
               m.b.fold(
                   classes(), {},
                   [&](std::span<const Scalar> j, std::span<const Scalar>) {
                     Scalar column = q.at({n, t[0], j[0]});
                     Scalar value = qp.at({n, j[0]}) + step * column;
                     qp.store({n, j[0]}, value / (step + 1));
                     p.store({n, j[0]}, p.at({n, j[0]}) / (step + 1));
                     return Scalars{};
                   });
               return Scalars{grown};
             });
  }

  void run(Scalar n, const Buffer &p, const Buffer &q, const Buffer &qp) const {
    Builder &b = m.b;
    fill_q(n, q);
    b.fold(classes(), {},
           [&](std::span<const Scalar> t, std::span<const Scalar>) {
             p.store({n, t[0]}, b.literal(type, 1.0 / double(m.classes)));
             return Scalars{};
           });
    double tolerance = 0.005 / double(m.classes);
    int64_t limit = std::max<int64_t>(100, m.classes);
    b.fold_while({b.index(0)}, [&](std::span<const Scalar> round) {
      Scalar pqp = multiply(n, p, q, qp);
      Scalar error = max_of(b, classes(), type, [&](std::span<const Scalar> t) {
        return abs(qp.at({n, t[0]}) - pqp);
      });
      Scalar more = logical_and(error >= tolerance, round[0] < double(limit));
      b.branch(
          more,
          [&] {
            improve(n, pqp, p, q, qp);
            return Scalars{};
          },
          [&] { return Scalars{}; });
      return std::pair(more, Scalars{round[0] + 1});
    });
  }

  Tensor probabilities() const {
    Size n = scores.dim(0);
    LoopsResult results[] = {{type, {n, m.classes}, {}},
                             {type, {n, m.classes, m.classes}, {}},
                             {type, {n, m.classes}, {}}};
    return m.b.loops(
        {n}, results,
        [&](std::span<const Scalar> p, std::span<const Buffer> buffers) {
          run(p[0], buffers[0], buffers[1], buffers[2]);
        })[0];
  }
};

/// A single score s as the pair (-s, s).
Tensor as_pair(Builder &b, Tensor scores) {
  return b.map({scores.dim(0), 2}, scores.dtype(),
               [&](std::span<const Scalar> p) {
                 Scalar s = scores.at({p[0], b.index(0)});
                 return select(p[1] == 1, s, -s);
               });
}

void output_scores(Node &node, Tensor scores) {
  scores = post_transformed(node, scores);
  node.output(1, node.b().elementwise({scores}, [](std::span<const Scalar> e) {
    return convert(e[0], DType::f32);
  }));
}

void classify_by_vectors(Node &node, Tensor labels,
                         const std::vector<int64_t> &per_class) {
  Builder &b = node.b();
  node.expect(label_count(labels) == int64_t(per_class.size()) &&
                  per_class.size() >= 2,
              "vectors_per_class needs one value a label");
  Machine m = bind_machine(node, per_class);
  int64_t vectors = 0;
  for (int64_t count : per_class)
    vectors += count;
  Tensor kernels =
      kernel_values(node, samples(node), "support_vectors", vectors,
                    node.string_attr("kernel_type", "LINEAR"));
  Tensor scores = pair_scores(m, kernels);
  node.output(
      0, b.map({scores.dim(0)}, labels.dtype(), [&](std::span<const Scalar> n) {
        Scalar best = first_largest(b, m.classes, [&](Scalar of) {
          return votes(m, scores, n[0], of);
        });
        return labels.at({best});
      }));
  std::vector<float> a = node.floats_attr("prob_a");
  if (!a.empty()) {
    std::vector<float> offsets = node.floats_attr("prob_b");
    node.expect(int64_t(a.size()) == m.pairs() && offsets.size() == a.size(),
                "prob_a and prob_b need one value a pair of classes");
    Coupling coupling{m, scores, constant_table(b, DType::f32, a),
                      constant_table(b, DType::f32, offsets), scores.dtype()};
    output_scores(node, coupling.probabilities());
    return;
  }
  output_scores(node, m.classes == 2 ? as_pair(b, scores) : scores);
}

void classify_linearly(Node &node, Tensor labels) {
  Builder &b = node.b();
  int64_t classes = label_count(labels);
  std::vector<float> rho = node.floats_attr("rho");
  node.expect(!rho.empty(), "rho is missing");
  Tensor products =
      kernel_values(node, samples(node), "coefficients", classes, "LINEAR");
  Tensor scores = b.elementwise(
      {products}, [&](std::span<const Scalar> e) { return e[0] + rho[0]; });
  node.output(
      0, b.map({scores.dim(0)}, labels.dtype(), [&](std::span<const Scalar> n) {
        Scalar best = first_largest(
            b, classes, [&](Scalar of) { return scores.at({n[0], of}); });
        return labels.at({best});
      }));
  output_scores(node, scores);
}

} // namespace

static void svm_classifier(Node &node) {
  Tensor labels = class_labels(node, "classlabels_ints");
  std::vector<int64_t> per_class = node.ints_attr("vectors_per_class");
  if (per_class.empty())
    classify_linearly(node, labels);
  else
    classify_by_vectors(node, labels, per_class);
}

LANDFALL_ONNX(svm_classifier,
              {"SVMClassifier", 1, svm_classifier, "ai.onnx.ml"})

} // namespace landfall::frontend
