#include "image/contact_sheet.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "image/draw.h"
#include "image/text.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr int kPanel = 256;  ///< longer side of a picture on the sheet
constexpr int kPanelGap = 10;
constexpr int kCellGap = 34;
constexpr int kMargin = 28;
constexpr int kTitleLine = 22;
constexpr int kTitleLines = 2;
constexpr int kCaption = 26;  ///< room for the line below a picture

constexpr Color kPaper{250, 250, 248};
constexpr Color kRule{222, 222, 218};
constexpr Color kTruth{36, 158, 78};
constexpr Color kPrediction{30, 119, 214};
constexpr Color kGray{112, 116, 124};
constexpr Color kWrong{200, 44, 52};
constexpr TextStyle kTitle{11, true, {28, 31, 37}};
constexpr TextStyle kSmall{9, false, kGray};

bool has_pixels(const std::optional<Mask>& mask) {
  return mask && std::any_of(mask->data.begin(), mask->data.end(), [](std::uint8_t v) { return v != 0; });
}

double intersection_over_union(const Mask& a, const Mask& b) {
  std::size_t both = 0, any = 0;
  for (std::size_t i = 0; i < a.data.size(); ++i) {
    both += a.data[i] != 0 && b.data[i] != 0 ? 1 : 0;
    any += a.data[i] != 0 || b.data[i] != 0 ? 1 : 0;
  }
  return any == 0 ? 0.0 : static_cast<double>(both) / static_cast<double>(any);
}

void check(const SheetCell& cell, std::size_t index) {
  const auto differs = [&](const std::optional<Mask>& mask) {
    return mask && (mask->height != cell.image.height || mask->width != cell.image.width);
  };
  if (cell.image.height < 1 || cell.image.width < 1 || differs(cell.truth) || differs(cell.prediction)) {
    throw DataError("sample sheet, cell " + std::to_string(index + 1) +
                    ": the image is empty or a mask has another size");
  }
}

int panels(SheetKind kind) {
  return kind == SheetKind::kCompared ? 3 : 2;
}

int cell_width(SheetKind kind) {
  return panels(kind) * kPanel + (panels(kind) - 1) * kPanelGap;
}

struct Extent {
  int width = 0, height = 0;
};

Extent display_extent(const Image& image) {
  const double scale = static_cast<double>(kPanel) / std::max(image.width, image.height);
  return {std::max(1, static_cast<int>(std::lround(image.width * scale))),
          std::max(1, static_cast<int>(std::lround(image.height * scale)))};
}

std::string two_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.2f", value);
  return text;
}

struct Caption {
  std::string text;
  Color color = kGray;
};

Caption prediction_caption(const SheetCell& cell) {
  const bool target = has_pixels(cell.truth), predicted = has_pixels(cell.prediction);
  if (!target && !predicted) {
    return {"none, correct", kTruth};
  }
  if (!target || !predicted) {
    return {predicted ? "there is no target" : "no mask, IoU 0.00", kWrong};
  }
  const double iou = intersection_over_union(*cell.truth, *cell.prediction);
  return {"IoU " + two_digits(iou), iou >= 0.5 ? kTruth : kWrong};
}

/// Outside the mask the picture fades to a light gray, inside it keeps its own colours: words like "the red
/// disc" can be checked by eye.
void fade_outside(Image& picture, const Mask& mask) {
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    if (mask.data[i] == 0) {
      std::uint8_t* pixel = picture.rgb.data() + i * 3;
      const int gray = (pixel[0] * 3 + pixel[1] * 6 + pixel[2]) / 10;
      for (int channel = 0; channel < 3; ++channel) {
        pixel[channel] = static_cast<std::uint8_t>((pixel[channel] + 2 * gray + 3 * 235) / 6);
      }
    }
  }
}

void draw_plain(Image& sheet, const SheetCell& cell, int x, int y) {
  const Extent extent = display_extent(cell.image);
  paste(sheet, scale_for_display(cell.image, extent.width, extent.height), x, y);
}

void draw_masked(Image& sheet, const SheetCell& cell, const std::optional<Mask>& mask, Color color, int x,
                 int y) {
  const Extent extent = display_extent(cell.image);
  Image picture = scale_for_display(cell.image, extent.width, extent.height);
  const Mask shown =
      mask ? scale_for_display(*mask, extent.width, extent.height) : Mask(extent.height, extent.width);
  fade_outside(picture, shown);
  paste(sheet, draw_overlay(picture, shown, color, 0.12), x, y);
}

