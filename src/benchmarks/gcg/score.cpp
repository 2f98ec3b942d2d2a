#include "benchmarks/gcg/gcg.h"

#include <algorithm>
#include <utility>

#include "annotations/gcg.h"
#include "benchmarks/common/caption_scores.h"
#include "benchmarks/common/mask_member.h"
#include "benchmarks/common/prediction_match.h"
#include "benchmarks/common/wanted.h"
#include "benchmarks/gcg/phrase_similarity.h"
#include "io/rle.h"
#include "metrics/average_precision.h"
#include "metrics/phrase_match.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr std::int64_t kScoredCategory = 1;
constexpr double kApThreshold = 0.5;

struct GcgPrediction {
  std::string caption;
  std::vector<std::string> phrases;
  std::vector<Rle> masks;
};

/// What one image adds to the mask metrics.
struct GcgNumbers {
  ApImage ap;
  double miou = 0;
  std::int64_t found = 0, labels = 0;
  bool phrase_missing = false;
};

GcgPrediction parse_prediction(const Json& line, const GcgImage& image) {
  GcgPrediction prediction{.caption = json_string(line, "caption", "prediction"),
                           .phrases = {},
                           .masks = masks_member(line, image.height, image.width)};
  const Json& phrases = json_at(line, "phrases", "prediction");
  if (!phrases.is_array() || !std::ranges::all_of(phrases, [](const Json& p) { return p.is_string(); }))
    throw DataError("\"phrases\" should be a list of texts");
  prediction.phrases = phrases.get<std::vector<std::string>>();
  return prediction;
}

double ratio(std::uint64_t part, std::uint64_t whole) {
  return part == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

ApImage average_precision_part(const GcgImage& image, const std::vector<Rle>& masks) {
  std::vector<ApTarget> targets;
  std::vector<const GcgObject*> objects;
  for (const GcgObject& object : image.objects) {
    if (object.category != kScoredCategory) continue;
    targets.push_back({.crowd = object.crowd, .zero_id = object.zero_id});
    objects.push_back(&object);
  }
  const std::size_t detections = std::min(masks.size(), kMostDetections);
  std::vector<double> ious;
  for (std::size_t d = 0; d < detections; ++d) {
    const std::uint64_t area = rle_area(masks[d]);
    for (const GcgObject* object : objects) {
      const std::uint64_t both = rle_intersection(masks[d], object->mask);
      ious.push_back(ratio(both, object->crowd ? area : area + rle_area(object->mask) - both));
    }
  }
  return match_detections(targets, detections, ious, kApThreshold);
}

GcgNumbers numbers_of(const GcgImage& image, const GcgPrediction& prediction,
                      const PhraseSimilarity& similarity) {
  std::vector<double> ious;
  for (const Rle& mask : prediction.masks) {
    const std::uint64_t area = rle_area(mask);
    for (const GcgObject& object : image.objects) {
      const std::uint64_t both = rle_intersection(mask, object.mask);
      ious.push_back(ratio(both, area + rle_area(object.mask) - both));
    }
  }
  const IouTable table{.predictions = prediction.masks.size(), .targets = image.objects.size(), .ious = ious};
  const std::vector<double> alike = similarity.table(image.id, prediction.phrases, image.labels);
  const PhraseMatches matches = match_phrases(table, {.predictions = prediction.phrases.size(),
                                                      .targets = image.labels.size(),
                                                      .similarity = [&](std::size_t p, std::size_t t) {
                                                        return alike[p * image.labels.size() + t];
                                                      }});
  return {.ap = average_precision_part(image, prediction.masks),
          .miou = mean_paired_iou(table),
          .found = matches.found,
          .labels = static_cast<std::int64_t>(image.labels.size()),
          .phrase_missing = matches.phrase_missing};
}

/// ap50, miou and recall for any draw of the captioned images.
class MaskDraw {
 public:
  MaskDraw(const GcgData& data, const std::vector<GcgNumbers>& numbers) : by_id_(data.by_id) {
    captioned_ = numbers.size();
    std::vector<ApImage> images;
    for (const GcgNumbers& image : numbers) {
      images.push_back(image.ap);
      rows_.push_back({image.miou, static_cast<double>(image.found), static_cast<double>(image.labels)});
    }
    for (std::size_t i = captioned_; i < data.images.size(); ++i)
      images.push_back(average_precision_part(data.images[i], {}));
    for (const std::size_t place : by_id_) ranked_.push_back(images[place]);
  }
  std::vector<double> operator()(std::span<const std::uint32_t> weights) const {
    // Images without captions are not drawn; they always count once.
    std::vector<std::uint32_t> ranked_weights;
    for (const std::size_t place : by_id_) ranked_weights.push_back(place < captioned_ ? weights[place] : 1);
    double miou = 0, found = 0, labels = 0, images = 0;
    for (std::size_t i = 0; i < captioned_; ++i) {
      const double weight = weights[i];
      miou += weight * rows_[i].miou;
      found += weight * rows_[i].found;
      labels += weight * rows_[i].labels;
      images += weight;
    }
    return {average_precision(ranked_, ranked_weights), images == 0 ? 0.0 : miou / images,
            labels == 0 ? 0.0 : found / labels};
  }

 private:
  struct Row {
    double miou = 0, found = 0, labels = 0;
  };
  std::size_t captioned_ = 0;
  std::vector<std::size_t> by_id_;
  std::vector<ApImage> ranked_;
  std::vector<Row> rows_;
};

void add_samples(ScoreResult& result, const std::vector<GcgNumbers>& numbers,
                 std::vector<ScoredSample> captions) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    OrderedJson detail;
    detail["miou"] = numbers[i].miou;
    detail["recall"] =
        ratio(static_cast<std::uint64_t>(numbers[i].found), static_cast<std::uint64_t>(numbers[i].labels));
    detail.update(captions[i].detail);
    captions[i].detail = std::move(detail);
  }
  result.samples = std::move(captions);
}

