#include "predict/question_fault.h"

#include <new>
#include <string_view>

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
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    // torch puts a stack trace behind the first line.
    const std::string_view text = error.what();
    return QuestionFault{.reason = "unexpected: " + std::string(text.substr(0, text.find('\n'))),
                         .of_data = false};
  }
}

void throw_fault(const QuestionFault& fault, const std::string& context) {
  const std::string message = context.empty() ? fault.reason : context + ": " + fault.reason;
  if (fault.of_data) throw DataError(message);
  throw RunError(message);
}

}  // namespace pixelsail
