//===- reading_search.cpp - The one reading of all constants --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/reading_search.h"

#include "ir/module/module.h"

#include <algorithm>

namespace landfall::frontend {

namespace {

/// Limits the time that a model with many questions takes: so many imports.
constexpr int most_attempts = 1000;

void answer(Interpretation &interpretation, const Question &question,
            size_t reading) {
  interpretation.taken[question.key] = question.readings[reading];
}

/// The readings of all questions of an attempt.
template <typename Attempt> Interpretation answers(const Attempt &attempt) {
  Interpretation result;
  for (const Question &question : attempt.questions)
    answer(result, question, question.taken);
  return result;
}

} // namespace

ReadingSearch::Attempt
ReadingSearch::attempt(const Interpretation &interpretation) {
  ++attempts_;
  ir::Module module;
  ir::Builder builder(module);
  Interpretation known = interpretation;
  known.has_positions = has_positions_;
  Reopening reopening(builder, inputs_, known);
  auto summary =
      import_model(model_, place_, builder, assumptions_, nullptr, &reopening);
  Attempt result;
  if (summary)
    result.error = failure_of([&] { reopening.finish(); });
  else
    result.error = summary.take_error();
  result.doubt = reopening.doubts();
  result.questions = reopening.questions();
  result.failures = reopening.failures();
  result.depths = reopening.depths();
  // What is known of one table changes what others are read as.
  if (reopening.has_positions() && !has_positions_) {
    has_positions_ = true;
    return attempt(interpretation);
  }
  return result;
}

ReadingSearch::Attempt ReadingSearch::complete(Interpretation &interpretation,
                                               int tries) {
  Attempt first = attempt(interpretation);
  Attempt last = first;
  const auto fixed = interpretation.taken;
  while (last.error && --tries > 0) {
    // Depth first: the last question that has another reading gets it.
    auto is_done = [&](const Question &question) {
      return fixed.contains(question.key) ||
             question.taken + 1 == question.readings.size();
    };
    size_t k = last.questions.size();
    while (k > 0 && is_done(last.questions[k - 1]))
      --k;
    if (k == 0)
      break;
    Interpretation next = changed(last, k - 1, last.questions[k - 1].taken + 1);
    next.taken.insert(fixed.begin(), fixed.end());
    last = attempt(next);
    if (!last.error)
      interpretation = next;
  }
  if (!last.error)
    return last;
  first.is_given_up = tries <= 0;
  return first;
}

Interpretation ReadingSearch::changed(const Attempt &attempt, size_t k,
                                      size_t reading) const {
  Interpretation result;
  for (size_t j = 0; j < k; ++j)
    answer(result, attempt.questions[j], attempt.questions[j].taken);
  answer(result, attempt.questions[k], reading);
  return result;
}

void ReadingSearch::improve(Attempt &rival, size_t k, Extents::Probes probes) {
  auto reach = [&](const Attempt &a) {
    size_t furthest = 0;
    for (size_t probe = 0; probe < Extents::probes; ++probe)
      if (probes[probe])
        furthest =
            std::max(furthest, a.failures[probe] ? a.depths[probe]
                                                 : a.questions.size() + 1);
    return furthest;
  };
  auto step = [&] {
    size_t end = reach(rival);
    for (size_t j = std::min(end, rival.questions.size()); j > k + 1; --j)
      for (size_t r = 0; r < rival.questions[j - 1].readings.size(); ++r) {
        if (r == rival.questions[j - 1].taken || attempts_ > most_attempts)
          continue;
        Interpretation next = answers(rival);
        answer(next, rival.questions[j - 1], r);
        Attempt other = attempt(next);
        if (other.error || reach(other) <= end)
          continue;
        rival = std::move(other);
        return true;
      }
    return false;
  };
  while ((probes & ~rival.failures).none() && step())
    ;
}

ReadingSearch::Attempt ReadingSearch::rival_of(const Attempt &taken, size_t k,
                                               size_t reading) {
  constexpr int tries = 64;
  const Question &question = taken.questions[k];
  // What was decided before stays; what comes after may follow.
  Interpretation other = changed(taken, k, reading);
  Attempt rival = complete(other, tries);
  if (!rival.error)
    improve(rival, k,
            question.difference(question.taken, reading) & ~taken.failures);
  return rival;
}

Error ReadingSearch::undecided(const Question &question, size_t other) const {
  Error error{ErrorCode::unsupported,
              question.what +
                  " was computed from the exported size, and may "
                  "stand for " +
                  question.readings[question.taken] + " or " +
                  question.readings[other] +
                  "; export the model with dynamic axes, or at a size at which "
                  "these differ (all extents different, none of them 1)"};
  return error.at(question.node).in_file(place_.file);
}

Result<bool> ReadingSearch::compare(Attempt &taken,
                                    Interpretation &interpretation) {
  interpretation = answers(taken);
  for (size_t q = 0; q < taken.questions.size(); ++q) {
    const Question &question = taken.questions[q];
    for (size_t k = 0; k < question.readings.size(); ++k) {
      Extents::Probes differ = question.difference(question.taken, k);
      if (differ.none())
        continue;
      if (attempts_ > most_attempts)
        return undecided(question, k);
      Attempt rival = rival_of(taken, q, k);
      if (rival.is_given_up)
        return undecided(question, k);
      if (rival.error)
        continue;
      Extents::Probes both = differ & ~taken.failures & ~rival.failures;
      if ((both & Extents::all_multiples()).any())
        return undecided(question, k);
      if (both.any()) {
        interpretation.agreeing[question.key].push_back(question.readings[k]);
      } else if (rival.failures.count() < taken.failures.count()) {
        taken = std::move(rival);
        return false;
      }
    }
  }
  return true;
}

Result<Interpretation> ReadingSearch::run() {
  constexpr int tries = 48;
  Interpretation interpretation;
  Attempt taken = complete(interpretation, tries);
  if (taken.error)
    return *taken.error;
  while (!TRY(compare(taken, interpretation)))
    ;
  if (taken.doubt)
    return taken.doubt->in_file(place_.file);
  interpretation.has_positions = has_positions_;
  return interpretation;
}

} // namespace landfall::frontend
