#include "tests/bench/load/viewer.h"

#include "tests/bench/load/sockets.h"

#include <string_view>
#include <system_error>

namespace porthole::bench {
namespace {

constexpr std::string_view kVersion = "RFB 003.008\n";
constexpr std::string_view kNone = "\x01";
constexpr std::string_view kShared = "\x01";
constexpr std::string_view kRequest("\x03\x00\x00\x00\x00\x00\x07\x80\x04\x38", 10);
constexpr std::string_view kNormalClosure = "\x03\xE8";
constexpr std::size_t kInitBytes = 24;
constexpr std::size_t kMostAnswer = 16384;
constexpr std::size_t kMostName = 65536;

std::span<const std::uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view Text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string Upgrade(const std::string& token) {
  const std::string offer =
      token.empty() ? "binary" : "porthole.v1, binary, porthole.token." + token;
  return "GET /websockify HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
         "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: " +
         offer + "\r\n\r\n";
}

// What a close frame says: its code and sentence.
std::string Farewell(std::span<const std::uint8_t> payload) {
  if (payload.size() < 2) {
    return "closed without a code";
  }
  return "closed with " + std::to_string(payload[0] << 8 | payload[1]) + " " +
         std::string(Text(payload.subspan(2)));
}

}  // namespace

Viewer::Viewer(const Manner& manner, std::uint8_t source, std::string token)
    : wire_(ConnectTo(manner.port, source, manner.receive_buffer), manner.tls),
      token_(std::move(token)),
      websocket_(manner.websocket) {}

std::uint32_t Viewer::Events() const {
  const std::uint32_t reading = paused_ ? 0 : static_cast<std::uint32_t>(EPOLLIN);
  const bool writing = stage_ == Stage::kConnecting || !outbox_.empty();
  return reading | (writing ? static_cast<std::uint32_t>(EPOLLOUT) : 0U);
}

bool Viewer::Connect(std::uint32_t events) {
  if (stage_ == Stage::kConnecting) {
    if ((events & static_cast<std::uint32_t>(EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0) {
      return false;
    }
    if (const int error = ErrorOf(wire_.Socket()); error != 0) {
      End("connect: " + std::generic_category().message(error));
      return false;
    }
    stage_ = Stage::kShaking;
  }
  switch (wire_.Shake()) {
    case Wire::Outcome::kLater:
      return false;
    case Wire::Outcome::kEnded:
      End("TLS: " + TlsError());
      return false;
    case Wire::Outcome::kDone:
      Begin();
      return true;
  }
  return false;
}

void Viewer::Begin() {
  if (websocket_) {
    stage_ = Stage::kUpgrading;
    Write(Upgrade(token_));
    token_ = std::string();
  } else {
    stage_ = Stage::kVersion;
  }
}

void Viewer::Advance(std::uint32_t events, std::span<std::uint8_t> scratch) {
  if (stage_ <= Stage::kShaking && !Connect(events)) {
    return;
  }
  Flush();
  if (!paused_) {
    Read(scratch);
  } else if ((events & static_cast<std::uint32_t>(EPOLLERR | EPOLLHUP)) != 0) {
    End("the connection broke");
  }
}

void Viewer::Read(std::span<std::uint8_t> scratch) {
  if (stage_ == Stage::kGone) {
    return;
  }
  const Wire::Moved moved = wire_.Read(scratch);
  if (moved.outcome == Wire::Outcome::kEnded) {
    End("the far end closed");
  } else if (moved.bytes > 0) {
    Take(scratch.first(moved.bytes));
  }
}

void Viewer::Take(std::span<const std::uint8_t> bytes) {
  if (stage_ == Stage::kUpgrading) {
    TakeAnswer(bytes);
  } else if (websocket_) {
    TakeFrames(bytes);
  } else {
    TakePayload(bytes);
  }
}

void Viewer::TakeAnswer(std::span<const std::uint8_t> bytes) {
  inbox_.append(Text(bytes));
  const std::size_t end = inbox_.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (inbox_.size() > kMostAnswer) {
      End("the answer to the upgrade has no end");
    }
    return;
  }
  if (!inbox_.starts_with("HTTP/1.1 101")) {
    End(inbox_.substr(0, inbox_.find('\r')));
    return;
  }
  const std::string rest = inbox_.substr(end + 4);
  inbox_.clear();
  stage_ = Stage::kVersion;
  TakeFrames(Bytes(rest));
}

void Viewer::TakeFrames(std::span<const std::uint8_t> bytes) {
  while (const auto piece = frames_.Next(bytes)) {
    if (piece->opcode == Opcode::kPing) {
      Write(Frame(Opcode::kPong, piece->payload));
    } else if (piece->opcode == Opcode::kClose) {
      End(Farewell(piece->payload));
      return;
    } else if (piece->opcode == Opcode::kBinary || piece->opcode == Opcode::kContinuation) {
      TakePayload(piece->payload);
    }
    if (stage_ == Stage::kGone) {
      return;
    }
  }
}

void Viewer::TakePayload(std::span<const std::uint8_t> bytes) {
  if (stage_ >= Stage::kLive) {
    received_ += bytes.size();
    return;
  }
  inbox_.append(Text(bytes));
  while (Converse()) {
  }
}

// One step of RFB's handshake (RFC 6143, section 7.1); whether another may follow.
bool Viewer::Converse() {
  switch (stage_) {
    case Stage::kVersion:
      if (inbox_.size() < kVersion.size()) {
        return false;
      }
      inbox_.erase(0, kVersion.size());
      stage_ = Stage::kTypes;
      Send(kVersion);
      return true;
    case Stage::kTypes:
      return TakeTypes();
    case Stage::kResult:
      if (inbox_.size() < 4) {
        return false;
      }
      if (Number(0) != 0) {
        End("the security result is " + std::to_string(Number(0)));
        return false;
      }
      inbox_.erase(0, 4);
      stage_ = Stage::kInit;
      Send(kShared);
      return true;
    case Stage::kInit:
      return TakeInit();
    default:
      return false;
  }
}

bool Viewer::TakeTypes() {
  if (inbox_.empty() || inbox_.size() < 1 + static_cast<std::uint8_t>(inbox_[0])) {
    return false;
  }
  const std::size_t count = static_cast<std::uint8_t>(inbox_[0]);
  if (inbox_.substr(1, count).find(kNone) == std::string::npos) {
    End("the security type None is not offered");
    return false;
  }
  inbox_.erase(0, 1 + count);
  stage_ = Stage::kResult;
  Send(kNone);
  return true;
}

bool Viewer::TakeInit() {
  if (inbox_.size() < kInitBytes) {
    return false;
  }
  const std::size_t name = Number(kInitBytes - 4);
  if (name > kMostName) {
    End("the desktop's name is too long");
    return false;
  }
  if (inbox_.size() < kInitBytes + name) {
    return false;
  }
  received_ = inbox_.size() - kInitBytes - name;
  inbox_ = std::string();
  opened_ = true;
  stage_ = Stage::kLive;
  return false;
}

std::uint32_t Viewer::Number(std::size_t at) const {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number = number << 8 | static_cast<std::uint8_t>(inbox_.at(at + i));
  }
  return number;
}

void Viewer::Request() {
  Send(kRequest);
}

void Viewer::Leave() {
  stage_ = Stage::kLeaving;
  if (websocket_) {
    Write(Frame(Opcode::kClose, Bytes(kNormalClosure)));
  } else {
    wire_.Finish();
  }
}

void Viewer::Send(std::string_view payload) {
  if (websocket_) {
    Write(Frame(Opcode::kBinary, Bytes(payload)));
  } else {
    Write(payload);
  }
}

void Viewer::Write(std::string_view bytes) {
  outbox_.append(bytes);
  Flush();
}

void Viewer::Flush() {
  while (!outbox_.empty() && stage_ != Stage::kGone) {
    const Wire::Moved moved = wire_.Write(Bytes(outbox_));
    if (moved.outcome != Wire::Outcome::kDone) {
      // An end is the reader's to tell: what the far end said before it is still to be read.
      return;
    }
    outbox_.erase(0, moved.bytes);
  }
}

void Viewer::End(const std::string& why) {
  if (stage_ == Stage::kGone) {
    return;
  }
  if (stage_ != Stage::kLeaving) {
    complaint_ = why;
  }
  wire_.Finish();
  stage_ = Stage::kGone;
}

}  // namespace porthole::bench
