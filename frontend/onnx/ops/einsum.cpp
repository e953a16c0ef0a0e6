//===- einsum.cpp - ONNX Einsum -------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// "ij,jk->ik" names the dimensions of each operand and of the result; the
// result is the operands' product summed over the names it lacks. "..." stands
// for dimensions that broadcast. Without "->" the result has the ellipsis, then
// the names that occur once, in ASCII order.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/einsum.h"

#include <algorithm>
#include <cctype>
#include <map>

namespace landfall::frontend {

namespace {

constexpr char ellipsis = '.';

/// "i...j" as "i.j".
std::string term(const Node &node, std::string_view text) {
  std::string letters;
  for (size_t i = 0; i < text.size(); ++i) {
    if (std::isspace(static_cast<unsigned char>(text[i])))
      continue;
    if (text.substr(i, 3) == "...") {
      node.expect(letters.find(ellipsis) == std::string::npos,
                  "an einsum term has at most one ellipsis");
      letters += ellipsis;
      i += 2;
      continue;
    }
    node.expect(std::isalpha(static_cast<unsigned char>(text[i])),
                "an einsum equation consists of letters, \"...\", \",\" and "
                "\"->\"");
    letters += text[i];
  }
  return letters;
}

struct Equation {
  std::vector<std::string> operands;
  std::string result;
};

std::string implicit_result(const std::vector<std::string> &operands) {
  std::map<char, int> count;
  for (const std::string &operand : operands)
    for (char c : operand)
      ++count[c];
  std::string result;
  for (auto [letter, times] : count)
    if (letter == ellipsis || times == 1)
      result += letter; // '.' sorts before all letters.
  return result;
}

Equation parse(const Node &node, std::string_view text) {
  Equation e;
  size_t arrow = text.find("->");
  std::string_view left = text.substr(0, arrow);
  for (;;) {
    size_t comma = left.find(',');
    e.operands.push_back(term(node, left.substr(0, comma)));
    if (comma == std::string_view::npos)
      break;
    left.remove_prefix(comma + 1);
  }
  e.result = arrow == std::string_view::npos
                 ? implicit_result(e.operands)
                 : term(node, text.substr(arrow + 2));
  return e;
}

/// Dimension k (from the back) of the ellipsis has label 256 + k.
void append_labels(std::vector<int> &labels, char letter, int ellipsis_rank) {
  if (letter != ellipsis) {
    labels.push_back(letter);
    return;
  }
  for (int k = ellipsis_rank - 1; k >= 0; --k)
    labels.push_back(256 + k);
}

} // namespace

static void einsum(Node &node) {
  Tensors inputs = node.inputs();
  Equation e = parse(node, node.string_attr("equation"));
  node.expect(!inputs.empty() && e.operands.size() == inputs.size(),
              "the equation needs one term an operand");
  std::vector<Labelled> factors;
  int widest = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::string &letters = e.operands[i];
    bool open = letters.find(ellipsis) != std::string::npos;
    int hidden = inputs[i].rank() - int(letters.size()) + (open ? 1 : 0);
    node.expect(hidden >= 0 && (open || hidden == 0),
                "operand " + std::to_string(i) + " has rank " +
                    std::to_string(inputs[i].rank()) + ", its term \"" +
                    letters + "\" another");
    widest = std::max(widest, hidden);
    factors.push_back({inputs[i], {}});
    for (char letter : letters)
      append_labels(factors.back().labels, letter, hidden);
  }
  std::vector<int> result;
  for (char letter : e.result)
    append_labels(result, letter, widest);
  for (size_t i = 0; i < result.size(); ++i) {
    bool known = false;
    for (const Labelled &f : factors)
      known |= std::count(f.labels.begin(), f.labels.end(), result[i]) > 0;
    node.expect(known &&
                    std::count(result.begin(), result.end(), result[i]) == 1,
                "the result's names must be distinct names of operands");
  }
  node.output(sum_of_products(node.b(), factors, result));
}

LANDFALL_ONNX(einsum, {"Einsum", 12, einsum})

} // namespace landfall::frontend
