#include "control/convert.h"

#include "base/utf8.h"
#include "control/selector.h"

#include <cstdint>

namespace porthole::control {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::size_t kMaxShownBytes = 256;
constexpr std::size_t kMaxTargetBytes = 1024;

v1::ClipboardPolicy ClipboardOf(const config::Clipboard& clipboard) {
  if (clipboard.to_console && clipboard.from_console) {
    return v1::CLIPBOARD_POLICY_BOTH;
  }
  if (clipboard.to_console) {
    return v1::CLIPBOARD_POLICY_TO_CONSOLE;
  }
  return clipboard.from_console ? v1::CLIPBOARD_POLICY_FROM_CONSOLE : v1::CLIPBOARD_POLICY_OFF;
}

v1::SharingPolicy SharingOf(config::Sharing sharing) {
  switch (sharing) {
    case config::Sharing::kShared:
      return v1::SHARING_POLICY_SHARED;
    case config::Sharing::kExclusive:
      return v1::SHARING_POLICY_EXCLUSIVE;
    case config::Sharing::kTakeover:
      return v1::SHARING_POLICY_TAKEOVER;
  }
  return v1::SHARING_POLICY_UNSPECIFIED;
}

v1::SessionPolicy PolicyOf(const admission::PolicyInForce& policy) {
  v1::SessionPolicy proto;
  proto.set_view_only(policy.view_only);
  proto.set_clipboard(ClipboardOf(policy.clipboard));
  proto.set_sharing(SharingOf(policy.sharing));
  *proto.mutable_max_duration() = ToProto(std::chrono::nanoseconds(policy.max_duration));
  *proto.mutable_idle_timeout() = ToProto(std::chrono::nanoseconds(policy.idle_timeout));
  return proto;
}

v1::TlsFacts TlsOf(const net::TransportFacts& facts) {
  v1::TlsFacts proto;
  proto.set_version(facts.tls_version);
  proto.set_cipher(facts.tls_cipher);
  return proto;
}

v1::Traffic TrafficOf(std::uint64_t bytes, std::uint64_t messages) {
  v1::Traffic proto;
  proto.set_byte_count(static_cast<std::int64_t>(bytes));
  proto.set_message_count(static_cast<std::int64_t>(messages));
  return proto;
}

void AddDescription(const session::Description& description, v1::Session& proto) {
  const SessionNames& names = description.names;
  proto.set_session_id(names.session_id);
  proto.set_console_id(ValidText(names.console_id, kMaxShownBytes));
  proto.set_console_name(ValidText(description.console_name, kMaxShownBytes));
  proto.set_subject(ValidText(names.subject, kMaxShownBytes));
  proto.set_key_id(ValidText(names.key_id, kMaxShownBytes));
  proto.set_token_id(ValidText(names.token_id, kMaxShownBytes));
  proto.set_client_address(names.client_address.ToString());
  proto.set_user_agent(ValidText(description.user_agent, kMaxShownBytes));
  proto.set_target(ValidText(description.target, kMaxTargetBytes));
  if (!description.viewer.tls_version.empty()) {
    *proto.mutable_viewer_tls() = TlsOf(description.viewer);
  }
  *proto.mutable_policy() = PolicyOf(description.policy);
  *proto.mutable_start_time() = ToProto(description.started);
}

void AddHost(const session::HostFacts& host, v1::Session& proto) {
  proto.set_host_security_type(ValidText(host.security_type, kMaxShownBytes));
  proto.set_protocol_version(ValidText(host.protocol_version, kMaxShownBytes));
  proto.set_desktop_name(ValidText(host.desktop_name, kMaxShownBytes));
  if (!host.transport.tls_version.empty()) {
    *proto.mutable_host_tls() = TlsOf(host.transport);
  }
  // Before ServerInit there is no size.
  if (host.width != 0 || host.height != 0) {
    proto.mutable_framebuffer_size()->set_width(host.width);
    proto.mutable_framebuffer_size()->set_height(host.height);
  }
}

}  // namespace

