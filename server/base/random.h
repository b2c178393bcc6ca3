#pragma once

#include <cstdint>
#include <span>

namespace porthole {

// Fills `target` from the kernel's generator (getrandom(2)); ends the process if that fails.
// Thread-safe.
void FillRandom(std::span<std::uint8_t> target);

}  // namespace porthole
