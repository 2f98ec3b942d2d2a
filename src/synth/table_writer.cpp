#include "synth/table_writer.h"

#include "io/atomic_file.h"
#include "io/base64.h"
#include "pixelsail/error.h"
#include "synth/build_scene.h"

namespace pixelsail {

TableWriter::TableWriter(const std::vector<std::string>& columns) : columns_(columns.size()) {
  add(columns);
}

void TableWriter::add(const std::vector<std::string>& cells) {
  if (cells.size() != columns_) throw RunError("a record of a table has a wrong number of cells");
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) text_ += '\t';
    if (cells[i].find_first_of("\t\r\n\"") == std::string::npos) {
      text_ += cells[i];
      continue;
    }
    text_ += '"';
    for (const char c : cells[i]) text_.append(c == '"' ? 2 : 1, c);
    text_ += '"';
  }
  text_ += '\n';
}

void TableWriter::write(const std::filesystem::path& path) const {
  write_file_atomic(path, text_);
}

std::string image_cell(const BenchmarkScene& scene) {
  return encode_base64(encode_picture(scene.picture, scene.file_name));
}

}  // namespace pixelsail
