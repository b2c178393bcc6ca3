#pragma once

#include "net/byte_stream.h"
#include "net/worker.h"

#include <absl/status/status.h>

#include <memory>

namespace porthole {

// The two ends of the self-test's console: what a viewer asks comes back as a picture that both
// know.

// The host: speaks to `viewer` as a VNC server without a password until it leaves, or for the time
// of a self-test at most.
net::Awaitable<void> PlayHost(net::Worker& worker, std::unique_ptr<net::ByteStream> viewer);

// The viewer: handshake, then some pictures, each compared byte for byte. `console` is never null.
// Errors: INVALID_ARGUMENT other bytes came than the host sent; else as rfb::GreetHost().
net::Awaitable<absl::Status> PlayViewer(std::unique_ptr<net::ByteStream>& console);

}  // namespace porthole
