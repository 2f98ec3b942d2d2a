// pixelsail-score: scores predictions.jsonl against the published annotation files.

#include "score/score_refer.h"
#include "program.h"

int main(int argc, char** argv) {
  CLI::App app{"Scores predictions for RefCOCO, RefCOCO+, RefCOCOg or gRefCOCO and prints one JSON object",
               "pixelsail-score"};
  std::string benchmark, split, split_by, gt_merge = "union";
  std::filesystem::path annotations, predictions;
  pixelsail::ScoreOptions options;
  app.add_option("--benchmark", benchmark, "refcoco, refcoco+, refcocog or grefcoco")
      ->required()
      ->check(CLI::IsMember({"refcoco", "refcoco+", "refcocog", "grefcoco"}));
  app.add_option("--split", split, "train, val, testA, testB or test")->required();
  app.add_option("--annotations", annotations, "folder that holds <benchmark>/instances.json and the refs")
      ->required();
  app.add_option("--predictions", predictions,
                 "one line per expression: {\"ref_id\":..,\"sent_id\":..,\"image_id\":..,\"answer\":\"..\","
                 "\"mask\":{\"size\":[h,w],\"counts\":\"..\"} or null}")
      ->required();
  app.add_option("--gt-merge", gt_merge, "how polygons of one object become one mask")
      ->check(CLI::IsMember({"union", "lisa_sum", "sa2va_rle"}))
      ->capture_default_str();
  app.add_option("--nt-min-pixels", options.nt_min_pixels,
                 "grefcoco: a mask of fewer pixels (at least 1) says \"no target\"")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--split-by", split_by, "which split file: unc, umd or google (default: the usual one)")
      ->check(CLI::IsMember({"unc", "umd", "google"}));
  return pixelsail::run_program(app, argc, argv, [&] {
    options.gt_merge = pixelsail::polygon_merge_from_string(gt_merge);
    const auto data =
        pixelsail::ReferData::load(pixelsail::refer_root(annotations, benchmark), benchmark, split, split_by);
    const auto answers = pixelsail::read_predictions(predictions);
    const pixelsail::ReferScore score =
        pixelsail::score_refer(data, split, data.expressions(), answers, options, predictions.string());
    std::cout << pixelsail::score_to_json(score).dump(2) << '\n';
  });
}
