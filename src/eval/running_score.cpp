#include "eval/running_score.h"

#include <cstdio>

#include "io/rle.h"
#include "metrics/ptb/ptb_tokenizer.h"
#include "metrics/rouge_l.h"

namespace pixelsail {
namespace {

const char* name_of(AnswerKind kind) {
  switch (kind) {
    case AnswerKind::kMask:
    case AnswerKind::kMasks:
      return "IoU";
    case AnswerKind::kChoice:
      return "right";
    case AnswerKind::kCaption:
    case AnswerKind::kGrounded:
      break;
  }
  return "ROUGE-L";
}

Rle rle_of(const OrderedJson& value) {
  return rle_from_json(Json::parse(value.dump()));
}

double iou(const Rle& a, const Rle& b) {
  const auto both = static_cast<double>(rle_intersection(a, b));
  const double all = static_cast<double>(rle_area(a)) + static_cast<double>(rle_area(b)) - both;
  return all > 0 ? both / all : 1.0;
}

/// Without a true mask an answer is right when nothing is marked.
double mask_score(const QuestionReference& reference, const OrderedJson& line) {
  const OrderedJson* mask = nullptr;
  if (line.contains("mask") && line.at("mask").is_object()) mask = &line.at("mask");
  if (line.contains("masks") && line.at("masks").is_array() && !line.at("masks").empty())
    mask = &line.at("masks").front();
  if (reference.masks.empty()) return mask == nullptr || rle_area(rle_of(*mask)) == 0 ? 1.0 : 0.0;
  return mask == nullptr ? 0.0 : iou(rle_of(*mask), reference.masks.front());
}

double choice_score(const QuestionReference& reference, const std::string& answer) {
  const Tokens words = caption_tokens(answer), right = caption_tokens(reference.text);
  for (const std::string& word : words)
    if (!right.empty() && word == right.front()) return 1.0;
  return 0.0;
}

}  // namespace

double RunningScore::score_of(std::size_t question, const OrderedJson& line) const {
  const QuestionReference reference = set_.reference(question);
  switch (set_.kind) {
    case AnswerKind::kMask:
    case AnswerKind::kMasks:
      return mask_score(reference, line);
    case AnswerKind::kChoice:
      return choice_score(reference, line.value("prediction", std::string()));
    case AnswerKind::kCaption:
    case AnswerKind::kGrounded:
      break;
  }
  const char* key = set_.kind == AnswerKind::kCaption ? "prediction" : "caption";
  return rouge_l(caption_tokens(line.value(key, std::string())),
                 std::vector<Tokens>{caption_tokens(reference.text)});
}

void RunningScore::add(const QuestionBatch& batch, const std::vector<OrderedJson>& lines) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    sum_ += score_of(batch[i], lines[i]);
    ++count_;
  }
}

std::string RunningScore::text() const {
  if (count_ == 0) return {};
  char text[48];
  std::snprintf(text, sizeof text, "%s %.3f", name_of(set_.kind), sum_ / static_cast<double>(count_));
  return text;
}

}  // namespace pixelsail
