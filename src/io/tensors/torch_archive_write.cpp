#include "io/tensors/torch_archive_write.h"

#include <algorithm>
#include <string_view>

#include "io/archive/zip_write.h"
#include "io/pickle/pickle_writer.h"
#include "io/printable.h"
#include "io/tensors/torch_names.h"
#include "io/utf8.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Tensor or alias -> number of its tensor. Throws RunError with `file` in front.
std::map<std::string, std::size_t> number_names(const std::string& file,
                                                const std::vector<LazyTensor>& tensors,
                                                const std::vector<TensorAlias>& aliases) {
  std::map<std::string, std::size_t> numbers;
  const auto add = [&](const std::string& name, std::size_t number) {
    if (!numbers.emplace(name, number).second) throw RunError(file + ": tensor \"" + name + "\": name taken");
  };
  for (std::size_t i = 0; i < tensors.size(); ++i) add(tensors[i].name, i);
  for (const TensorAlias& alias : aliases) {
    const auto found = numbers.find(alias.of);
    if (found == numbers.end()) {
      throw RunError(file + ": tensor \"" + alias.name + "\" should share the memory of \"" + alias.of +
                     "\", which is not there");
    }
    add(alias.name, found->second);
  }
  return numbers;
}

class CheckpointPickle {
 public:
  explicit CheckpointPickle(std::string file) : file_(std::move(file)) {}

  std::string write(const std::vector<LazyTensor>& tensors, const std::map<std::string, std::string>& meta,
                    const std::vector<TensorAlias>& aliases) {
    const std::map<std::string, std::size_t> numbers = number_names(file_, tensors, aliases);
    out_.put_op("}(");
    put_text("meta");
    out_.put_op("}(");
    for (const auto& [key, value] : meta) {
      put_text(key);
      put_text(value);
    }
    out_.put_op("u");
    put_text("state_dict");
    put_empty_dict();
    out_.put_op("(");
    for (std::size_t i = 0; i < tensors.size(); ++i) put_tensor(tensors[i].name, tensors[i].info, i);
    for (const TensorAlias& alias : aliases) {
      const std::size_t number = numbers.at(alias.name);
      put_tensor(alias.name, tensors[number].info, number);
    }
    out_.put_op("uu");
    return out_.finish();
  }

 private:
  void put_text(const std::string& text) {
    if (detail::find_invalid_utf8(text) != text.npos) {
      throw RunError(file_ + ": \"" + detail::printable(text) + "\" is not valid UTF-8");
    }
    out_.put_text(text);
  }

  void put_empty_dict() {
    out_.put_global("collections", "OrderedDict");
    out_.put_op(")R");
  }

  void put_sides(const std::vector<std::int64_t>& sides) {
    out_.put_op("(");
    for (const std::int64_t side : sides) out_.put_int(side);
    out_.put_op("t");
  }

  void put_tensor(const std::string& name, const TensorInfo& info, std::size_t number) {
    put_text(name);
    out_.put_global("torch._utils", "_rebuild_tensor_v2");
    out_.put_op("((");
    out_.put_text("storage");
    out_.put_global("torch", detail::torch_storage_class(info.dtype));
    out_.put_text(std::to_string(number));
    out_.put_text("cpu");
    out_.put_int(static_cast<std::int64_t>(info.nbytes() / dtype_size(info.dtype)));
    out_.put_op("tQ");
    out_.put_int(0);
    put_sides(info.shape);
    std::vector<std::int64_t> strides(info.shape.size(), 1);
    for (std::size_t i = strides.size(); i-- > 1;) {
      strides[i - 1] = strides[i] * std::max<std::int64_t>(info.shape[i], 1);
    }
    put_sides(strides);
    out_.put_bool(false);
    put_empty_dict();
    out_.put_op("tR");
  }

  std::string file_;
  detail::PickleOutput out_{false};
};

detail::ZipEntry text_entry(const std::string& name, const std::string& text) {
  return {name, text.size(), [text](std::uint64_t offset, std::span<std::byte> out) {
            const auto bytes = std::as_bytes(std::span(text)).subspan(offset, out.size());
            std::ranges::copy(bytes, out.begin());
          }};
}

}  // namespace

void write_torch_archive(const std::filesystem::path& path, const std::vector<LazyTensor>& tensors,
                         const std::map<std::string, std::string>& meta,
                         const std::vector<TensorAlias>& aliases) {
  std::vector<detail::ZipEntry> entries = {
      text_entry("archive/data.pkl", CheckpointPickle(path.string()).write(tensors, meta, aliases)),
      text_entry("archive/byteorder", "little")};
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    entries.push_back({"archive/data/" + std::to_string(i), tensors[i].info.nbytes(), tensors[i].fill});
  }
  entries.push_back(text_entry("archive/version", "3\n"));
  detail::write_zip(path, entries);
}

}  // namespace pixelsail
