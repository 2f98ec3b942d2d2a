#include "fixtures.h"

#include <unistd.h>

#include <bit>
#include <fstream>
#include <stdexcept>

#include "image/codec.h"

namespace pixelsail::test {
namespace {

std::string little_endian(std::uint32_t v) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(v >> (8 * i) & 255);
  return bytes;
}

void pickle_into(const Json& value, std::string& out) {
  if (value.is_null()) {
    out += 'N';
  } else if (value.is_boolean()) {
    out += value.get<bool>() ? "\x88" : "\x89";
  } else if (value.is_number_integer()) {
    out += 'J' + little_endian(static_cast<std::uint32_t>(value.get<std::int32_t>()));
  } else if (value.is_number_float()) {
    const auto bits = std::bit_cast<std::uint64_t>(value.get<double>());
    out += 'G';
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift & 0xFF);
  } else if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    out += 'X' + little_endian(static_cast<std::uint32_t>(text.size())) + text;
  } else if (value.is_array()) {
    out += "](";
    for (const Json& item : value) pickle_into(item, out);
    out += 'e';
  } else {
    if (!value.is_object()) throw std::logic_error("pickle_into: " + value.dump());
    out += "}(";
    for (const auto& [key, item] : value.items()) {
      pickle_into(key, out);
      pickle_into(item, out);
    }
    out += 'u';
  }
}

}  // namespace

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string to_pickle(const Json& value) {
  std::string out = "\x80\x02";
  pickle_into(value, out);
  return out + '.';
}

void write_image(const std::filesystem::path& path, int height, int width, int seed) {
  Image image(height, width);
  for (std::size_t i = 0; i < image.rgb.size(); ++i) {
    image.rgb[i] = static_cast<std::uint8_t>((i * 37 + static_cast<std::size_t>(seed) * 101) % 251);
  }
  const auto bytes = encode_png(image);
  write_text(path, std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

std::string image_name(int id) {
  return "COCO_train2014_" + std::to_string(id) + ".jpg";
}

Json rectangle(double x0, double y0, double x1, double y1) {
  return {x0, y0, x1, y0, x1, y1, x0, y1};
}

Json coco_image(int id, int height, int width) {
  return {{"id", id}, {"file_name", image_name(id)}, {"height", height}, {"width", width}, {"license", 3}};
}

Json coco_annotation(int id, int image_id, const Json& segmentation) {
  return {{"id", id},     {"image_id", image_id}, {"category_id", 7},
          {"iscrowd", 0}, {"bbox", {1, 2, 3, 4}}, {"segmentation", segmentation}};
}

Json ref(int ref_id, int image_id, const Json& ann_id, const std::string& split,
         const std::vector<std::string>& sents) {
  Json sentences = Json::array(), sent_ids = Json::array();
  for (std::size_t i = 0; i < sents.size(); ++i) {
    const int sent_id = ref_id * 100 + static_cast<int>(i);
    sent_ids.push_back(sent_id);
    sentences.push_back({{"sent_id", sent_id},
                         {"sent", sents[i]},
                         {"raw", sents[i] + "!"},
                         {"tokens", Json::array({sents[i]})}});
  }
  return {{"ref_id", ref_id}, {"image_id", image_id}, {"ann_id", ann_id},       {"split", split},
          {"category_id", 7}, {"sent_ids", sent_ids}, {"sentences", sentences}, {"file_name", "ignored.jpg"}};
}

void ReferFiles::write(const std::filesystem::path& root, const std::string& name,
                       const std::string& refs_file, bool with_images) const {
  write_text(root / name / "instances.json", Json{{"info", {{"year", 2014}, {"nested", {{1, 2}, {3}}}}},
                                                  {"annotations", annotations},
                                                  {"images", images},
                                                  {"categories", {{{"id", 7}, {"name", "thing"}}}}}
                                                 .dump());
  write_text(root / name / refs_file, refs_file.ends_with(".p") ? to_pickle(refs) : refs.dump());
  if (!with_images) return;
  for (const Json& image : images) {
    write_image(root / "images" / "train2014" / image["file_name"].get<std::string>(),
                image["height"].get<int>(), image["width"].get<int>(), image["id"].get<int>());
  }
}

ReferFiles small_refer() {
  ReferFiles files;
  for (int i = 1; i <= 3; ++i) {
    files.images.push_back(coco_image(i));
    files.annotations.push_back(coco_annotation(10 * i, i, Json::array({rectangle(2, 2, 8, 8 + i)})));
    files.annotations.push_back(coco_annotation(10 * i + 1, i, Json::array({rectangle(12, 4, 20, 12 + i)})));
    files.refs.push_back(
        ref(100 + i, i, 10 * i, "train", {"left thing", "first one", "thing " + std::to_string(i)}));
    files.refs.push_back(ref(200 + i, i, 10 * i + 1, "train", {"right thing", "second one"}));
  }
  return files;
}

}  // namespace pixelsail::test