google::protobuf::Duration ToProto(std::chrono::nanoseconds duration) {
  google::protobuf::Duration proto;
  proto.set_seconds(duration.count() / kNanosPerSecond);
  proto.set_nanos(static_cast<std::int32_t>(duration.count() % kNanosPerSecond));
  return proto;
}

google::protobuf::Timestamp ToProto(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::chrono::nanoseconds rest = time - seconds;
  google::protobuf::Timestamp proto;
  proto.set_seconds(seconds.time_since_epoch().count());
  proto.set_nanos(static_cast<std::int32_t>(rest.count()));
  return proto;
}

v1::EndReason ToProto(EndReason reason) {
  // The same order, after the zero value; a test holds the names against each other.
  return static_cast<v1::EndReason>(static_cast<int>(reason) + 1);
}

v1::SessionState ToProto(session::State state) {
  switch (state) {
    case session::State::kAdmitting:
      return v1::SESSION_STATE_ADMITTING;
    case session::State::kDialling:
      return v1::SESSION_STATE_DIALLING;
    case session::State::kHandshaking:
      return v1::SESSION_STATE_HANDSHAKING;
    case session::State::kActive:
      return v1::SESSION_STATE_ACTIVE;
    case session::State::kEnding:
      return v1::SESSION_STATE_ENDING;
    case session::State::kEnded:
      return v1::SESSION_STATE_ENDED;
  }
  return v1::SESSION_STATE_UNSPECIFIED;
}

v1::TokenKey ToProto(const token::TokenKey& key) {
  v1::TokenKey proto;
  proto.set_key_id(key.id);
  switch (key.profile) {
    case token::KeyProfile::kJwe:
      proto.set_profile(v1::TOKEN_KEY_PROFILE_JWE);
      break;
    case token::KeyProfile::kCloudStack:
      proto.set_profile(v1::TOKEN_KEY_PROFILE_CLOUDSTACK);
      break;
  }
  proto.set_fingerprint(token::Fingerprint(key));
  *proto.mutable_create_time() = ToProto(key.created);
  return proto;
}

v1::Block ToProto(const state::Block& block) {
  v1::Block proto;
  proto.set_block_id(block.id);
  *proto.mutable_selector() = ToProto(block.selector);
  if (block.issued_until.has_value()) {
    *proto.mutable_issued_through_time() = ToProto(*block.issued_until);
  }
  *proto.mutable_create_time() = ToProto(block.created);
  *proto.mutable_expire_time() = ToProto(block.until);
  proto.set_reason(block.reason);
  proto.set_creator(block.creator);
  return proto;
}

v1::Session ToProto(const session::Snapshot& snapshot, const std::string& node_id) {
  v1::Session proto;
  proto.set_node_id(node_id);
  proto.set_state(ToProto(snapshot.state));
  AddDescription(snapshot.description, proto);
  if (snapshot.host.has_value()) {
    AddHost(*snapshot.host, proto);
  }
  if (snapshot.last_input.has_value()) {
    *proto.mutable_last_input_time() = ToProto(*snapshot.last_input);
  }
  *proto.mutable_to_viewer() = TrafficOf(snapshot.bytes_to_viewer, snapshot.messages_to_viewer);
  *proto.mutable_to_host() = TrafficOf(snapshot.bytes_to_host, snapshot.messages_to_host);
  if (snapshot.end.has_value()) {
    proto.set_end_reason(ToProto(snapshot.end->reason));
  }
  if (snapshot.ended.has_value()) {
    *proto.mutable_end_time() = ToProto(*snapshot.ended);
  }
  return proto;
}

std::string ValidText(std::string_view text, std::size_t max_bytes) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string valid;
  while (!text.empty()) {
    const std::size_t length = Utf8CharacterLength(text);
    const std::string_view next = length == 0 ? kReplacement : text.substr(0, length);
    if (valid.size() + next.size() > max_bytes) {
      break;
    }
    valid += next;
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return valid;
}

}  // namespace porthole::control
