// Grounded captions made of RefCOCOg, ROOT/gcg/RefCOCOg_GCG_<split>.json:
//   [{id: {"img_file_name", "caption", "refs": [{"sentence", "segmentation": polygons}]}}]

#include "annotations/annotation_file.h"
#include "data/mix/grounded_caption.h"
#include "data/mix/masks.h"
#include "data/mix/pictures.h"
#include "data/unusable.h"
#include "io/python_strings.h"

namespace pixelsail {
namespace {

/// The published code cuts phrases that overlap before the next one, which is right where the file has them in the order of
/// the caption. Elsewhere, and where nothing would be left of a phrase, they stay for disentangled().
void cut_before_next(std::vector<detail::GroundedPhrase>& phrases) {
  std::vector<std::int64_t> ends;
  for (std::size_t i = 0; i < phrases.size(); ++i) {
    ends.push_back(phrases[i].end);
    if (i + 1 < phrases.size() && ends[i] >= phrases[i + 1].begin) ends[i] = phrases[i + 1].begin - 1;
    if (ends[i] <= phrases[i].begin) return;
    if (i > 0 && phrases[i].begin < phrases[i - 1].begin) return;
  }
  for (std::size_t i = 0; i < phrases.size(); ++i) phrases[i].end = ends[i];
}

class RefCocogCaptions : public detail::PublishedList {
 public:
  using PublishedList::PublishedList;

 private:
  void fill(std::int64_t index, Draws& draws, Sample& sample) const override {
    const Json outer = record(index);
    if (outer.empty()) throw DataError(where(index) + ": has no entry");
    const std::string place = where(index) + "." + outer.begin().key();
    const Json& entry = outer.begin().value();
    const std::string& question = pick(draws, "question", texts().gcg.questions);
    const std::string caption = detail::python_lower(detail::stripped_caption(entry, place));
    detail::find_picture(root(), "train2014", json_string(entry, "img_file_name", place), sample);
    const ImageSize size = detail::picture_size(sample);
    std::vector<detail::GroundedPhrase> phrases;
    const Json refs = detail::list_of(entry, "refs", place);
    const std::u32string text = detail::decode_code_points(caption);
    for (std::size_t i = 0; i < refs.size(); ++i) {
      const std::string ref = place + ".refs[" + std::to_string(i) + "]";
      const std::u32string sentence =
          detail::decode_code_points(detail::python_lower(json_string(refs[i], "sentence", ref)));
      const std::size_t begin = text.find(sentence);
      if (begin == std::u32string::npos) continue;
      phrases.push_back({.begin = static_cast<std::int64_t>(begin),
                         .end = static_cast<std::int64_t>(begin + sentence.size()),
                         .mask = detail::union_mask(json_at(refs[i], "segmentation", ref), size.height,
                                                    size.width, ref, sample)});
    }
    cut_before_next(phrases);
    detail::tell_grounded_caption(caption, std::move(phrases), question, texts(), sample);
  }
};

}  // namespace

std::unique_ptr<Dataset> make_gcg_refcocog(const DatasetConfig& config, const DataConfig& data) {
  return std::make_unique<RefCocogCaptions>(config, data,
                                            find_annotation_file(detail::dataset_root(config, data), {"gcg"},
                                                                 "RefCOCOg_GCG_" + config.split + ".json"));
}

}  // namespace pixelsail
