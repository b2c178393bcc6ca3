#pragma once

#include <string>

namespace porthole {

// A random UUID (RFC 4122, version 4), e.g. "6f0c2d9e-…", from the kernel's generator.
std::string NewUuid();

}  // namespace porthole
