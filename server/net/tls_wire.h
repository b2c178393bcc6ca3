#pragma once

#include "net/loop.h"

#include <boost/system/error_code.hpp>
#include <openssl/bio.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace porthole::net {

// What one attempt to move bytes came to.
struct Attempt {
  enum class Need : std::uint8_t { kNothing, kReadable, kWritable };

  std::size_t bytes = 0;
  Need need = Need::kNothing;  // what to wait for before the same attempt is worth repeating
  // NOLINTNEXTLINE(readability-redundant-member-init): may be left out
  boost::system::error_code error = {};
};

// What OpenSSL reads from and writes to: a socket object, never a descriptor number, since after a
// close the number is somebody else's. Internal to Transport; stays where it is.
class TlsWire {
 public:
  explicit TlsWire(Socket& socket) : socket_(socket) {}
  TlsWire(const TlsWire&) = delete;
  TlsWire& operator=(const TlsWire&) = delete;
  ~TlsWire();

  // A BIO on it, which whoever gets it owns; null: out of memory.
  BIO* NewBio();

  // To be called before each call of OpenSSL, which by itself reads on while what comes is no
  // application data: a peer that has keys updated without end would never let it return.
  void BeginCall();

  // From here on what OpenSSL writes is kept, so that several records go out in one send.
  void BeginSealing();
  // Whether something is kept, that is to be sent before anything else is written.
  bool Sealing() const { return sealed_ != nullptr; }
  // One attempt to send what is kept; `untold` bytes of plaintext in it are reported by the attempt
  // that sends the last of it.
  Attempt SendSealed();
  void LeaveUntold(std::size_t bytes);

 private:
  struct Sealed {
    std::vector<std::uint8_t> records;
    std::size_t sent = 0;
    std::size_t untold = 0;
  };

  static int Read(BIO* bio, char* target, int size);
  static int Write(BIO* bio, const char* bytes, int size);
  static long Control(BIO* bio, int command, long number, void* pointer);
  // One of a thread for all its connections: most are empty again before the next begins.
  static std::unique_ptr<Sealed>& Spare();

  Socket& socket_;
  int reads_left_ = 0;  // within the present call of OpenSSL
  std::unique_ptr<Sealed> sealed_;
};

// One attempt to receive or send; never waits, never raises SIGPIPE. -1 with errno.
ssize_t Receive(Socket& socket, std::span<std::uint8_t> target);
ssize_t Send(Socket& socket, std::span<const std::uint8_t> bytes);
bool WouldBlock();
boost::system::error_code LastSystemError();
// What it means that a send gave `sent`.
Attempt SendOutcome(ssize_t sent);

}  // namespace porthole::net
