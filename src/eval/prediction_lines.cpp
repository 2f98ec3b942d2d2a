#include "eval/prediction_lines.h"

#include <string>

#include "io/atomic_file.h"

namespace pixelsail {
namespace fs = std::filesystem;

void write_prediction_lines(const fs::path& file, const std::vector<OrderedJson>& lines) {
  std::string text;
  for (const OrderedJson& line : lines)
    text += line.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + '\n';
  fs::create_directories(file.parent_path());
  write_file_atomic(file, text);
}

}  // namespace pixelsail
