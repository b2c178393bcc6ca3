#pragma once

#include "tests/bench/load/frames.h"
#include "tests/bench/load/wire.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>

namespace porthole::bench {

using Clock = std::chrono::steady_clock;

// How all viewers of a run speak.
struct Manner {
  std::uint16_t port = 0;
  // RFB in WebSocket frames, else RFB as it is.
  bool websocket = false;
  // Null for none. Not owned; outlives the viewers.
  TlsClient* tls = nullptr;
  // Bytes; 0 for the system's choice.
  int receive_buffer = 0;
};

// One viewer: opens its connection up to ServerInit, then counts what comes. Never waits; whoever
// owns it calls Advance when epoll has something for its socket.
class Viewer {
 public:
  enum class Stage : std::uint8_t {
    kConnecting,
    kShaking,
    kUpgrading,
    kVersion,
    kTypes,
    kResult,
    kInit,
    kLive,
    kLeaving,
    kGone,
  };

  // An empty token sends none.
  Viewer(const Manner& manner, std::uint8_t source, std::string token);

  // Goes on as far as it can. `scratch` is for what arrives.
  void Advance(std::uint32_t events, std::span<std::uint8_t> scratch);
  // Asks for an update of the whole screen.
  void Request();
  // Says goodbye; gone once the far end has closed, too.
  void Leave();
  // Reads nothing until it is told otherwise; Read takes a bounded part all the same.
  void Pause(bool paused) { paused_ = paused; }
  void Read(std::span<std::uint8_t> scratch);

  Stage At() const { return stage_; }
  bool Opened() const { return opened_; }
  // Why it is gone without having been told to leave; else empty.
  const std::string& Complaint() const { return complaint_; }
  // Bytes of RFB since ServerInit.
  std::uint64_t Received() const { return received_; }
  // What epoll should watch.
  std::uint32_t Events() const;
  int Socket() const { return wire_.Socket().Number(); }
  Clock::time_point Began() const { return began_; }
  bool Resumed() const { return wire_.Resumed(); }

 private:
  bool Connect(std::uint32_t events);
  void Begin();
  void Take(std::span<const std::uint8_t> bytes);
  void TakeAnswer(std::span<const std::uint8_t> bytes);
  void TakeFrames(std::span<const std::uint8_t> bytes);
  void TakePayload(std::span<const std::uint8_t> bytes);
  bool Converse();
  bool TakeTypes();
  bool TakeInit();
  std::uint32_t Number(std::size_t at) const;
  void Send(std::string_view payload);
  void Write(std::string_view bytes);
  void Flush();
  void End(const std::string& why);

  Wire wire_;
  FrameReader frames_;
  std::string token_;
  std::string inbox_;
  std::string outbox_;
  std::string complaint_;
  std::uint64_t received_ = 0;
  Clock::time_point began_ = Clock::now();
  Stage stage_ = Stage::kConnecting;
  bool websocket_;
  bool opened_ = false;
  bool paused_ = false;
};

}  // namespace porthole::bench
