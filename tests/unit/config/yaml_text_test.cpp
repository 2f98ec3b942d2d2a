// What people write in YAML files: tabs, Python's True, ~ for the home folder.

#include "config/yaml_text.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "example_config.h"

namespace pixelsail::testing {
namespace {

std::string fault(const std::string& text) {
  return error_of([&] { parse(text); });
}

TEST(YamlText, TabsAreNamedWithTheirLine) {
  for (const char* text : {"train:\n\tsteps: 1\n", "train:\n  \tsteps: 1\n", "train:\n\t- steps\n",
                           "train:\r\n\tsteps: 1\r\n", "train: # [\n\tsteps: 1\n", "train: {} \n\tx: 1\n"})
    EXPECT_NE(fault(text).find("x.yaml:2: the line is indented with a tab, YAML wants spaces"),
              std::string::npos)
        << text;
  EXPECT_NE(fault("train:\n\xc2\xa0 steps: 1\n").find("x.yaml:2: the line is indented with a no-break space"),
            std::string::npos);
  for (const char* text : {"a: 1\n\t\n\t# comment\nb: 2\n", "a: [1,\n\t2]\n", "a: 'x\n\ty'\n",
                           "a: |\n  x\n\n  \ty\nb: 1\n", "a:\t1\n", "a: 1\t# c\n"})
    EXPECT_NO_THROW(check_yaml_text(text, "x.yaml")) << text;
  EXPECT_NE(fault("version https://git-lfs.github.com/spec/v1\noid sha256:0\n").find("Git LFS pointer"),
            std::string::npos);
}

TEST(YamlText, WhatStandsBehindTheEndIsRefused) {
  // yaml-cpp 0.7 finds an empty document there again and again.
  for (const char* text : {"a: [1, 2]\n, b: 3\n", "[1, {x: ~}]\n, y:\n.inf}]\n", "{a: 1}}\n", "a: 1\n]\n",
                           "a: 1\n, b\n", "}\n", "? [\n,\n"})
    EXPECT_NE(fault(text).find("x.yaml:"), std::string::npos) << text;
}

TEST(YamlText, TruthValuesOfTheCoreSchema) {
  for (const char* text : {"true", "True", "TRUE"})
    EXPECT_TRUE(parse(std::string("train: {resume: ") + text + "}").train.resume) << text;
  for (const char* text : {"false", "False", "FALSE"})
    EXPECT_FALSE(parse(std::string("train: {resume: ") + text + "}").train.resume) << text;
  for (const char* text : {"yes", "tRUE", "1", "'true'"})
    EXPECT_NE(fault(std::string("train: {resume: ") + text + "}").find("expected true or false"),
              std::string::npos)
        << text;
}

}  // namespace
}  // namespace pixelsail::testing