void draw_caption(Image& sheet, const std::string& label, const Caption& value, int x, int baseline) {
  draw_text(sheet, label, x, baseline, kSmall);
  draw_text(sheet, value.text, x + text_width(label, kSmall) + 14, baseline,
            {kSmall.size, true, value.color});
}

std::vector<std::string> title_of(const SheetCell& cell, SheetKind kind) {
  return wrap_text(cell.title, cell_width(kind), kTitleLines, kTitle);
}

/// `y`: top of the cell; `title_lines`: of the longest title in its row.
void draw_cell(Image& sheet, const SheetCell& cell, SheetKind kind, int x, int y, int title_lines) {
  const std::vector<std::string> title = title_of(cell, kind);
  // Short titles sit right above their pictures.
  int baseline = y + kTitleLine * (title_lines - static_cast<int>(title.size())) + kTitle.size + 2;
  for (const std::string& line : title) {
    draw_text(sheet, line, x, baseline, kTitle);
    baseline += kTitleLine;
  }
  const int top = y + kTitleLine * title_lines + 4;
  const int step = kPanel + kPanelGap;
  const int caption = top + display_extent(cell.image).height + kSmall.size + 8;
  draw_plain(sheet, cell, x, top);
  draw_caption(sheet, "image", {}, x, caption);
  if (kind == SheetKind::kAnswers) {
    draw_masked(sheet, cell, cell.prediction, kPrediction, x + step, top);
    const std::vector<std::string> answer = wrap_text(cell.answer, kPanel, 1, kSmall);
    if (!answer.empty()) draw_text(sheet, answer.front(), x + step, caption, kSmall);
    return;
  }
  draw_masked(sheet, cell, cell.truth, kTruth, x + step, top);
  draw_masked(sheet, cell, cell.prediction, kPrediction, x + 2 * step, top);
  draw_caption(sheet, "ground truth", {has_pixels(cell.truth) ? "" : "no target"}, x + step, caption);
  draw_caption(sheet, "prediction", prediction_caption(cell), x + 2 * step, caption);
}

}  // namespace

std::optional<Mask> joined_masks(std::vector<Mask> masks) {
  if (masks.empty()) return std::nullopt;
  Mask joined = std::move(masks.front());
  for (std::size_t k = 1; k < masks.size(); ++k) {
    const std::size_t pixels = std::min(joined.data.size(), masks[k].data.size());
    for (std::size_t i = 0; i < pixels; ++i) joined.data[i] |= masks[k].data[i];
  }
  return joined;
}

Image contact_sheet(const std::vector<SheetCell>& cells, int columns, SheetKind kind) {
  if (cells.empty() || columns < 1) {
    throw DataError("a sample sheet needs at least one cell and one column");
  }
  columns = std::min(columns, static_cast<int>(cells.size()));
  struct Row {
    int picture = 1, title_lines = 1;
    int height() const { return title_lines * kTitleLine + 4 + picture + kCaption; }
  };
  std::vector<Row> rows((cells.size() + columns - 1) / columns);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    check(cells[i], i);
    Row& row = rows[i / columns];
    row.picture = std::max(row.picture, display_extent(cells[i].image).height);
    row.title_lines = std::max(row.title_lines, static_cast<int>(title_of(cells[i], kind).size()));
  }
  int height = 2 * kMargin + kCellGap * (static_cast<int>(rows.size()) - 1);
  for (const Row& row : rows) {
    height += row.height();
  }
  const int width = 2 * kMargin + columns * cell_width(kind) + (columns - 1) * kCellGap;
  Image sheet = blank_image(height, width, kPaper);
  int y = kMargin;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (r > 0) {
      fill_rectangle(sheet, kMargin, y - kCellGap / 2 - 2, width - 2 * kMargin, 1, kRule);
    }
    for (std::size_t i = r * columns; i < std::min(cells.size(), (r + 1) * columns); ++i) {
      const int x = kMargin + static_cast<int>(i % columns) * (cell_width(kind) + kCellGap);
      draw_cell(sheet, cells[i], kind, x, y, rows[r].title_lines);
    }
    y += rows[r].height() + kCellGap;
  }
  return sheet;
}

}  // namespace pixelsail
