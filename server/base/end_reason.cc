#include "base/end_reason.h"

#include <array>
#include <utility>

namespace porthole {
namespace {

struct Entry {
  std::string_view name;
  std::uint16_t code;
  std::string_view sentence;
};

// In the order of the enumeration.
constexpr std::array<Entry, kEndReasonCount> kEntries = {{
    {"viewer_closed", 1000, "The console was closed."},
    {"viewer_lost", 0, "The connection to your browser was lost."},
    {"viewer_timeout", 4440, "Your browser did not finish the console handshake in time."},
    {"host_closed", 1000, "The virtual machine's console closed the connection."},
    {"host_lost", 4514, "The connection to the virtual machine's host was lost."},
    {"draining", 1001,
     "This console server is going away. Open the console again from your cloud portal."},
    {"protocol_error", 1002, "Your browser sent something that is not a console's protocol."},
    {"internal_error", 1011, "Something went wrong in the console server. It has been logged."},
    {"token_missing", 4400,
     "This address has no console link in it. Open the console from your cloud portal."},
    {"token_invalid", 4401,
     "This console link is not valid. Open the console again from your cloud portal."},
    {"token_expired", 4405,
     "This console link has expired. Open the console again from your cloud portal."},
    {"token_used", 4406,
     "This console link was already used. Open the console again from your cloud portal."},
    {"token_not_yet_valid", 4411,
     "This console link is not valid yet. Wait a moment and try again."},
    {"revoked", 4403, "An administrator ended this console."},
    {"forbidden", 4407, "You may not open this console from here."},
    {"idle_timeout", 4408, "The console was closed because nobody used it for a while."},
    {"replaced", 4409, "Another viewer took over this console."},
    {"max_duration", 4410, "The time allowed for this console is over."},
    {"busy", 4423, "Somebody else is using this console, and it admits one at a time."},
    {"too_many", 4429, "Too many consoles are open. Close one and try again."},
    {"host_unreachable", 4502, "The virtual machine's host cannot be reached."},
    {"host_timeout", 4504, "The virtual machine's host did not answer in time."},
    {"host_auth_failed", 4511, "The virtual machine's host refused the console's password."},
    {"host_tls_failed", 4512, "A secure connection to the virtual machine's host failed."},
    {"host_protocol_error", 4513,
     "The virtual machine's host does not answer as a VNC server should."},
}};

const Entry& At(EndReason reason) {
  return kEntries.at(static_cast<std::size_t>(reason));
}

}  // namespace

std::string_view Name(EndReason reason) {
  return At(reason).name;
}

std::uint16_t CloseCode(EndReason reason) {
  return At(reason).code;
}

std::string_view Sentence(EndReason reason) {
  return At(reason).sentence;
}

Refusal Refuse(EndReason reason, std::string detail) {
  return Refusal{.reason = reason,
                 .sentence = std::string(Sentence(reason)),
                 .detail = std::move(detail),
                 .key_id = {},
                 .token_id = {}};
}

}  // namespace porthole
