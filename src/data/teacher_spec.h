#pragma once

/// What stands beside an exported teacher: how pictures become its input, and where in its output the features are. The
/// file has the module's name and the ending .yaml.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/describe.h"
#include "core/dtype.h"
#include "pixelsail/image.h"

namespace pixelsail {

struct TeacherOutput {
  std::string layer;            ///< what the features are, for people
  std::string key;              ///< of a dictionary; empty: the module returns no dictionary
  std::int64_t index = 0;       ///< in a tuple or list
  std::string layout = "nchw";  ///< nchw, nhwc or nlc (tokens row by row)
};

struct TeacherSpec {
  std::string name;
  std::int64_t height = 0, width = 0;  ///< of the input
  std::string resize = "stretch";      ///< stretch, pad or long_side
  std::int64_t multiple = 32;
  std::string filter = "bilinear";
  std::vector<double> mean{0.485, 0.456, 0.406}, std{0.229, 0.224, 0.225};
  std::string dtype = "f32";
  std::int64_t max_batch = 0;
  std::int64_t channels = 0;
  std::int64_t stride = 0;
  std::string store = "f16";
  TeacherOutput output;

  DType store_dtype() const { return weight_dtype(store, /*quantized=*/false); }
};

template <class Visitor>
void describe(Visitor& v, TeacherOutput& c) {
  v.field("layer", c.layer, {.help = "what the features are, for people"});
  v.field("key", c.key, {.help = "key in the dictionary that the module returns; empty: it returns none"});
  v.field("index", c.index, {.min = 0, .help = "place in the tuple or list that the module returns"});
  v.field("layout", c.layout,
          {.one_of = {"nchw", "nhwc", "nlc"}, .help = "nlc: tokens of the grid, row by row"});
}

template <class Visitor>
void describe(Visitor& v, TeacherSpec& c) {
  v.field("name", c.name, {.required = true, .help = "what the teacher is called"});
  v.field("height", c.height, {.min = 1, .max = 16384, .required = true, .help = "of its input in pixels"});
  v.field("width", c.width, {.min = 1, .max = 16384, .required = true});
  v.field(
      "resize", c.resize,
      {.one_of = {"stretch", "pad", "long_side"},
       .help =
           "stretch: to height x width; pad: the picture keeps its proportions, zeros fill the right or the "
           "bottom, where features are cut off; long_side: sides are multiples of `multiple`, the longer one "
           "at most the larger of height and width, small pictures do not grow"});
  v.field("multiple", c.multiple, {.min = 1, .max = 4096, .help = "of the sides with resize: long_side"});
  v.field("filter", c.filter, {.one_of = {"bilinear", "bicubic"}, .help = "Pillow's, antialiased"});
  v.field("mean", c.mean, {.help = "red, green, blue, of values in 0..1"});
  v.field("std", c.std, {.help = "of values in 0..1"});
  v.field("dtype", c.dtype, {.one_of = {"f32", "bf16", "f16"}, .help = "type of the input"});
  v.field("max_batch", c.max_batch, {.min = 0, .help = "pictures the module takes at once; 0: any number"});
  v.field("channels", c.channels, {.min = 1, .max = 65536, .required = true, .help = "of the features"});
  v.field("stride", c.stride,
          {.min = 0, .help = "pixels of the input that a feature stands for, for people"});
  v.field("store", c.store, {.one_of = {"f32", "bf16", "f16"}, .help = "type in which features are kept"});
  v.field("output", c.output);
}

/// "teacher.pt2" -> "teacher.yaml".
std::filesystem::path teacher_spec_file(const std::filesystem::path& module);

/// The file beside `module`, which has to be there too. Throws ConfigError naming the key, DataError for a file that is
/// missing.
TeacherSpec read_teacher_spec(const std::filesystem::path& module);

/// The picture as the teacher sees it, before padding and without normalisation. Throws DataError for a side that would
/// become too long.
Image teacher_picture(const Image& image, const TeacherSpec& spec);

}  // namespace pixelsail
