// Osprey's five files about marked regions: conversations that call them <region1>, <region2>, .., and descriptions.

#include <algorithm>
#include <functional>
#include <string_view>

#include "io/json.h"
#include "synth/build_scene.h"
#include "synth/mix/training_mix.h"
#include "synth/outline.h"
#include "synth/phrasing.h"

namespace pixelsail::detail {
namespace {

namespace fs = std::filesystem;

std::string region(std::size_t number) {
  return "<region" + std::to_string(number + 1) + ">";
}

void say(OrderedJson& conversation, const std::string& question, const std::string& answer) {
  conversation.push_back({{"from", "human"}, {"value", question}});
  conversation.push_back({{"from", "gpt"}, {"value", answer}});
}

std::string words_of(const Scene& scene, std::size_t object, unsigned bits) {
  return noun_words(attributes_of(scene.objects[object], bits));
}

/// Turns about one region, the `number`-th of the record.
using Talk = std::function<void(const Scene& scene, std::size_t object, std::size_t number, Rng& rng,
                                OrderedJson& conversation)>;

void converse(const Scene& scene, std::size_t object, std::size_t number, Rng& /*rng*/,
              OrderedJson& conversation) {
  say(conversation, "What can you see in " + region(number) + "?",
      "In " + region(number) + " there is " + describe_object(scene, static_cast<int>(object)) + ".");
}

void name_part(const Scene& scene, std::size_t object, std::size_t number, Rng& /*rng*/,
               OrderedJson& conversation) {
  say(conversation, "What is shown by " + region(number) + "?",
      "It is part of the picture: " + with_a(words_of(scene, object, kAllBits)) + ".");
}

/// Half of the questions are about something else than what is there.
void ask_whether(const Scene& scene, std::size_t object, std::size_t number, Rng& rng,
                 OrderedJson& conversation) {
  const std::size_t other = rng.below(2) == 0 ? object : rng.below(scene.objects.size());
  const std::string asked = words_of(scene, other, kAllBits), seen = words_of(scene, object, kAllBits);
  say(conversation, "Is there " + with_a(asked) + " in " + region(number) + "?",
      asked == seen ? "Yes, there is." : "No, it is " + with_a(seen) + ".");
}

void name_briefly(const Scene& scene, std::size_t object, std::size_t number, Rng& /*rng*/,
                  OrderedJson& conversation) {
  say(conversation, "What is " + region(number) + "?", words_of(scene, object, kShapeBit));
}

/// One to all objects of the scene, in random order.
std::vector<std::size_t> some_objects(const Scene& scene, Rng& rng) {
  std::vector<std::size_t> objects(scene.objects.size());
  for (std::size_t i = 0; i < objects.size(); ++i) objects[i] = i;
  rng.shuffle(objects);
  objects.resize(1 + rng.below(objects.size()));
  return objects;
}

OrderedJson record_of(const BenchmarkScene& entry, const std::vector<std::size_t>& objects) {
  OrderedJson annotation = OrderedJson::array();
  for (const std::size_t object : objects) {
    const Visible& v = entry.scene.visible[object];
    annotation.push_back({{"segmentation", segmentation_of(v.mask, HolesAs::kBridges)},
                          {"bbox", {v.left, v.top, v.right - v.left, v.bottom - v.top}}});
  }
  return {{"id", std::to_string(entry.image_id)},
          {"file_name", name_of_2017(entry)},
          {"height", entry.scene.height},
          {"width", entry.scene.width},
          {"annotation", std::move(annotation)}};
}

OrderedJson conversations(const BenchmarkScenes& scenes, const Talk& talk, Rng& rng) {
  OrderedJson records = OrderedJson::array();
  for (const BenchmarkScene& entry : scenes) {
    const std::vector<std::size_t> objects = some_objects(entry.scene, rng);
    OrderedJson record = record_of(entry, objects), conversation = OrderedJson::array();
    for (std::size_t k = 0; k < objects.size(); ++k) talk(entry.scene, objects[k], k, rng, conversation);
    record["conversations"] = std::move(conversation);
    records.push_back(std::move(record));
  }
  return records;
}

OrderedJson descriptions(const BenchmarkScenes& scenes, Rng& rng) {
  OrderedJson records = OrderedJson::array();
  for (const BenchmarkScene& entry : scenes) {
    const std::vector<std::size_t> objects = some_objects(entry.scene, rng);
    OrderedJson record = record_of(entry, objects), description = OrderedJson::array();
    for (std::size_t k = 0; k < objects.size(); ++k)
      description.push_back(region(k) + ": " + describe_object(entry.scene, static_cast<int>(objects[k])));
    record["description"] = std::move(description);
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace

void write_osprey(const BenchmarkScenes& scenes, const fs::path& root, Rng& rng) {
  const fs::path folder = root / "osprey";
  fs::create_directories(folder);
  const std::pair<const char*, Talk> files[] = {{"osprey_conversation.json", converse},
                                                {"osprey_part_level.json", name_part},
                                                {"osprey_lvis_positive_negative.json", ask_whether},
                                                {"osprey_short_form.json", name_briefly}};
  for (const auto& [name, talk] : files) write_json_atomic(folder / name, conversations(scenes, talk, rng));
  write_json_atomic(folder / "osprey_detail_description.json", descriptions(scenes, rng));
}

}  // namespace pixelsail::detail
