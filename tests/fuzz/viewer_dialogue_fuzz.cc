// What a viewer may say from its first byte to ClientInit. The first byte of the input tells how
// the bytes are cut.

#include "rfb/viewer_dialogue.h"
#include "tests/fuzz/dialogue_fuzz.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::span<const std::uint8_t> input(bytes, size);
  const auto shared = porthole::fuzz::Converse<absl::StatusOr<bool>>(
      input[0], input.subspan(1), [](std::unique_ptr<porthole::net::ByteStream>& viewer) {
        return porthole::rfb::GreetViewer(*viewer);
      });
  // The shortest way in is a version and ClientInit.
  porthole::fuzz::Expect(!shared.ok() || size > 13);
  porthole::fuzz::Expect(shared.ok() || absl::IsInvalidArgument(shared.status()) ||
                         absl::IsOutOfRange(shared.status()));
  return 0;
}
