#include "checkpoint/resized_patches.h"

#include <torch/torch.h>

#include <cstring>

#include "model/weights.h"
#include "model/weights_load.h"
#include "pixelsail/error.h"

// Shapes: C size of a token, P and Q pixels along a patch before and after.

namespace pixelsail {
namespace {

class ResizedPatches : public TensorSource {
 public:
  ResizedPatches(std::unique_ptr<TensorSource> source, std::string name, std::int64_t from, std::int64_t to)
      : source_(std::move(source)), name_(std::move(name)) {
    const TensorInfo& old = source_->info(name_);
    if (old.shape.size() != 2 || old.shape[1] != 3 * from * from ||
        !at::isFloatingType(to_scalar_type(old.dtype)))
      throw DataError(source_->place(name_) + ": '" + name_ + "' is no linear embedding of patches of " +
                      std::to_string(from) + " pixels");
    info_ = {.dtype = old.dtype, .shape = {old.shape[0], 3 * to * to}};
    std::vector<std::byte> bytes(old.nbytes());
    source_->read(name_, bytes);
    const torch::Tensor w_CPP = torch::from_blob(bytes.data(), old.shape, to_scalar_type(old.dtype))
                                    .to(torch::kFloat64)
                                    .view({old.shape[0] * 3, from * from});
    // Row q is what a patch of nothing but its pixel q looks like after resizing.
    const torch::Tensor pixels_QQ1QQ = torch::eye(to * to, torch::kFloat64).view({to * to, 1, to, to});
    const torch::Tensor resize_QQPP =
        at::_upsample_bilinear2d_aa(pixels_QQ1QQ, {from, from}, /*align_corners=*/false)
            .view({to * to, from * from});
    weight_ = torch::matmul(w_CPP, resize_QQPP.t()).to(to_scalar_type(old.dtype)).contiguous();
  }

  const std::vector<std::string>& names() const override { return source_->names(); }
  bool contains(std::string_view name) const override { return source_->contains(name); }
  const TensorInfo& info(std::string_view name) const override {
    return name == name_ ? info_ : source_->info(name);
  }
  void read_part(std::string_view name, std::uint64_t offset, std::span<std::byte> out) const override {
    if (name != name_) return source_->read_part(name, offset, out);
    std::memcpy(out.data(), static_cast<const std::byte*>(weight_.const_data_ptr()) + offset, out.size());
  }
  std::string place(std::string_view name) const override { return source_->place(name); }
  const std::map<std::string, std::string>& metadata() const override { return source_->metadata(); }

 private:
  std::unique_ptr<TensorSource> source_;
  std::string name_;
  TensorInfo info_;
  torch::Tensor weight_;
};

}  // namespace

std::unique_ptr<TensorSource> resize_patch_embedding(std::unique_ptr<TensorSource> source,
                                                     const std::string& name, std::int64_t from,
                                                     std::int64_t to) {
  return std::make_unique<ResizedPatches>(std::move(source), name, from, to);
}

}  // namespace pixelsail
