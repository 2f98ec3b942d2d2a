#include <algorithm>
#include <array>

#include "io/json.h"
#include "io/rle.h"
#include "synth/build_scene.h"
#include "synth/choice_questions.h"
#include "synth/phrasing.h"
#include "synth/write_benchmark.h"

namespace pixelsail {
namespace {

constexpr int kRequestAttempts = 12, kRequestTries = 400;
constexpr std::size_t kRequests = 2;  ///< requests to segment, at most, for one picture

OrderedJson mask_json(const Scene& scene, int object) {
  return rle_to_json(encode_mask(scene.visible.at(static_cast<std::size_t>(object)).mask));
}

/// "obj0": at most seven objects, so that no tag is part of another.
std::string tag(std::size_t number) {
  return "obj" + std::to_string(number);
}

/// A request that shows one object and asks for others.
struct Request {
  std::string question;  ///< with the shown object's tag
  int shown = 0;
  std::vector<int> targets;
};

/// "Segment the other objects of the same color as obj0."
Request same_attribute(const Scene& scene, int shown, Rng& rng) {
  constexpr std::array<std::pair<unsigned, const char*>, 3> kAttributes{
      {{kColorBit, "color"}, {kShapeBit, "shape"}, {kPatternBit, "pattern"}}};
  constexpr std::array<std::pair<unsigned, const char*>, 3> kThingAttributes{
      {{kColorBit, "color"}, {kShapeBit, "name"}, {kCategoryBit, "kind"}}};
  const auto& [bit, word] = rng.pick(scene.things ? kThingAttributes : kAttributes);
  if ((scene.object(shown).said & bit) == 0) return {.shown = shown};
  const Attributes same = attributes_of(scene.object(shown), bit);
  if (doubtful(same, scene)) return {.shown = shown};
  Request request{.shown = shown, .targets = matches(same, scene)};
  std::erase(request.targets, shown);
  request.question =
      std::string("Please segment ") +
      (request.targets.size() == 1 ? "the other object that has" : "the other objects that have") +
      " the same " + word + " as " + tag(0) + " in this image.";
  return request;
}

/// "Segment the star to the left of obj0." No targets when the scene does not make it clear.
Request related(const Scene& scene, int shown, Rng& rng) {
  constexpr std::array<const char*, kRelationCount> kWords{"to the left of", "to the right of", "above",
                                                           "below", "nearest to"};
  Request request{.shown = shown};
  const Attributes anchor = attributes_of(scene.object(shown), kAllBits);
  if (matches(anchor, scene).size() != 1 || doubtful(anchor, scene)) return request;
  const auto relation = static_cast<std::size_t>(rng.below(kRelationCount));
  const unsigned bits = rng.below(3) == 0 ? 0U : 1U << rng.below(2);
  const Attributes subject = attributes_of(rng.pick(scene.objects), bits);
  const auto found = resolve({.kind = ExpressionKind::kRelation,
                              .subjects = {subject},
                              .relation = static_cast<Relation>(relation),
                              .anchor = anchor},
                             scene);
  if (!found || found->empty()) return request;
  request.targets = *found;
  request.question =
      "Please segment the " + noun_words(subject) + ' ' + kWords[relation] + ' ' + tag(0) + " in this image.";
  return request;
}

OrderedJson request_json(const BenchmarkScene& entry, const Request& request) {
  OrderedJson segmentations;
  segmentations[tag(0)] = mask_json(entry.scene, request.shown);
  std::string answer = "It is";
  for (std::size_t i = 0; i < request.targets.size(); ++i) {
    answer += (i == 0 ? " " : " and ") + tag(i + 1);
    segmentations[tag(i + 1)] = mask_json(entry.scene, request.targets[i]);
  }
  return {{"image_name", entry.file_name},
          {"question", request.question},
          {"answer", answer + '.'},
          {"segmentations", std::move(segmentations)}};
}

OrderedJson captions_json(const BenchmarkScene& entry) {
  OrderedJson objects = OrderedJson::array();
  for (int i = 0; i < static_cast<int>(entry.scene.objects.size()); ++i)
    objects.push_back(
        {{"segmentation", mask_json(entry.scene, i)}, {"caption", describe_object(entry.scene, i)}});
  return {{"image_name", entry.file_name}, {"object_annotations", std::move(objects)}};
}

/// One question about each of two objects. The options stand in the question; the answer is a letter, in
/// training data after the words of its option.
OrderedJson choices_json(const BenchmarkScene& entry, AnswersFor use, AnswerPlaces& places, Rng& rng) {
  constexpr std::array<Skill, 4> kSkills{Skill::kColor, Skill::kShape, Skill::kPattern, Skill::kPlace};
  const auto first = static_cast<std::size_t>(rng.below(entry.scene.objects.size()));
  OrderedJson questions = OrderedJson::array();
  for (std::size_t k = 0; k < 2; ++k) {
    const auto object = static_cast<int>((first + k) % entry.scene.objects.size());
    std::optional<ChoiceQuestion> question;
    // Every shape has a colour and soon a question; of few things in a corner of none there may be nothing to ask.
    for (int i = 0; i < kRequestTries && !question; ++i)
      question = ask_about(rng.pick(kSkills), entry.scene, object, "this object", rng);
    if (!question) continue;
    places.arrange(*question, rng);
    questions.push_back({{"object", mask_json(entry.scene, object)},
                         {"question", with_option_lines(*question)},
                         {"answer", use == AnswersFor::kTraining ? words_and_letter(*question)
                                                                 : option_letter(question->right)}});
  }
  return {{"image_name", entry.file_name}, {"mcqs", std::move(questions)}};
}

}  // namespace

void write_perbench(const EachScene& each_scene, const std::filesystem::path& folder, AnswersFor use,
                    Rng& rng) {
  const std::filesystem::path pictures = folder / "masa_sam_500k";
  std::filesystem::create_directories(pictures);
  OrderedJson captions = OrderedJson::array(), choices = OrderedJson::array(),
              requests = OrderedJson::array();
  AnswerPlaces places;
  each_scene([&](const BenchmarkScene& original) {
    // Pictures of SA-1B are called sa_<number>.jpg.
    BenchmarkScene entry = original;
    entry.file_name = "sa_" + std::to_string(entry.image_id) + ".jpg";
    write_picture(entry.picture, pictures / entry.file_name);
    captions.push_back(captions_json(entry));
    choices.push_back(choices_json(entry, use, places, rng));
    std::size_t asked = 0;
    for (int i = 0; i < kRequestAttempts && asked < kRequests; ++i) {
      const auto shown = static_cast<int>(rng.below(entry.scene.objects.size()));
      const Request request =
          rng.below(3) == 0 ? same_attribute(entry.scene, shown, rng) : related(entry.scene, shown, rng);
      if (request.targets.empty()) continue;
      ++asked;
      requests.push_back(request_json(entry, request));
    }
  });
  write_json_atomic(folder / "STBench_Detailed_Caption.json", captions);
  write_json_atomic(folder / "STBench_MCQ.json", choices);
  write_json_atomic(folder / "STBench_VRES.json", requests);
}

}  // namespace pixelsail
