#include "predict/question_fault.h"

#include "core/error_text.h"
#include "pixelsail/error.h"

namespace pixelsail {

std::optional<QuestionFault> fault_of(const std::function<void()>& ask) {
  try {
    ask();
    return std::nullopt;
  } catch (const DataError& error) {
    return QuestionFault{.reason = error.what(), .of_data = true};
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    // The question is not to blame, and the next one would fare no better.
    if (is_out_of_memory(error)) throw;
    const std::string text = error_text(error);
    return QuestionFault{.reason = "unexpected: " + text.substr(0, text.find('\n')), .of_data = false};
  }
}

void throw_fault(const QuestionFault& fault, const std::string& context) {
  const std::string message = context.empty() ? fault.reason : context + ": " + fault.reason;
  if (fault.of_data) throw DataError(message);
  throw RunError(message);
}

}  // namespace pixelsail
