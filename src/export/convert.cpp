#include "export/convert.h"

#include "export/expression_template.h"
#include "export/picture_folder.h"
#include "io/atomic_file.h"
#include "pixelsail/error.h"

namespace pixelsail {

ConversionReport convert_annotations(const ConvertOptions& options) {
  const AnnotationFormat& from = annotation_format(options.from);
  const AnnotationFormat& to = annotation_format(options.to);
  const ExpressionTemplate checked(options.expression);
  if (options.split && options.to != "folder")
    throw ConfigError("pictures for validation are chosen for the format folder only");
  std::error_code ignored;
  if (!std::filesystem::exists(options.input, ignored))
    throw DataError(options.input.string() + ": is not there");
  if (!options.images.empty() && !is_folder(options.images))
    throw DataError(options.images.string() + ": is no folder");
  if (std::filesystem::exists(options.output, ignored))
    throw RunError(options.output.string() + ": is there already");
  ConversionReport report;
  // The folder of "instances.json" is "." and not nothing.
  AnnotationSet set = from.read({.input = std::filesystem::absolute(options.input).lexically_normal(),
                                 .images = options.images,
                                 .expression = options.expression,
                                 .progress = options.reading},
                                report);
  if (report.things() == 0)
    throw DataError(options.input.string() + ": nothing in it can be taken: " + report_to_text(report));
  if (options.join) join_names(set);
  AtomicDirectory folder(options.output);
  to.write(set, {.out = folder.path(), .expression = options.expression, .progress = options.writing},
           report);
  if (options.split) split_folder(folder.path(), *options.split);
  OrderedJson json = report_to_json(report);
  json["from"] = options.from;
  json["to"] = options.to;
  write_file_atomic(folder.path() / kConversionFile,
                    json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n");
  folder.commit();
  return report;
}

}  // namespace pixelsail
