#include <algorithm>

#include "image/codec.h"
#include "image/draw.h"
#include "image/text.h"
#include "io/base64.h"
#include "report/html_text.h"
#include "survey/preview.h"

namespace pixelsail::detail {
namespace {

constexpr int kJpegQuality = 88;
constexpr int kMargin = 24, kGap = 16, kSheetPanel = 320, kTextWidth = 520, kLine = 20, kMaxLines = 24;
constexpr Color kPaper{250, 250, 248}, kRule{222, 222, 218}, kScored{20, 120, 60}, kProblem{200, 44, 52};
constexpr TextStyle kTitle{12, true, {28, 31, 37}}, kPlain{10, false, {60, 64, 72}};

constexpr const char* kStyle =
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1c1f25;"
    "background:#fafaf8}section{border-top:1px solid #dedeDA;padding:1rem 0}h2{font-size:1rem;margin:.2rem 0}"
    ".pictures{display:flex;flex-wrap:wrap;gap:1rem}.pictures img{max-width:100%;height:auto}"
    "figure{margin:0}figcaption,.facts{color:#70747c;font-size:.85rem}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#fff;border:1px solid #dedeDA;padding:.6rem}"
    "mark{background:#cfeeda;color:#0b5d2b}.image{color:#70747c;font-style:italic}.problem{color:#c82c34}";

std::string figure(const Image& image, const char* caption) {
  if (image.height == 0) return {};
  return "<figure><img alt=\"" + std::string(caption) + "\" src=\"data:image/jpeg;base64," +
         encode_base64(encode_jpeg(image, kJpegQuality)) + "\"><figcaption>" + caption +
         "</figcaption></figure>";
}

std::string text_html(const std::vector<TextPiece>& text) {
  std::string html;
  for (const TextPiece& piece : text) {
    const char* open = piece.is_image ? "<span class=\"image\">[" : piece.is_scored ? "<mark>" : "";
    const char* close = piece.is_image ? "]</span>" : piece.is_scored ? "</mark>" : "";
    html += open + html_text(piece.text) + close;
  }
  return html;
}

std::string card_html(const PreviewCard& card) {
  std::string html = "<section><h2>" + html_text(card.title) + "</h2>\n";
  if (!card.problem.empty())
    return html + "<p class=\"problem\">" + html_text(card.problem) + "</p></section>\n";
  html += "<div class=\"pictures\">" +
          figure(card.seen, "what the model sees, with its patches and visual prompts") +
          figure(card.masked, "masks") + "</div>\n<p class=\"facts\">";
  for (std::size_t i = 0; i < card.facts.size(); ++i) html += (i > 0 ? " · " : "") + html_text(card.facts[i]);
  return html + "</p>\n<pre>" + text_html(card.text) + "</pre></section>\n";
}

/// A picture on the sheet, not larger than a panel; its height.
int place(Image& sheet, const Image& picture, int x, int y) {
  if (picture.height == 0) return 0;
  const int most = std::max(picture.height, picture.width);
  const int height = std::max(1, picture.height * kSheetPanel / most);
  paste(sheet, scale_for_display(picture, std::max(1, picture.width * kSheetPanel / most), height), x, y);
  return height;
}

struct SheetLine {
  std::string text;
  Color color;
};

std::vector<SheetLine> lines_of(const PreviewCard& card) {
  std::vector<SheetLine> lines;
  const auto add = [&lines](const std::string& text, Color color) {
    for (std::string& line : wrap_text(text, kTextWidth, kMaxLines, kPlain))
      lines.push_back({std::move(line), color});
  };
  if (!card.problem.empty()) add(card.problem, kProblem);
  for (const TextPiece& piece : card.text)
    add(piece.is_image ? "[" + piece.text + "]" : piece.text, piece.is_scored ? kScored : kPlain.color);
  if (lines.size() > kMaxLines) lines.resize(kMaxLines);
  return lines;
}

int card_height(const PreviewCard& card) {
  const bool has_picture = card.seen.height > 0;
  const int text = static_cast<int>(lines_of(card).size()) * kLine;
  return kLine + kGap + std::max(has_picture ? kSheetPanel : 0, text) + kGap;
}

}  // namespace

std::string preview_page(const std::string& title, const std::vector<PreviewCard>& cards) {
  std::string html =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
      "style-src 'unsafe-inline'\"><meta name=\"viewport\" content=\"width=device-width\">\n<title>" +
      html_text(title) + "</title><style>" + kStyle + "</style></head><body>\n<h1>" + html_text(title) +
      "</h1>\n<p>Marked text is scored. Colours of patches are those of the visual prompts.</p>\n";
  for (const PreviewCard& card : cards) html += card_html(card);
  return html + "</body></html>\n";
}

Image preview_sheet(const std::string& title, const std::vector<PreviewCard>& cards) {
  int height = 2 * kMargin + kLine + kGap;
  for (const PreviewCard& card : cards) height += card_height(card);
  const int width = 2 * kMargin + 2 * (kSheetPanel + kGap) + kTextWidth;
  Image sheet = blank_image(height, width, kPaper);
  draw_text(sheet, title, kMargin, kMargin + kTitle.size, kTitle);
  int y = kMargin + kLine + kGap;
  for (const PreviewCard& card : cards) {
    fill_rectangle(sheet, kMargin, y - kGap / 2, width - 2 * kMargin, 1, kRule);
    draw_text(sheet, card.title, kMargin, y + kTitle.size, kTitle);
    const int top = y + kLine + kGap / 2;
    place(sheet, card.seen, kMargin, top);
    place(sheet, card.masked, kMargin + kSheetPanel + kGap, top);
    int baseline = top + kPlain.size + 2;
    for (const SheetLine& line : lines_of(card)) {
      draw_text(sheet, line.text, kMargin + 2 * (kSheetPanel + kGap), baseline,
                {kPlain.size, false, line.color});
      baseline += kLine;
    }
    y += card_height(card);
  }
  return sheet;
}

}  // namespace pixelsail::detail
