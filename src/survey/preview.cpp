#include "survey/preview.h"

#include <algorithm>
#include <numeric>

#include "data/dataset.h"
#include "image/codec.h"
#include "io/atomic_file.h"
#include "pixelsail/error.h"
#include "report/html_text.h"

namespace pixelsail {
namespace {

/// Numbers of samples from all over the data set, the same for the same seed.
std::vector<std::int64_t> drawn_samples(std::int64_t size, std::int64_t count, Rng& rng) {
  std::vector<std::int64_t> numbers;
  if (size <= count) {
    numbers.resize(static_cast<std::size_t>(size));
    std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
    return numbers;
  }
  while (static_cast<std::int64_t>(numbers.size()) < count) {
    const auto number = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(size)));
    if (std::ranges::find(numbers, number) == numbers.end()) numbers.push_back(number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

std::vector<detail::PreviewCard> cards_of(const Dataset& dataset, std::size_t place, const TrainingData& data,
                                          const PreviewOptions& options, PreviewResult& result) {
  std::vector<detail::PreviewCard> cards;
  Rng choice(data.seed, "preview/" + std::to_string(place));
  for (const std::int64_t index : drawn_samples(dataset.size(), options.samples, choice)) {
    try {
      Rng rng(data.seed, "preview/" + std::to_string(place) + "/" + std::to_string(index));
      cards.push_back(detail::preview_card(data.builder.build(dataset.get(index, rng)), data.builder));
      ++result.shown;
    } catch (const DataError& error) {
      cards.push_back({.title = dataset.name() + ", sample " + std::to_string(index) + ": cannot be used",
                       .problem = error.what()});
      ++result.unusable;
    }
  }
  return cards;
}

/// What stands in the name of a file of the kind.
std::string file_name(std::size_t place, std::string kind) {
  std::ranges::replace(kind, '+', 'p');
  return std::to_string(place + 1) + "_" + kind;
}

std::string index_page(const std::vector<std::pair<std::string, std::string>>& pages) {
  std::string html =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Training "
      "data</title></head><body "
      "style=\"font:16px/1.6 system-ui,sans-serif;margin:2rem\"><h1>What the model will see</h1>\n<ul>\n";
  for (const auto& [file, title] : pages)
    html += "<li><a href=\"" + html_text(file) + ".html\">" + html_text(title) + "</a> (<a href=\"" +
            html_text(file) + ".png\">sheet</a>)</li>\n";
  return html + "</ul></body></html>\n";
}

}  // namespace

PreviewResult write_preview(const TrainingData& data, const PreviewOptions& options) {
  if (options.samples < 1) throw ConfigError("a preview needs at least one sample of a data set");
  AtomicDirectory folder(options.out);
  PreviewResult result;
  std::vector<std::pair<std::string, std::string>> pages;
  for (std::size_t d = 0; d < data.config.datasets.size(); ++d) {
    const std::unique_ptr<Dataset> dataset = make_dataset(data.config.datasets[d], data.config);
    const std::string file = file_name(d, data.config.datasets[d].kind);
    const std::string title = dataset->name() + ", " + std::to_string(dataset->size()) + " samples";
    const std::vector<detail::PreviewCard> cards = cards_of(*dataset, d, data, options, result);
    write_file_atomic(folder.path() / (file + ".html"), detail::preview_page(title, cards));
    const std::vector<std::byte> png = encode_png(detail::preview_sheet(title, cards));
    write_file_atomic(folder.path() / (file + ".png"),
                      {reinterpret_cast<const char*>(png.data()), png.size()});
    pages.emplace_back(file, title);
    result.pages.push_back(file + ".html");
  }
  write_file_atomic(folder.path() / "index.html", index_page(pages));
  folder.commit();
  return result;
}

}  // namespace pixelsail
