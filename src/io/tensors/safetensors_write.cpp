#include <set>
#include <utility>

#include "io/atomic_file.h"
#include "io/json.h"
#include "io/tensors/safetensors.h"
#include "io/tensors/safetensors_header.h"
#include "pixelsail/error.h"

namespace pixelsail {

std::string detail::safetensors_start(const std::string& file, const std::vector<HeaderEntry>& entries,
                                      const std::map<std::string, std::string>& metadata) {
  OrderedJson header = OrderedJson::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::set<std::string_view> names;
  std::uint64_t position = 0;
  for (const HeaderEntry& entry : entries) {
    const std::string where = file + ": tensor \"" + entry.name + "\": ";
    if (entry.name == "__metadata__" || !names.insert(entry.name).second)
      throw RunError(where + "name taken");
    std::uint64_t bytes = 0;
    if (!tensor_bytes(entry.dtype, entry.shape, bytes)) throw RunError(where + "no memory holds its shape");
    // push_back: the checked names are unique, and an ordered object looks a key up in linear time.
    header.get_ref<OrderedJson::object_t&>().push_back(
        {entry.name, OrderedJson{{"dtype", dtype_name(entry.dtype)},
                                 {"shape", entry.shape},
                                 {"data_offsets", {position, position + bytes}}}});
    position += bytes;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const OrderedJson::exception& error) {
    throw RunError(file + ": a name is not valid UTF-8: " + error.what());
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');

  std::string start;
  for (std::size_t i = 0; i < kSafetensorsPrefix; ++i) {
    start.push_back(static_cast<char>(text.size() >> (8 * i) & 0xFF));
  }
  return start + text;
}

void write_safetensors(const std::filesystem::path& path,
                       const std::vector<std::pair<std::string, TensorView>>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::vector<detail::HeaderEntry> entries;
  entries.reserve(tensors.size());
  for (const auto& [name, view] : tensors) {
    std::uint64_t bytes = 0;
    if (!detail::tensor_bytes(view.dtype, view.shape, bytes) || bytes != view.data.size()) {
      throw RunError(path.string() + ": tensor \"" + name + "\": " + std::to_string(view.data.size()) +
                     " bytes do not fit its shape");
    }
    entries.push_back({name, view.dtype, view.shape});
  }
  const std::string start = detail::safetensors_start(path.string(), entries, metadata);
  AtomicFile file(path);
  file.write(start);
  for (const auto& [name, view] : tensors) file.write(view.data);
  file.commit();
}

}  // namespace pixelsail
