#pragma once

/// Pictures with named things on them: the one form through which the formats of annotation tools are converted.

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "pixelsail/mask.h"

namespace pixelsail {

/// x1,y1,x2,y2,... in pixels, closed, without repeated end point.
using Polygon = std::vector<double>;

/// Polygons that together are one thing, or a mask of the picture's size.
using Shape = std::variant<std::vector<Polygon>, Rle>;

struct AnnotatedThing {
  std::string name;  ///< "cup"
  Shape shape;
  bool is_crowd = false;  ///< many things of that name that nobody told apart (COCO)
};

struct AnnotatedPicture {
  std::string name;            ///< relative, with "/": where it lies below a folder of pictures
  std::filesystem::path file;  ///< the picture itself
  int height = 0, width = 0;   ///< as it is shown
  std::string split = "train";
  std::vector<AnnotatedThing> things;
};

struct AnnotationSet {
  std::vector<AnnotatedPicture> pictures;
};

/// The pixels of a thing. Throws DataError for coordinates that no picture has and for a mask of another size.
Rle thing_mask(const Shape& shape, int height, int width);

/// Adds the parts of one shape to another of the same thing. Throws as thing_mask() does.
void join_shapes(Shape& to, Shape part, int height, int width);
/// Makes all things of a name on a picture one thing; crowds stay as they are.
void join_names(AnnotationSet& set);

/// A circle as a polygon that is nowhere further from it than a tenth of a pixel.
Polygon circle_polygon(double x, double y, double radius);
/// A box as a polygon.
Polygon box_polygon(double left, double top, double right, double bottom);
/// The whole of a thing as one polygon, for formats that have one a thing (image/mask_outline.h).
Polygon single_polygon(const AnnotatedThing& thing, int height, int width);
/// The polygon of a thing that is one; null else.
const Polygon* only_polygon(const Shape& shape);

}  // namespace pixelsail
