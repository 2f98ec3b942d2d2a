#pragma once

/// What programs with a configuration file say about it: --print-config, --explain, --schema.

#include <CLI/CLI.hpp>
#include <iostream>

#include "config/config.h"
#include "config/keys.h"
#include "pixelsail/error.h"

namespace pixelsail {

class ConfigOptions {
 public:
  /// Adds the positional argument and the options.
  void add(CLI::App& app, const std::string& help) {
    app.add_option("config", file, help);
    app.add_flag("--print-config", print_, "print the configuration with every value in it, and end");
    app.add_option("--explain", explain_,
                   "say what a key of the configuration is (all: a table of all keys), and end");
    app.add_flag("--schema", schema_, "print a JSON Schema of the configuration file for editors, and end");
  }

  /// Answers what needs no file. True when that was all. Throws ConfigError when a file is needed and not
  /// named.
  template <class T>
  bool answered(const std::string& title) const {
    if (schema_) {
      std::cout << config_schema(ConfigKeyLister::list<T>(), title).dump(2) << '\n';
      return true;
    }
    if (!explain_.empty()) {
      const std::vector<ConfigKey> keys = ConfigKeyLister::list<T>();
      std::cout << (explain_ == "all" ? keys_table(keys) : explain_key(keys, explain_));
      return true;
    }
    if (file.empty()) throw ConfigError("the configuration file is missing (see --help)");
    return false;
  }

  /// Prints the configuration when that is asked for. True when that was all.
  template <class T>
  bool printed(const T& config) const {
    if (print_) std::cout << config_to_yaml(config);
    return print_;
  }

  std::filesystem::path file;

 private:
  bool print_ = false, schema_ = false;
  std::string explain_;
};

}  // namespace pixelsail