/// The images that the request selects.
GcgData chosen_images(const GcgData& data, const ScoreRequest& request) {
  GcgData chosen;
  std::vector<std::size_t> place(data.images.size(), data.images.size());
  for (std::size_t i = 0; i < data.captioned; ++i) {
    if (!request.wants(data.images[i].id)) continue;
    place[i] = chosen.images.size();
    chosen.images.push_back(data.images[i]);
  }
  chosen.captioned = chosen.images.size();
  for (const std::size_t i : data.by_id)
    if (place[i] < data.images.size()) chosen.by_id.push_back(place[i]);
  return chosen;
}

/// What is scored of every captioned image; without a prediction to begin with.
struct GcgSamples {
  std::vector<std::string> ids;
  std::vector<GcgNumbers> numbers;
  std::vector<CaptionSample> captions;

  explicit GcgSamples(const GcgData& data) : numbers(data.captioned), captions(data.captioned) {
    for (std::size_t i = 0; i < data.captioned; ++i) {
      const GcgImage& image = data.images[i];
      ids.push_back(image.id);
      captions[i] = {.id = image.id, .prediction = {}, .references = image.captions};
      numbers[i].ap = average_precision_part(image, {});
      numbers[i].labels = static_cast<std::int64_t>(image.labels.size());
    }
  }
};

ScoreResult score_selected(const GcgData& data, const ScoreRequest& request) {
  const auto options = options_of<GcgOptions>(request.options);
  const PhraseSimilarity similarity(options.similarities);
  GcgSamples samples(data);
  const auto accept = [&](std::size_t i, const Json& line) {
    GcgPrediction prediction = parse_prediction(line, data.images[i]);
    samples.numbers[i] = numbers_of(data.images[i], prediction, similarity);
    samples.captions[i].prediction = std::move(prediction.caption);
  };
  const PredictionFaults faults = match_predictions(request, samples.ids, id_from("image_id"), accept);
  ScoreResult text = score_captions(request.benchmark, samples.captions,
                                    CaptionMetrics{.coco = true, .nltk = false}, options.meteor);
  ScoreResult result;
  result.metrics = {"ap50", "miou", "recall"};
  result.metrics.insert(result.metrics.end(), text.metrics.begin(), text.metrics.end());
  result.units = data.captioned;
  result.draw = [masks = MaskDraw(data, samples.numbers),
                 captions = text.draw](std::span<const std::uint32_t> weights) {
    std::vector<double> values = masks(weights);
    const std::vector<double> more = captions(weights);
    values.insert(values.end(), more.begin(), more.end());
    return values;
  };
  const std::vector<double> values = draw_all(result.draw, result.units);
  result.json["benchmark"] = request.benchmark;
  result.json["split"] = split_of(request);
  result.json["phrase_similarity"] = options.similarities.empty() ? "equal phrases" : "file";
  result.json["images"] = data.captioned;
  result.json["images_without_phrase_for_a_mask"] =
      std::ranges::count(samples.numbers, true, &GcgNumbers::phrase_missing);
  for (std::size_t m = 0; m < 3; ++m) result.json[result.metrics[m]] = values[m];
  text.json.erase("benchmark");
  result.json.update(text.json);
  add_faults(result.json, faults);
  add_samples(result, samples.numbers, std::move(text.samples));
  return result;
}

}  // namespace

ScoreResult score_gcg(const ScoreRequest& request) {
  return score_gcg(load_gcg(request.annotations, split_of(request)), request);
}

ScoreResult score_gcg(const GcgData& data, const ScoreRequest& request) {
  if (request.only) return score_selected(chosen_images(data, request), request);
  return score_selected(data, request);
}

}  // namespace pixelsail
