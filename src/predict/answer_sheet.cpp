#include "predict/answer_sheet.h"

#include <algorithm>
#include <cmath>

#include "image/codec.h"
#include "image/draw.h"
#include "io/atomic_file.h"
#include "predict/answer_json.h"

namespace pixelsail {
namespace {

constexpr int kMostSide = 512;  ///< what is kept of an image: more than the sheet shows
constexpr int kColumns = 4;
constexpr int kJpegQuality = 88;

/// "the dog" of " Please segment the dog in this image."
std::string title_of(const std::string& prompt) {
  static constexpr std::string_view kBegin = "Please segment ", kEnd = " in this image.";
  const std::size_t first = std::min(prompt.find_first_not_of(' '), prompt.size());
  const std::string_view text = std::string_view(prompt).substr(first);
  if (text.size() > kBegin.size() + kEnd.size() && text.starts_with(kBegin) && text.ends_with(kEnd))
    return std::string(text.substr(kBegin.size(), text.size() - kBegin.size() - kEnd.size()));
  return std::string(text);
}

}  // namespace

void AnswerSheet::add(const PredictItem& item, const Answer& answer) {
  if (item.image.empty() || cells_.size() >= kMost) return;
  SheetCell cell{.title = title_of(item.prompt),
                 .image = load_image(item.image),
                 .truth = {},
                 .prediction = joined_masks(answer.masks),
                 .answer = valid_utf8(answer.text)};
  const int side = std::max(cell.image.height, cell.image.width);
  if (side > kMostSide) {
    const double scale = static_cast<double>(kMostSide) / side;
    const int width = std::max(1, static_cast<int>(std::lround(cell.image.width * scale)));
    const int height = std::max(1, static_cast<int>(std::lround(cell.image.height * scale)));
    cell.image = scale_for_display(cell.image, width, height);
    if (cell.prediction) cell.prediction = scale_for_display(*cell.prediction, width, height);
  }
  cells_.push_back(std::move(cell));
}

void AnswerSheet::write(const std::filesystem::path& path) const {
  const Image sheet = contact_sheet(cells_, kColumns, SheetKind::kAnswers);
  const bool jpeg = path.extension() == ".jpg" || path.extension() == ".jpeg";
  const std::vector<std::byte> bytes = jpeg ? encode_jpeg(sheet, kJpegQuality) : encode_png(sheet);
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
  write_file_atomic(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace pixelsail
