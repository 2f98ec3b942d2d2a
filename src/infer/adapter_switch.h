#pragma once

/// Which adapter a model computes with, for some time.

#include <map>
#include <memory>
#include <string>

#include "model/adapter.h"

namespace pixelsail {

/// Goes from one adapter of a model to another without looking for its layers again. The model is left with
/// what was attached when this was made.
class AdapterSwitch {
 public:
  /// The model must outlive it.
  explicit AdapterSwitch(PixelSailImpl& model);
  ~AdapterSwitch() { use(nullptr); }
  AdapterSwitch(const AdapterSwitch&) = delete;
  AdapterSwitch& operator=(const AdapterSwitch&) = delete;

  /// Null: what was attached at first.
  void use(const Adapter* adapter);

 private:
  struct Layer {
    LinearImpl* linear;
    std::shared_ptr<const LoraLayer> first;
  };
  std::map<std::string, Layer> layers_;
};

}  // namespace pixelsail
