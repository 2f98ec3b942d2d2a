#include "eval/answer_questions.h"

#include <map>
#include <memory>
#include <optional>

#include "pixelsail/error.h"
#include "predict/answer_json.h"
#include "predict/question_fault.h"

namespace pixelsail {
namespace {

/// What messages call a question.
std::string name_of(const QuestionSet& set, const AskedQuestion& question) {
  return set.benchmark + " sample " + question.id + " (" + set.images.at(question.image).name + ")";
}

OrderedJson line_of(const QuestionSet& set, std::size_t index, const Answer* answer) {
  OrderedJson line = set.prediction(index, answer);
  line["question"] = set.questions[index].prompt;
  if (answer == nullptr) return line;
  line.update(answer_summary(*answer));
  return line;
}

class BatchRunner {
 public:
  BatchRunner(const QuestionSet& set, const AnswerBatch& model, const AnswerOptions& options)
      : set_(set), model_(model), options_(options) {}

  std::vector<OrderedJson> run(std::span<const std::size_t> questions) {
    lines_.resize(questions.size());
    std::vector<Query> queries;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < questions.size(); ++i) {
      Query query;
      if (const auto fault = fault_of([&] { query = query_of(questions[i]); })) {
        fail(questions[i], i, *fault);
        continue;
      }
      queries.push_back(std::move(query));
      places.push_back(i);
    }
    std::vector<std::optional<Answer>> answers = ask(queries, questions, places);
    if (!set_.retry_prefix.empty()) retry(queries, questions, places, answers);
    for (std::size_t k = 0; k < places.size(); ++k) {
      if (!answers[k]) continue;
      check_masks(queries[k], *answers[k]);
      lines_[places[k]] = line_of(set_, questions[places[k]], &*answers[k]);
      if (!queries[k].answer_prefix.empty()) lines_[places[k]]["retried"] = true;
    }
    return std::move(lines_);
  }

 private:
  Query query_of(std::size_t index) {
    const AskedQuestion& question = set_.questions.at(index);
    if (!question.fault.empty()) throw DataError(question.fault);
    auto found = images_.find(question.image);
    if (found == images_.end())
      found = images_.emplace(question.image, set_.load_image(question.image)).first;
    Query query;
    query.image = options_.share_images ? found->second : std::make_shared<const Image>(*found->second);
    query.question = question.prompt;
    query.visual_prompts = set_.regions(index);
    query.max_new_tokens =
        static_cast<int>(set_.max_new_tokens > 0 ? set_.max_new_tokens : options_.max_new_tokens);
    return query;
  }

  /// Answers, none where a question could not be answered.
  std::vector<std::optional<Answer>> ask(std::span<const Query> queries,
                                         std::span<const std::size_t> questions,
                                         const std::vector<std::size_t>& places) {
    std::vector<std::optional<Answer>> answers(queries.size());
    if (queries.empty()) return answers;
    const auto together = fault_of([&] {
      std::vector<Answer> all = ask_model(model_, queries);
      for (std::size_t k = 0; k < all.size(); ++k) answers[k] = std::move(all[k]);
    });
    if (!together) return answers;
    // The batch does not say which of its questions is at fault: ask one by one.
    for (std::size_t k = 0; k < queries.size(); ++k) {
      const auto fault =
          fault_of([&] { answers[k] = std::move(ask_model(model_, queries.subspan(k, 1)).front()); });
      if (fault) fail(questions[places[k]], places[k], *fault);
    }
    return answers;
  }

  /// Asks those without a mask again, with the beginning of an answer that leads to one.
  void retry(std::vector<Query>& queries, std::span<const std::size_t> questions,
             const std::vector<std::size_t>& places, std::vector<std::optional<Answer>>& answers) {
    std::vector<Query> again;
    std::vector<std::size_t> which, again_places;
    for (std::size_t k = 0; k < answers.size(); ++k) {
      if (!answers[k] || !answers[k]->masks.empty()) continue;
      queries[k].answer_prefix = set_.retry_prefix;
      again.push_back(queries[k]);
      which.push_back(k);
      again_places.push_back(places[k]);
    }
    std::vector<std::optional<Answer>> second = ask(again, questions, again_places);
    for (std::size_t n = 0; n < which.size(); ++n) answers[which[n]] = std::move(second[n]);
  }

  static void check_masks(const Query& query, const Answer& answer) {
    for (const Mask& mask : answer.masks) {
      if (mask.height != query.image->height || mask.width != query.image->width)
        throw RunError("the model gave a mask of another size than its image");
    }
  }

  void fail(std::size_t index, std::size_t place, const QuestionFault& fault) {
    if (options_.stop_on_error) throw_fault(fault, name_of(set_, set_.questions[index]));
    lines_[place] = line_of(set_, index, nullptr);
    lines_[place]["error"] = fault.reason;
  }

  const QuestionSet& set_;
  const AnswerBatch& model_;
  const AnswerOptions& options_;
  std::vector<OrderedJson> lines_;
  std::map<std::size_t, std::shared_ptr<const Image>> images_;
};

}  // namespace

std::vector<OrderedJson> answer_questions(const QuestionSet& set, std::span<const std::size_t> questions,
                                          const AnswerBatch& model, const AnswerOptions& options) {
  return BatchRunner(set, model, options).run(questions);
}

std::vector<OrderedJson> blind_answers(const QuestionSet& set) {
  std::vector<OrderedJson> lines;
  lines.reserve(set.questions.size());
  for (std::size_t i = 0; i < set.questions.size(); ++i) {
    const Answer answer = set.blind(i);
    lines.push_back(line_of(set, i, &answer));
  }
  return lines;
}

}  // namespace pixelsail
