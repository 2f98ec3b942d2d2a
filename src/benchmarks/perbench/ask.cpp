#include <algorithm>

#include "benchmarks/common/question_parts.h"
#include "benchmarks/perbench/perbench.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

template <class Sample>
using Samples = std::shared_ptr<const std::vector<Sample>>;

template <class Sample>
Samples<Sample> first_of(std::vector<Sample> samples, std::int64_t limit) {
  keep_first(samples, limit);
  return std::make_shared<const std::vector<Sample>>(std::move(samples));
}

/// Ids, pictures and prompts. A picture has the size of the masks on it.
template <class Sample, class SizeOf>
void add_questions(const std::vector<Sample>& samples, const BenchmarkConfig& config, QuestionSet& set,
                   SizeOf size_of) {
  const auto subject_of = [](const Sample& sample) {
    if constexpr (requires { sample.question; }) {
      return sample.question;
    } else {
      return std::string();
    }
  };
  const auto prompt_of = [&](const Sample& sample) {
    return fill_template(config.prompt, "question", subject_of(sample));
  };
  ImageList images;
  for (const Sample& sample : samples) {
    std::filesystem::path path = sample.image_name;
    try {
      path = perbench_image_path(config.root, sample.image_name);
    } catch (const DataError&) {
      // Said when the question is asked.
    }
    const Rle& mask = size_of(sample);
    set.questions.push_back({.id = sample.id,
                             .image = images.add(path, mask.height, mask.width),
                             .prompt = prompt_of(sample),
                             .subject = subject_of(sample),
                             .fault = {}});
  }
  set.images = images.images();
  set.load_image = file_loader(set.images);
  set.category = [](std::size_t) { return std::string(); };
}

QuestionSet ask_captions(const BenchmarkConfig& config) {
  const auto asked = first_of(load_perbench_captions(config.root), config.limit);
  QuestionSet set;
  set.kind = AnswerKind::kCaption;
  add_questions(*asked, config, set, [](const PerBenchCaption& s) -> const Rle& { return s.region; });
  set.regions = [asked](std::size_t i) { return std::vector<Region>{decode_mask(asked->at(i).region)}; };
  set.reference = [asked](std::size_t i) {
    return QuestionReference{.text = asked->at(i).caption, .masks = {}};
  };
  set.blind = [asked](std::size_t i) { return text_answer(asked->at(another(i, asked->size())).caption); };
  set.prediction = [asked](std::size_t i, const Answer* answer) {
    return OrderedJson{{"id", asked->at(i).id}, {"prediction", text_of(answer)}};
  };
  set.score = [asked](const ScoreRequest& request) { return score_perbench_captions(*asked, request); };
  return set;
}

QuestionSet ask_choices(const BenchmarkConfig& config) {
  const auto asked = first_of(load_perbench_choices(config.root), config.limit);
  QuestionSet set;
  set.kind = AnswerKind::kChoice;
  add_questions(*asked, config, set, [](const PerBenchChoice& s) -> const Rle& { return s.region; });
  set.regions = [asked](std::size_t i) { return std::vector<Region>{decode_mask(asked->at(i).region)}; };
  set.reference = [asked](std::size_t i) {
    return QuestionReference{.text = asked->at(i).answer, .masks = {}};
  };
  // The options are text inside the question; the answer of another question is as good as a guess.
  set.blind = [asked](std::size_t i) { return text_answer(asked->at(another(i, asked->size())).answer); };
  set.prediction = [asked](std::size_t i, const Answer* answer) {
    return OrderedJson{{"id", asked->at(i).id}, {"prediction", text_of(answer)}};
  };
  set.score = [asked](const ScoreRequest& request) { return score_perbench_choices(*asked, request); };
  return set;
}

QuestionSet ask_segmentations(const BenchmarkConfig& config) {
  const auto asked = first_of(load_perbench_segmentations(config.root), config.limit);
  QuestionSet set;
  add_questions(*asked, config, set,
                [](const PerBenchSegmentation& s) -> const Rle& { return s.targets.front(); });
  set.regions = [asked](std::size_t i) {
    // Numbers that the question skips belong to its targets; no patch is under them.
    const PerBenchSegmentation& sample = asked->at(i);
    std::vector<Region> regions;
    for (const PerBenchPrompt& prompt : sample.prompts) {
      while (static_cast<int>(regions.size()) < prompt.number)
        regions.emplace_back(Mask(prompt.region.height, prompt.region.width));
      regions.emplace_back(decode_mask(prompt.region));
    }
    return regions;
  };
  set.reference = [asked](std::size_t i) {
    return QuestionReference{.text = {}, .masks = {asked->at(i).targets.front()}};
  };
  set.blind = [asked](std::size_t i) {
    const Rle& target = asked->at(i).targets.front();
    return whole_picture(target.height, target.width);
  };
  set.prediction = [asked](std::size_t i, const Answer* answer) {
    return OrderedJson{{"id", asked->at(i).id}, {"mask", first_mask(answer)}};
  };
  set.score = [asked](const ScoreRequest& request) { return score_perbench_segmentations(*asked, request); };
  return set;
}

}  // namespace

QuestionSet ask_perbench(const BenchmarkConfig& config) {
  if (config.benchmark == "perbench_caption") return ask_captions(config);
  if (config.benchmark == "perbench_mcq") return ask_choices(config);
  return ask_segmentations(config);
}

}  // namespace pixelsail
