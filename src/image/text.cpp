#include "image/text.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <sstream>

namespace pixelsail {
namespace {

/// Letters are drawn this much larger and averaged down: the font's strokes are jagged at small sizes.
constexpr int kOversampling = 4;
constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;
/// Height of a capital letter at font scale 1.
constexpr double kCapHeight = 21.0;

double font_scale(const TextStyle& style) {
  return style.size * kOversampling / kCapHeight;
}

int stroke(const TextStyle& style) {
  return std::max(1, static_cast<int>(std::lround(style.size * kOversampling * (style.bold ? 0.19 : 0.125))));
}

/// One "?" for each character that the font lacks, control characters as spaces.
std::string to_ascii(const std::string& text) {
  std::string ascii;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F) {
      ascii += c;
    } else if (byte < 0x80) {
      ascii += ' ';
    } else if (byte >= 0xC0) {  // lead byte of a UTF-8 sequence; the rest of it is dropped
      ascii += '?';
    }
  }
  return ascii;
}

/// Coverage 0..255 of the text; the baseline is at row 2 * size.
cv::Mat render(const std::string& text, const TextStyle& style) {
  const int height = 3 * style.size, width = text_width(text, style) + style.size;
  cv::Mat large = cv::Mat::zeros(height * kOversampling, width * kOversampling, CV_8UC1);
  cv::putText(large, to_ascii(text), cv::Point(0, 2 * style.size * kOversampling), kFont, font_scale(style),
              255, stroke(style), cv::LINE_AA);
  cv::Mat coverage;
  cv::resize(large, coverage, cv::Size(width, height), 0, 0, cv::INTER_AREA);
  return coverage;
}

void blend_onto(Image& canvas, const cv::Mat& coverage, int left, int top, Color color) {
  for (int y = std::max(0, -top); y < coverage.rows && top + y < canvas.height; ++y) {
    for (int x = std::max(0, -left); x < coverage.cols && left + x < canvas.width; ++x) {
      const double amount = coverage.at<std::uint8_t>(y, x) / 255.0;
      std::uint8_t* pixel = canvas.pixel(top + y, left + x);
      const Color mixed = blend({pixel[0], pixel[1], pixel[2]}, color, amount);
      pixel[0] = mixed.red;
      pixel[1] = mixed.green;
      pixel[2] = mixed.blue;
    }
  }
}

}  // namespace

int text_width(const std::string& text, const TextStyle& style) {
  int baseline = 0;
  const cv::Size size = cv::getTextSize(to_ascii(text), kFont, font_scale(style), stroke(style), &baseline);
  return (size.width + kOversampling - 1) / kOversampling;
}

void draw_text(Image& canvas, const std::string& text, int x, int baseline, const TextStyle& style) {
  if (!text.empty()) {
    blend_onto(canvas, render(text, style), x, baseline - 2 * style.size, style.color);
  }
}

void draw_text_upwards(Image& canvas, const std::string& text, int x, int bottom, const TextStyle& style) {
  if (!text.empty()) {
    cv::Mat turned;
    cv::rotate(render(text, style), turned, cv::ROTATE_90_COUNTERCLOCKWISE);
    blend_onto(canvas, turned, x - 2 * style.size, bottom - turned.rows, style.color);
  }
}

std::vector<std::string> wrap_text(const std::string& text, int max_width, int max_lines,
                                   const TextStyle& style) {
  const auto fits = [&](const std::string& line) { return text_width(line, style) <= max_width; };
  std::vector<std::string> lines;
  std::istringstream words(to_ascii(text));
  std::string line, word;
  while (words >> word) {
    const std::string longer = line.empty() ? word : line + " " + word;
    if (fits(longer)) {
      line = longer;
      continue;
    }
    if (!line.empty()) {
      lines.push_back(line);
    }
    while (!fits(word) && word.size() > 1) {
      std::size_t part = word.size() - 1;
      while (part > 1 && !fits(word.substr(0, part))) {
        --part;
      }
      lines.push_back(word.substr(0, part));
      word.erase(0, part);
    }
    line = word;
  }
  if (!line.empty()) {
    lines.push_back(line);
  }
  if (max_lines >= 1 && lines.size() > static_cast<std::size_t>(max_lines)) {
    lines.resize(static_cast<std::size_t>(max_lines));
    std::string& last = lines.back();
    while (!last.empty() && (last.back() == ' ' || !fits(last + "..."))) {
      last.pop_back();
    }
    last += "...";
  }
  return lines;
}

}  // namespace pixelsail
