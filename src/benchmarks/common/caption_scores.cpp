#include "benchmarks/common/caption_scores.h"

#include <memory>

#include "metrics/bleu.h"
#include "metrics/cider.h"
#include "metrics/meteor/meteor_score.h"
#include "metrics/meteor/nltk_meteor.h"
#include "metrics/ptb/ptb_tokenizer.h"
#include "metrics/rouge_l.h"
#include "metrics/wordnet/wordnet.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// What one sample adds to the scores.
struct CaptionNumbers {
  MeteorStats meteor;
  BleuCounts bleu;
  double cider = 0, rouge_l = 0, nltk = 0, nltk_unswapped = 0;
};

std::vector<std::string> metric_names(const CaptionMetrics& metrics) {
  std::vector<std::string> names;
  if (metrics.coco) names = {"meteor", "cider", "bleu1", "bleu2", "bleu3", "bleu4", "rouge_l"};
  if (metrics.nltk) names.insert(names.end(), {"meteor_nltk", "meteor_nltk_unswapped"});
  return names;
}

/// Adds samples up and makes the metrics of the sums, in the order of metric_names().
class CaptionSums {
 public:
  void add(const CaptionNumbers& numbers, std::uint32_t times) {
    for (std::uint32_t i = 0; i < times; ++i) {
      meteor_ += numbers.meteor;
      bleu_ += numbers.bleu;
    }
    const double weight = times;
    count_ += weight;
    cider_ += weight * numbers.cider;
    rouge_l_ += weight * numbers.rouge_l;
    nltk_ += weight * numbers.nltk;
    nltk_unswapped_ += weight * numbers.nltk_unswapped;
  }
  std::vector<double> values(const CaptionMetrics& metrics) const {
    const double count = count_ > 0 ? count_ : 1;
    std::vector<double> values;
    if (metrics.coco) {
      values = {meteor_score(meteor_), cider_ / count};
      for (const double value : bleu(bleu_)) values.push_back(value);
      values.push_back(rouge_l_ / count);
    }
    if (metrics.nltk) values.insert(values.end(), {nltk_ / count, nltk_unswapped_ / count});
    return values;
  }

 private:
  MeteorStats meteor_;
  BleuCounts bleu_;
  double count_ = 0, cider_ = 0, rouge_l_ = 0, nltk_ = 0, nltk_unswapped_ = 0;
};

std::string joined(const Tokens& tokens) {
  std::string line;
  for (const std::string& token : tokens) line += (line.empty() ? "" : " ") + token;
  return line;
}

OrderedJson sources_json(const MeteorSources& sources) {
  OrderedJson json;
  json["function_words"] = sources.function_words;
  json["abbreviations"] = sources.abbreviations;
  json["synonyms"] = sources.synonyms;
  json["paraphrases"] = sources.paraphrases;
  json["original"] = sources.is_original;
  return json;
}

/// The metrics of COCO's caption evaluation; adds what METEOR used to `json`.
void score_coco(std::span<const CaptionSample> samples, const MeteorOptions& options,
                std::vector<CaptionNumbers>& numbers, OrderedJson& json) {
  std::vector<TokenizedCaption> corpus;
  std::vector<MeteorSegment> segments;
  for (const CaptionSample& sample : samples) {
    TokenizedCaption tokens{.candidate = caption_tokens(sample.prediction)};
    MeteorSegment segment{.hypothesis = joined(tokens.candidate)};
    for (const std::string& reference : sample.references) {
      tokens.references.push_back(caption_tokens(reference));
      segment.references.push_back(joined(tokens.references.back()));
    }
    corpus.push_back(std::move(tokens));
    segments.push_back(std::move(segment));
  }
  MeteorFiles files{.wordnet_directory = options.wordnet};
  if (!options.meteor_data.empty()) files.data_directory = options.meteor_data;
  if (!options.paraphrase.empty()) files.paraphrases = options.paraphrase;
  const MeteorResult meteor = score_meteor(segments, MeteorData::load(files));
  const std::vector<double> cider = cider_scores(corpus);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    numbers[i].meteor = meteor.stats[i];
    numbers[i].cider = cider[i];
    numbers[i].bleu = count_bleu(corpus[i].candidate, corpus[i].references);
    numbers[i].rouge_l = rouge_l(corpus[i].candidate, corpus[i].references);
  }
  json["meteor_data"] = sources_json(meteor.sources);
}

void score_nltk(std::span<const CaptionSample> samples, const MeteorOptions& options,
                std::vector<CaptionNumbers>& numbers, OrderedJson& json) {
  const WordNet wordnet(options.wordnet);
  NltkMeteorCache cache(wordnet);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    numbers[i].nltk = nltk_meteor_perbench(samples[i].prediction, samples[i].references, cache);
    numbers[i].nltk_unswapped = nltk_meteor_unswapped(samples[i].prediction, samples[i].references, cache);
  }
  json["wordnet"] = options.wordnet;
}

}  // namespace

ScoreResult score_captions(const std::string& benchmark, std::span<const CaptionSample> samples,
                           const CaptionMetrics& metrics, const MeteorOptions& files) {
  if (samples.empty()) throw DataError(benchmark + ": there is no caption to score");
  std::vector<CaptionNumbers> numbers(samples.size());
  ScoreResult result;
  result.json["benchmark"] = benchmark;
  if (metrics.coco) score_coco(samples, files, numbers, result.json);
  if (metrics.nltk) score_nltk(samples, files, numbers, result.json);
  result.metrics = metric_names(metrics);
  result.units = samples.size();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    CaptionSums one;
    one.add(numbers[i], 1);
    const std::vector<double> values = one.values(metrics);
    ScoredSample sample{.id = samples[i].id, .unit = i};
    for (std::size_t m = 0; m < values.size(); ++m) sample.detail[result.metrics[m]] = values[m];
    sample.detail["prediction"] = samples[i].prediction;
    sample.detail["references"] = samples[i].references;
    result.samples.push_back(std::move(sample));
  }
  result.draw = [metrics, numbers = std::move(numbers)](std::span<const std::uint32_t> weights) {
    CaptionSums sums;
    for (std::size_t i = 0; i < numbers.size(); ++i) sums.add(numbers[i], weights[i]);
    return sums.values(metrics);
  };
  const std::vector<double> values = draw_all(result.draw, result.units);
  result.json["samples"] = samples.size();
  for (std::size_t m = 0; m < values.size(); ++m) result.json[result.metrics[m]] = values[m];
  return result;
}

PredictionFaults read_captions(const ScoreRequest& request, const char* id_key,
                               const std::function<std::string(const Json&)>& text_of,
                               std::vector<CaptionSample>& samples) {
  std::vector<std::string> ids;
  for (const CaptionSample& sample : samples) ids.push_back(sample.id);
  return match_predictions(request, ids, id_from(id_key),
                           [&](std::size_t i, const Json& line) { samples[i].prediction = text_of(line); });
}

}  // namespace pixelsail
