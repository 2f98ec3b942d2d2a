#pragma once

/// The files of configs/model.

#include "model/config.h"

namespace pixelsail {

struct ModelFile {
  ModelConfig model;
};

template <class Visitor>
void describe(Visitor& v, ModelFile& c) {
  v.field("model", c.model, {.required = true});
}

}  // namespace pixelsail
