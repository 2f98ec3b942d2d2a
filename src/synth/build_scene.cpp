#include "synth/build_scene.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "image/codec.h"
#include "pixelsail/error.h"
#include "synth/outline.h"
#include "synth/render.h"

namespace pixelsail {
namespace {

constexpr int kJpegQuality = 92;
constexpr double kPngShare = 0.3;

/// How often each kind is drawn. Positions and relations are not possible for every object, so that their
/// weights stand above the shares wanted (0.4, 0.3, 0.3).
constexpr KindWeights kMixed{.attribute = 0.40, .position = 0.30, .relation = 0.30};
/// Things have names, which come first.
constexpr KindWeights kMixedThings{.attribute = 0.72, .position = 0.16, .relation = 0.12};
constexpr KindWeights kAttributesOnly{.attribute = 1};

std::string stream_name(const SceneRequest& request, const char* purpose) {
  return request.split + '/' + std::to_string(request.index) + '/' + purpose;
}

ObjectRecord object_record(const Scene& scene, int index, const SceneRequest& request) {
  const Visible& v = scene.visible[static_cast<std::size_t>(index)];
  ObjectRecord record;
  record.category = category_of(scene.objects[static_cast<std::size_t>(index)]);
  record.box = {v.left, v.top, v.right - v.left, v.bottom - v.top};
  record.area = v.area;
  // Run lengths occur in both forms.
  const HolesAs runs = (request.image_id + index) % 2 == 0 ? HolesAs::kRunLists : HolesAs::kRunLengths;
  record.segmentation = segmentation_of(v.mask, request.bridges ? HolesAs::kBridges : runs);
  record.caption = describe_object(scene, index);
  return record;
}

/// Different objects of the scene, larger ones somewhat more often, as people refer to what they notice. Only
/// those of the shape in focus, if there is one.
std::vector<int> choose_objects(const Scene& scene, int count, Rng& rng) {
  std::vector<int> left, chosen;
  for (int i = 0; i < static_cast<int>(scene.objects.size()); ++i) {
    const Shape shape = scene.objects[static_cast<std::size_t>(i)].shape;
    if (shape == scene.choice.focus.value_or(shape)) left.push_back(i);
  }
  while (static_cast<int>(chosen.size()) < count && !left.empty()) {
    double total = 0;
    const auto weight = [&](int i) {
      return std::sqrt(static_cast<double>(scene.visible[static_cast<std::size_t>(i)].area));
    };
    for (const int i : left) total += weight(i);
    double at = rng.uniform() * total;
    std::size_t pick = 0;
    while (pick + 1 < left.size() && at >= weight(left[pick])) at -= weight(left[pick++]);
    chosen.push_back(left[pick]);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(pick));
  }
  return chosen;
}

/// One fewer of things: there are not so many ways to say "the dog".
int sentence_count(const Scene& scene, Rng& rng) {
  const double p = rng.uniform();
  return (p < 0.15 ? 2 : p < 0.85 ? 3 : 4) - (scene.things ? 1 : 0);
}

std::vector<RefRecord> refs_of(const Scene& scene, const std::vector<int>& objects,
                               const KindWeights& weights, PhraseStyle style, Rng& rng) {
  std::vector<RefRecord> refs;
  for (const int object : objects) {
    const int count = style == PhraseStyle::kLong ? 2 : sentence_count(scene, rng);
    RefRecord ref{{object}, refer_to(scene, object, count, weights, style, rng)};
    if (!ref.sentences.empty()) refs.push_back(std::move(ref));
  }
  return refs;
}

std::vector<RefRecord> generalized_refs(const Scene& scene, const std::vector<int>& objects, Rng& rng) {
  std::vector<RefRecord> refs;
  for (int i = 0; i < 2; ++i) {
    RefRecord several;
    several.sentences = refer_to_several(scene, 2, rng, several.objects);
    const bool known = std::any_of(refs.begin(), refs.end(),
                                   [&](const RefRecord& r) { return r.objects == several.objects; });
    if (!several.sentences.empty() && !known) refs.push_back(std::move(several));
  }
  RefRecord single{
      {objects.at(0)},
      refer_to(scene, objects.at(0), 2, scene.things ? kMixedThings : kMixed, PhraseStyle::kShort, rng)};
  if (!single.sentences.empty()) refs.push_back(std::move(single));
  RefRecord none{{}, refer_to_nothing(scene, 2, rng)};
  if (!none.sentences.empty()) refs.push_back(std::move(none));
  return refs;
}

}  // namespace

Scene scene_of(const SceneRequest& request) {
  Rng rng(request.seed, stream_name(request, "scene"));
  return request.things.things ? sample_things(request.max_side, request.things, rng)
                               : sample_scene(request.max_side, rng, request.choice);
}

ScenePicture picture_of(const SceneRequest& request, const Scene& scene) {
  Rng picture(request.seed, stream_name(request, "picture"));
  char name[64];
  std::snprintf(name, sizeof name, "COCO_train2014_%012lld%s", static_cast<long long>(request.image_id),
                !scene.things && picture.uniform() < kPngShare ? ".png" : ".jpg");
  return {name, scene.things ? scene.picture : render_scene(scene, picture)};
}

std::vector<std::byte> encode_picture(const Image& image, const std::filesystem::path& name) {
  return name.extension() == ".jpg" ? encode_jpeg(image, kJpegQuality) : encode_png(image);
}

void write_picture(const Image& image, const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = encode_picture(image, path);
  // The folder is flushed as a whole when it gets its final name, so plain writing will do.
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw RunError("cannot write " + path.string());
}

BuiltScene build_scene(const SceneRequest& request) {
  const Scene scene = scene_of(request);
  BuiltScene built;
  SceneRecord& record = built.record;
  record.split = request.split;
  record.image_id = request.image_id;
  record.width = scene.width;
  record.height = scene.height;

  const ScenePicture picture = picture_of(request, scene);
  record.file_name = picture.file_name;
  write_picture(picture.image, request.image_folder / picture.file_name);

  for (int i = 0; i < static_cast<int>(scene.objects.size()); ++i)
    record.objects.push_back(object_record(scene, i, request));
  Rng words(request.seed, stream_name(request, "words"));
  const std::vector<int> objects = choose_objects(scene, request.refs, words);
  const KindWeights& mixed = scene.things ? kMixedThings : kMixed;
  record.refcoco = refs_of(scene, objects, mixed, PhraseStyle::kShort, words);
  record.refcoco_plus = refs_of(scene, objects, kAttributesOnly, PhraseStyle::kShort, words);
  // What has no name is neither described nor said to be absent.
  if (scene.all_named()) {
    record.refcocog = refs_of(scene, objects, mixed, PhraseStyle::kLong, words);
    record.grefcoco = generalized_refs(scene, objects, words);
  }
  if (request.with_teacher) built.teacher = teacher_map(scene);
  return built;
}

}  // namespace pixelsail
