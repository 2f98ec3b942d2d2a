#include <algorithm>
#include <set>

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

void write_muse(const BenchmarkScenes& scenes, const std::filesystem::path& folder, Rng& rng) {
  OrderedJson entries = OrderedJson::array();
  for (const BenchmarkScene& entry : scenes) {
    const Scene& scene = entry.scene;
    const std::vector<Hint> hints = hints_for(scene);
    OrderedJson objects = OrderedJson::array();
    for (std::size_t i = 0; i < scene.objects.size(); ++i) {
      const Visible& v = scene.visible[i];
      objects.push_back({{"segmentation", segmentation_of(v.mask, false)},
                         {"bbox", {v.left, v.top, v.right - v.left, v.bottom - v.top}},
                         {"category_id", category_of(scene.objects[i].shape)},
                         {"rephrased_name", noun_words(attributes_of(scene.objects[i], kAllBits))}});
    }
    OrderedJson questions = OrderedJson::array(), answers = OrderedJson::array(),
                text_answers = OrderedJson::array();
    std::set<std::string> asked;
    for (std::size_t k = 0; k < kQuestions; ++k) {
      const Request request = draw_request(hints, rng);
      if (!asked.insert(request.question).second) continue;
      OrderedJson answer = OrderedJson::array();
      std::string text = "It is";
      for (std::size_t i = 0; i < request.targets.size(); ++i) {
        const OrderedJson& object = objects[static_cast<std::size_t>(request.targets[i])];
        text += (i == 0 ? " the " : " and the ") + object["rephrased_name"].get<std::string>() + " {seg}";
        answer.push_back(object);
      }
      questions.push_back(request.question);
      answers.push_back(std::move(answer));
      text_answers.push_back(text + '.');
    }
    entries.push_back({{"file_name", entry.file_name},
                       {"height", scene.height},
                       {"width", scene.width},
                       {"image_id", entry.image_id},
                       {"ann_list", std::move(objects)},
                       {"questions", std::move(questions)},
                       {"answers", std::move(answers)},
                       {"text_answers", std::move(text_answers)}});
  }
  write_json_atomic(folder / "muse_val.json", entries);
}

}  // namespace pixelsail
