#include "eval/answer_refer.h"

#include <algorithm>
#include <map>
#include <memory>

#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// What messages call an expression.
std::string sample_name(const ReferData& data, const ReferExpression& expression) {
  return data.benchmark() + " ref_id " + std::to_string(expression.ref_id) + " sent_id " +
         std::to_string(expression.sent_id) + " image_id " + std::to_string(expression.image_id);
}

std::shared_ptr<const Image> load_checked(const ReferData& data, std::int64_t image_id) {
  const std::filesystem::path path = data.image_path(image_id);
  auto image = std::make_shared<const Image>(load_image(path));
  const ReferImage& expected = data.image(image_id);
  if (image->height != expected.height || image->width != expected.width) {
    throw DataError(path.string() + ": is " + std::to_string(image->width) + " x " +
                    std::to_string(image->height) + " pixels, but the annotations say " +
                    std::to_string(expected.width) + " x " + std::to_string(expected.height));
  }
  return image;
}

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

class Runner {
 public:
  Runner(const ReferData& data, const AnswerBatch& model, const AnswerOptions& options,
         const std::function<void(std::vector<Prediction>&&)>& sink)
      : data_(data), model_(model), options_(options), sink_(sink) {}

  void run_batch(std::span<const ReferExpression* const> batch) {
    std::vector<Prediction> predictions(batch.size());
    std::vector<Query> queries;
    std::vector<std::size_t> asked;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      predictions[i].ref_id = batch[i]->ref_id;
      predictions[i].sent_id = batch[i]->sent_id;
      predictions[i].image_id = batch[i]->image_id;
      predictions[i].question = refer_question(options_.prompt, batch[i]->sentence);
      try {
        queries.push_back(make_query(*batch[i], predictions[i].question));
        asked.push_back(i);
      } catch (const DataError& error) {
        fail(*batch[i], predictions[i], error);
      }
    }
    answer(batch, queries, asked, predictions);
    sink_(std::move(predictions));
  }

 private:
  Query make_query(const ReferExpression& expression, const std::string& question) {
    if (is_blank(expression.sentence)) throw DataError("the expression is empty");
    if (!image_ || image_id_ != expression.image_id) {
      image_.reset();
      image_ = load_checked(data_, expression.image_id);
      image_id_ = expression.image_id;
    }
    Query query;
    query.image = image_;
    query.prompt = question;
    query.max_new_tokens = static_cast<int>(options_.max_new_tokens);
    return query;
  }

  void answer(std::span<const ReferExpression* const> batch, const std::vector<Query>& queries,
              const std::vector<std::size_t>& asked, std::vector<Prediction>& predictions) {
    if (queries.empty()) return;
    try {
      const std::vector<Answer> answers = ask_model(model_, queries);
      for (std::size_t i = 0; i < answers.size(); ++i) fill(queries[i], answers[i], predictions[asked[i]]);
    } catch (const DataError&) {
      // The batch does not say which of its queries is at fault: ask one by one.
      for (std::size_t i = 0; i < queries.size(); ++i) {
        const std::span<const Query> one(&queries[i], 1);
        try {
          fill(queries[i], ask_model(model_, one).front(), predictions[asked[i]]);
        } catch (const DataError& error) {
          fail(*batch[asked[i]], predictions[asked[i]], error);
        }
      }
    }
  }

  static void fill(const Query& query, const Answer& answer, Prediction& prediction) {
    prediction.answer = answer.text;
    prediction.mask_count = static_cast<std::int64_t>(answer.masks.size());
    prediction.token_count = static_cast<std::int64_t>(answer.token_ids.size());
    prediction.token_log_probability = answer.token_log_probability;
    if (answer.masks.empty()) return;
    const Mask& mask = answer.masks.front();
    if (mask.height != query.image->height || mask.width != query.image->width) {
      throw RunError("the model gave a mask of another size than its image");
    }
    prediction.mask = encode_mask(mask);
    if (!answer.mask_scores.empty()) prediction.mask_score = answer.mask_scores.front();
  }

  void fail(const ReferExpression& expression, Prediction& prediction, const DataError& error) const {
    if (options_.stop_on_error) throw_with_context(error, sample_name(data_, expression));
    prediction.error = error.what();
  }

  const ReferData& data_;
  const AnswerBatch& model_;
  const AnswerOptions& options_;
  const std::function<void(std::vector<Prediction>&&)>& sink_;
  std::shared_ptr<const Image> image_;
  std::int64_t image_id_ = 0;
};

std::vector<const ReferExpression*> by_image(std::span<const ReferExpression> expressions) {
  std::map<std::int64_t, std::size_t> rank;
  for (const ReferExpression& expression : expressions) rank.try_emplace(expression.image_id, rank.size());
  std::vector<const ReferExpression*> sorted;
  sorted.reserve(expressions.size());
  for (const ReferExpression& expression : expressions) sorted.push_back(&expression);
  std::ranges::stable_sort(sorted, {}, [&](const ReferExpression* e) { return rank.at(e->image_id); });
  return sorted;
}

}  // namespace

std::vector<Answer> ask_model(const AnswerBatch& model, std::span<const Query> queries) {
  std::vector<Answer> answers = model(queries);
  if (answers.size() != queries.size()) {
    throw RunError("the model gave " + std::to_string(answers.size()) + " answers to " +
                   std::to_string(queries.size()) + " questions");
  }
  return answers;
}

std::string refer_question(const std::string& prompt, const std::string& sentence) {
  static constexpr std::string_view kPlace = "{sent}";
  const std::size_t at = prompt.find(kPlace);
  if (at == std::string::npos) throw ConfigError("the prompt \"" + prompt + "\" has no {sent} in it");
  return prompt.substr(0, at) + sentence + prompt.substr(at + kPlace.size());
}

void answer_refer(const ReferData& data, std::span<const ReferExpression> expressions,
                  const AnswerBatch& model, const AnswerOptions& options,
                  const std::function<void(std::vector<Prediction>&&)>& sink) {
  const std::vector<const ReferExpression*> sorted = by_image(expressions);
  const std::size_t batch_size = static_cast<std::size_t>(std::max<std::int64_t>(1, options.batch_size));
  Runner runner(data, model, options, sink);
  for (std::size_t begin = 0; begin < sorted.size(); begin += batch_size) {
    const std::size_t size = std::min(batch_size, sorted.size() - begin);
    runner.run_batch(std::span(sorted).subspan(begin, size));
  }
}

ReferEvaluation evaluate_refer(const ReferData& data, const std::string& split,
                               std::span<const ReferExpression> expressions, const AnswerBatch& model,
                               const AnswerOptions& answer_options, const ScoreOptions& score_options,
                               const std::function<void(std::int64_t)>& progress) {
  ReferEvaluation evaluation;
  answer_refer(data, expressions, model, answer_options, [&](std::vector<Prediction>&& batch) {
    std::ranges::move(batch, std::back_inserter(evaluation.predictions));
    if (progress) progress(static_cast<std::int64_t>(evaluation.predictions.size()));
  });
  evaluation.score =
      score_refer(data, split, expressions, evaluation.predictions, score_options, "predictions in memory");
  return evaluation;
}

std::span<const ReferExpression> first_expressions(const ReferData& data, std::int64_t limit) {
  const std::span<const ReferExpression> all(data.expressions());
  if (limit <= 0 || static_cast<std::size_t>(limit) >= all.size()) return all;
  return all.first(static_cast<std::size_t>(limit));
}

}  // namespace pixelsail
