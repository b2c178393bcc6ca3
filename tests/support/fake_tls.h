#pragma once

#include "rfb/host_tls.h"

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace porthole::testing {

// A stream around another, as TLS is around a socket, which leaves the bytes as they are.
class WrappedStream final : public net::ByteStream {
 public:
  explicit WrappedStream(std::unique_ptr<net::ByteStream> inner) : inner_(std::move(inner)) {}

  net::Awaitable<absl::Status> WaitReadable() override { return inner_->WaitReadable(); }
  net::Awaitable<absl::StatusOr<std::size_t>> ReadSome(std::span<std::uint8_t> target) override {
    return inner_->ReadSome(target);
  }
  net::Awaitable<absl::Status> Write(std::span<const std::uint8_t> bytes) override {
    return inner_->Write(bytes);
  }
  void Close(net::Ending ending) override { inner_->Close(std::move(ending)); }
  net::Awaitable<net::Closing> Closed() override { return inner_->Closed(); }
  net::TransportFacts Facts() const override {
    net::TransportFacts facts = inner_->Facts();
    facts.tls_version = "TLSv1.3";
    return facts;
  }

 private:
  std::unique_ptr<net::ByteStream> inner_;
};

// TLS in name only: remembers what was asked for, says what the test wishes, and puts another
// stream in the place of the host's, without which what follows must not be spoken.
class FakeTls final : public rfb::HostTls {
 public:
  explicit FakeTls(absl::Status result = absl::OkStatus()) : result_(std::move(result)) {}

  net::Awaitable<absl::Status> Start(std::unique_ptr<net::ByteStream>& host,
                                     rfb::TlsKind kind) override {
    started_.push_back(kind);
    if (result_.ok()) {
      host = std::make_unique<WrappedStream>(std::move(host));
    }
    co_return result_;
  }

  // Each handshake that was asked for.
  const std::vector<rfb::TlsKind>& Started() const { return started_; }

 private:
  absl::Status result_;
  std::vector<rfb::TlsKind> started_;
};

}  // namespace porthole::testing
