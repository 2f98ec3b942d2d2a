#include <algorithm>

#include "benchmarks/common/question_parts.h"
#include "benchmarks/reasonseg/reasonseg.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

std::string stripped(const std::string& text) {
  constexpr const char* kBlank = " \t\n\r\v\f";
  const std::size_t first = text.find_first_not_of(kBlank);
  return first == std::string::npos ? std::string()
                                    : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

QuestionSet ask_reasonseg(const BenchmarkConfig& config) {
  std::vector<ReasonSegSample> samples = load_reasonseg(config.root, config.split);
  keep_first(samples, config.limit);
  const auto asked = std::make_shared<const std::vector<ReasonSegSample>>(std::move(samples));
  QuestionSet set;
  ImageList images;
  for (const ReasonSegSample& sample : *asked) {
    const std::string& prompt = sample.is_sentence ? config.prompt : config.phrase_prompt;
    set.questions.push_back({.id = sample.id,
                             .image = images.add(sample.image, sample.height, sample.width),
                             .prompt = fill_template(prompt, "question", stripped(sample.text)),
                             .subject = stripped(sample.text),
                             .fault = {}});
  }
  set.images = images.images();
  set.load_image = file_loader(set.images);
  set.regions = [](std::size_t) { return std::vector<Region>(); };
  set.reference = [asked](std::size_t i) {
    const ReasonSegSample& sample = asked->at(i);
    std::vector<std::uint8_t> values = reasonseg_values(sample);
    std::ranges::transform(values, values.begin(), [](std::uint8_t v) { return v == 1; });
    return QuestionReference{.text = {}, .masks = {encode_values(values, sample.height, sample.width)}};
  };
  set.category = [asked](std::size_t i) {
    return std::string(asked->at(i).is_sentence ? "sentence" : "phrase");
  };
  set.blind = [asked](std::size_t i) { return whole_picture(asked->at(i).height, asked->at(i).width); };
  set.prediction = [asked](std::size_t i, const Answer* answer) {
    return OrderedJson{{"id", asked->at(i).id}, {"mask", first_mask(answer)}};
  };
  set.score = [asked](const ScoreRequest& request) { return score_reasonseg(*asked, request); };
  return set;
}

}  // namespace pixelsail
