#include <set>
#include <utility>

#include "io/atomic_file.h"
#include "io/json.h"
#include "io/safetensors.h"
#include "io/safetensors_header.h"
#include "pixelsail/error.h"

namespace pixelsail {

void write_safetensors(const std::filesystem::path& path,
                       const std::vector<std::pair<std::string, TensorView>>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  OrderedJson header = OrderedJson::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::set<std::string_view> names;
  std::uint64_t position = 0;
  for (const auto& [name, view] : tensors) {
    const std::string where = path.string() + ": tensor \"" + name + "\": ";
    if (name == "__metadata__" || !names.insert(name).second) throw RunError(where + "name taken");
    std::uint64_t bytes = 0;
    if (!detail::tensor_bytes(view.dtype, view.shape, bytes) || bytes != view.data.size()) {
      throw RunError(where + std::to_string(view.data.size()) + " bytes do not fit its shape");
    }
  }
  for (const auto& [name, view] : tensors) {
    // push_back: the checked names are unique, and an ordered object looks a key up in linear time.
    header.get_ref<OrderedJson::object_t&>().push_back(
        {name, OrderedJson{{"dtype", dtype_name(view.dtype)},
                           {"shape", view.shape},
                           {"data_offsets", {position, position + view.data.size()}}}});
    position += view.data.size();
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const OrderedJson::exception& error) {
    throw RunError(path.string() + ": a name is not valid UTF-8: " + error.what());
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');

  std::string prefix;
  for (int i = 0; i < 8; ++i) prefix.push_back(static_cast<char>(text.size() >> (8 * i) & 0xFF));
  AtomicFile file(path);
  file.write(prefix);
  file.write(text);
  for (const auto& [name, view] : tensors) file.write(view.data);
  file.commit();
}

}  // namespace pixelsail
