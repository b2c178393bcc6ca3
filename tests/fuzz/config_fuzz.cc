#include "base/status.h"
#include "config/loader.h"
#include "config/problems.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

// Any bytes give a configuration, or a refusal in which every line names the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using porthole::config::Configuration;
  const std::string text(bytes, bytes + size);
  const absl::StatusOr<Configuration> parsed = porthole::config::Parse(text, "f.yaml");
  if (parsed.ok()) {
    const bool sound = !parsed->listeners.empty() && parsed->workers > 0 &&
                       !parsed->node_id.empty() && !parsed->policy.sharing.empty() &&
                       parsed->limits.sessions > 0;
    return sound ? 0 : (std::abort(), 0);
  }
  const std::string refusal = porthole::Message(parsed.status());
  std::size_t lines = 0;
  for (std::size_t begin = 0; begin < refusal.size(); ++lines) {
    if (refusal.compare(begin, 6, "f.yaml") != 0) {
      std::abort();
    }
    const std::size_t end = refusal.find('\n', begin);
    begin = end == std::string::npos ? refusal.size() : end + 1;
  }
  if (lines == 0 || lines > porthole::config::Problems::kMaxProblems + 1) {
    std::abort();
  }
  return 0;
}
