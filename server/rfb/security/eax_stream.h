#pragma once

#include "net/byte_stream.h"
#include "rfb/security/eax.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace porthole::rfb {

// A host's stream inside RA2's encryption. Each Write() becomes messages of at most 8 KiB; of what
// comes one message at a time is held, at most 64 KiB, and only until it is read. Its own errors:
// INVALID_ARGUMENT a message that the host did not make, UNAVAILABLE the end within a message.
class EaxStream final : public net::ByteStream {
 public:
  // The keys have 16 or 32 bytes.
  EaxStream(std::unique_ptr<net::ByteStream> inner,
            std::span<const std::uint8_t> key_to_host,
            std::span<const std::uint8_t> key_from_host);

  net::Awaitable<absl::Status> WaitReadable() override;
  net::Awaitable<absl::StatusOr<std::size_t>> ReadSome(std::span<std::uint8_t> target) override;
  net::Awaitable<absl::Status> Write(std::span<const std::uint8_t> bytes) override;
  void Close(net::Ending ending) override { inner_->Close(std::move(ending)); }
  net::Awaitable<net::Closing> Closed() override { return inner_->Closed(); }
  std::optional<net::PeerClose> ClosedByPeer() const override { return inner_->ClosedByPeer(); }
  net::TransportFacts Facts() const override { return inner_->Facts(); }

  // Whether decrypted bytes wait to be read.
  bool HasUnread() const { return read_ < text_.size(); }
  // Ends the encryption: gives back the stream inside. Nothing else may be called afterwards.
  std::unique_ptr<net::ByteStream> Release() { return std::move(inner_); }

 private:
  // Reads the next message into text_.
  net::Awaitable<absl::Status> ReadMessage();

  std::unique_ptr<net::ByteStream> inner_;
  EaxMessages to_host_;
  EaxMessages from_host_;
  std::vector<std::uint8_t> text_;
  std::size_t read_ = 0;  // of text_
};

}  // namespace porthole::rfb
