#pragma once

/// report.html: one file that shows an evaluation in any browser, without network.

#include <string>

#include "io/json.h"

namespace pixelsail {

/// The page of a report. Everything it needs is inside: style, program, pictures; nothing is loaded and no
/// address is named. Texts of the report are data, never markup. Layout of `report` (every number may be
/// null, members marked ? may be absent):
///
///   title     string
///   tables    [{id, title, metric, note?, columns:[string], rows:[{method, size, group, ours:bool,
///             values:[number or string or null]}]}]
///   jobs      [{name, benchmark, split, answered_by,
///               metrics:[{name, value, low?, high?, chance?}]   the first is the main one; low, high: 95 %
///                                                               interval; chance: the same of blind answers
///               unit: "fraction" (0..1, shown in percent) or "points" (shown as it is)
///               counts:{name:number}, failures:[string],
///               histogram?: {metric, edges:[number], counts:[number], chance?:[number]},
///               breakdowns:[{title, metric, rows:[{name, samples, value}]}],
///               examples:[{id, group:"best"|"worst"|"random", metric, score, category, words, question,
///               answer,
///                          reference, picture: data URI or null}]}]
///   config    any
///
/// tables, jobs and config may be absent. A picture that is no PNG, JPEG, WebP or GIF in a base64 data URI is
/// not shown. Bytes that are not UTF-8 become U+FFFD. Throws DataError when `report` is no object, or
/// `tables` or `jobs` no array of objects; further inside, a member of another type is shown as missing.
std::string report_page(const OrderedJson& report);

}  // namespace pixelsail
