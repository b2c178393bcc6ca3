#pragma once

#include <string>

namespace porthole::config {

// A YAML file with every setting, its default and what it is for, out of the schema and its
// comments. Parse() makes the defaults of it.
std::string DefaultYaml();

// docs/configuration.md, out of the same.
std::string ConfigurationPage();

}  // namespace porthole::config
