#include <algorithm>
#include <set>

#include "annotations/muse.h"
#include "io/json.h"
#include "synth/coco_writer.h"
#include "synth/hints.h"
#include "synth/outline.h"
#include "synth/phrasing.h"
#include "synth/write_benchmark.h"

namespace pixelsail {
namespace {

constexpr std::size_t kQuestions = 3;  ///< at most, for one picture

/// A hint for one object or group, or two of them at once.
struct Request {
  std::string question;
  std::vector<int> targets;
};

Request draw_request(const std::vector<Hint>& hints, Rng& rng) {
  const Hint& first = rng.pick(hints);
  const Hint& second = rng.pick(hints);
  std::vector<int> common;
  std::ranges::set_intersection(first.targets, second.targets, std::back_inserter(common));
  if (!common.empty() || rng.below(3) == 0) return {hint_sentence(first, rng), first.targets};
  Request both{"Somebody needs " + hint_phrase(first) + " and also " + hint_phrase(second) +
                   ". What should be picked from this picture?",
               first.targets};
  both.targets.insert(both.targets.end(), second.targets.begin(), second.targets.end());
  return both;
}

}  // namespace

void write_muse(const BenchmarkScenes& scenes, const std::filesystem::path& file, HolesAs holes, Rng& rng) {
  std::vector<MusePicture> pictures;
  for (const BenchmarkScene& entry : scenes) {
    const Scene& scene = entry.scene;
    const std::vector<Hint> hints = hints_for(scene);
    MusePicture picture{.file_name = entry.file_name,
                        .height = scene.height,
                        .width = scene.width,
                        .image_id = entry.image_id,
                        .objects = {},
                        .questions = {}};
    for (std::size_t i = 0; i < scene.objects.size(); ++i) {
      const Visible& v = scene.visible[i];
      picture.objects.push_back({.segmentation = segmentation_of(v.mask, holes),
                                 .box = {v.left, v.top, v.right - v.left, v.bottom - v.top},
                                 .category = category_of(scene.objects[i]),
                                 .name = noun_words(attributes_of(scene.objects[i], kAllBits))});
    }
    std::set<std::string> asked;
    for (std::size_t k = 0; k < kQuestions && !hints.empty(); ++k) {
      const Request request = draw_request(hints, rng);
      if (!asked.insert(request.question).second) continue;
      MuseQuestion question{.question = request.question, .objects = {}, .text_answer = "It is"};
      for (const int target : request.targets) {
        const auto object = static_cast<std::size_t>(target);
        question.text_answer +=
            (question.objects.empty() ? " the " : " and the ") + picture.objects[object].name + " {seg}";
        question.objects.push_back(object);
      }
      question.text_answer += '.';
      picture.questions.push_back(std::move(question));
    }
    if (!picture.questions.empty()) pictures.push_back(std::move(picture));
  }
  write_json_atomic(file, muse_json(pictures));
}

}  // namespace pixelsail
