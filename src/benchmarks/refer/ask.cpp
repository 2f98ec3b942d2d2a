#include <algorithm>

#include "benchmarks/common/question_parts.h"
#include "benchmarks/refer/refer.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

bool says_nothing(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

struct ReferQuestions {
  ReferData data;
  std::vector<ReferExpression> expressions;
  PolygonMerge merge = PolygonMerge::kUnion;
};

/// Every annotation of the picture, whatever is asked.
Answer select_all(const ReferQuestions& asked, const ReferExpression& expression) {
  const ReferImage& image = asked.data.image(expression.image_id);
  Mask all(image.height, image.width);
  for (const std::int64_t id : asked.data.annotations_of_image(expression.image_id)) {
    const Mask one = asked.data.annotation_mask(id);
    for (std::size_t i = 0; i < all.data.size(); ++i) all.data[i] |= one.data[i];
  }
  Answer answer = text_answer(std::string(kSegmentAnswer));
  answer.masks.push_back(std::move(all));
  return answer;
}

}  // namespace

QuestionSet ask_refer(const BenchmarkConfig& config) {
  ReferData data = ReferData::load(refer_root(config.root, config.benchmark), config.benchmark, config.split,
                                   config.split_by);
  std::vector<ReferExpression> expressions = data.expressions();
  keep_first(expressions, config.limit);
  const auto asked = std::make_shared<const ReferQuestions>(
      ReferQuestions{.data = std::move(data),
                     .expressions = std::move(expressions),
                     .merge = options_of<ReferOptions>(config.options).gt_merge});
  QuestionSet set;
  ImageList images;
  for (const ReferExpression& expression : asked->expressions) {
    const ReferImage& image = asked->data.image(expression.image_id);
    set.questions.push_back(
        {.id = std::to_string(expression.ref_id) + ':' + std::to_string(expression.sent_id),
         .image = images.add(asked->data.image_path(expression.image_id), image.height, image.width),
         .prompt = fill_template(config.prompt, "sent", expression.sentence),
         .subject = expression.sentence,
         .fault = says_nothing(expression.sentence) ? "the expression is empty" : ""});
  }
  set.images = images.images();
  set.load_image = file_loader(set.images);
  set.regions = [](std::size_t) { return std::vector<Region>(); };
  set.reference = [asked](std::size_t i) {
    const ReferExpression& expression = asked->expressions[i];
    QuestionReference reference;
    if (!expression.ann_ids.empty())
      reference.masks.push_back(encode_mask(asked->data.target_mask(expression, asked->merge)));
    return reference;
  };
  set.category = [asked](std::size_t i) { return asked->expressions[i].kind; };
  set.blind = [asked](std::size_t i) { return select_all(*asked, asked->expressions[i]); };
  set.prediction = [asked](std::size_t i, const Answer* answer) {
    const ReferExpression& expression = asked->expressions[i];
    OrderedJson line;
    line["ref_id"] = expression.ref_id;
    line["sent_id"] = expression.sent_id;
    line["image_id"] = expression.image_id;
    line["mask"] = first_mask(answer);
    return line;
  };
  set.score = [asked](const ScoreRequest& request) { return score_refer_benchmark(asked->data, request); };
  return set;
}

}  // namespace pixelsail
