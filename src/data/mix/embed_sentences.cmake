# Writes a C++ file with the bytes of data/sentences/*.json (data/mix/sentences.cpp reads them): they have no limit of
# length, and nothing in them needs an escape.
#
#   cmake -DPUBLISHED=published.json -DCLEAN=clean.json -DOUT=sentence_files.cpp -P embed_sentences.cmake
set(text "// Written by embed_sentences.cmake.\n#include <string_view>\n\nnamespace pixelsail::detail {\nnamespace {\n\n")
foreach(name published clean)
  string(TOUPPER ${name} variable)
  file(READ ${${variable}} hex HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" lines "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," lines "${lines}")
  string(APPEND text "constexpr char ${name}[] = {\n${lines}0};\n\n")
endforeach()
string(APPEND text "}  // namespace\n\n")
foreach(name published clean)
  string(APPEND text "std::string_view ${name}_sentences();\nstd::string_view ${name}_sentences() { return {${name}, sizeof(${name}) - 1}; }\n")
endforeach()
string(APPEND text "\n}  // namespace pixelsail::detail\n")
file(WRITE ${OUT} "${text}")
