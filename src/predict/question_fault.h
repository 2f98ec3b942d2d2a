#pragma once

/// What may go wrong with one question without ending the run.

#include <functional>
#include <optional>
#include <string>

namespace pixelsail {

/// A question that could not be answered.
struct QuestionFault {
  std::string reason;
  bool of_data = true;  ///< broken data; else something that nobody foresaw
};

/// Runs `ask`. Returns what was wrong with the question: a DataError, or an exception that the library does
/// not throw on purpose (one question must not cost the answers to thousands of others). ConfigError,
/// RunError and a lack of memory are no question's fault and go through.
std::optional<QuestionFault> fault_of(const std::function<void()>& ask);

/// The fault as DataError or, unforeseen, RunError, with `context` before it.
[[noreturn]] void throw_fault(const QuestionFault& fault, const std::string& context);

}  // namespace pixelsail
