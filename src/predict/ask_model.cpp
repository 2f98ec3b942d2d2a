#include "predict/ask_model.h"

#include <string>

#include "pixelsail/error.h"

namespace pixelsail {

std::vector<Answer> ask_model(const AnswerBatch& model, std::span<const Query> queries) {
  std::vector<Answer> answers = model(queries);
  if (answers.size() != queries.size())
    throw RunError("the model gave " + std::to_string(answers.size()) + " answers to " +
                   std::to_string(queries.size()) + " questions");
  return answers;
}

}  // namespace pixelsail
