#include "output.h"

#include "duration.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <ranges>

namespace porthole::cli {
namespace {

std::string Or(const std::string& text, const std::string& other) {
  return text.empty() ? other : text;
}

std::string ShowTimeLimit(const google::protobuf::Duration& limit) {
  return limit.seconds() == 0 ? "-" : ShowDuration(std::chrono::seconds(limit.seconds()));
}

}  // namespace

std::string ShortName(std::string_view name, std::string_view prefix) {
  std::string text(name.substr(name.starts_with(prefix) ? prefix.size() : 0));
  for (char& c : text) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return text;
}

std::string ShowTime(const google::protobuf::Timestamp& time) {
  const std::time_t seconds = time.seconds();
  std::tm parts{};
  std::array<char, 32> text{};
  if (seconds == 0 || gmtime_r(&seconds, &parts) == nullptr ||
      std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%SZ", &parts) == 0) {
    return "-";
  }
  return text.data();
}

std::string ShowAge(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0) {
    return "-";
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return ShowDuration(now.time_since_epoch() - std::chrono::seconds(time.seconds()));
}

std::string ShowBytes(std::int64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"KB", "MB", "GB", "TB", "PB"};
  if (bytes < 1000) {
    return std::to_string(bytes) + " B";
  }
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (amount /= 1000; amount >= 1000 && unit + 1 < kUnits.size(); amount /= 1000) {
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", amount, kUnits.at(unit));
  return text.data();
}

std::string ShowSelector(const client::v1::SessionSelector& selector) {
  using Case = client::v1::SessionSelector::SelectorCase;
  switch (selector.selector_case()) {
    case Case::kSessionId:
      return "session " + selector.session_id();
    case Case::kConsoleId:
      return "console " + selector.console_id();
    case Case::kSubject:
      return "subject " + selector.subject();
    case Case::kKeyId:
      return "key " + selector.key_id();
    case Case::kTokenId:
      return "token " + selector.token_id();
    case Case::kClientAddress:
      return "client address " + selector.client_address();
    case Case::kAll:
      return "all";
    case Case::SELECTOR_NOT_SET:
      break;
  }
  return "unknown to this portholectl";
}

void WriteKeys(const Context& context, const std::vector<client::v1::TokenKey>& keys) {
  Table table({"KEY", "PROFILE", "FINGERPRINT", "CREATED"});
  for (const client::v1::TokenKey& key : keys) {
    table.Add({key.key_id(),
               ShortName(client::v1::TokenKeyProfile_Name(key.profile()), "TOKEN_KEY_PROFILE_"),
               key.fingerprint(), ShowTime(key.create_time())});
  }
  table.Write(context.streams.out);
}

Table SessionTable(const std::vector<client::v1::Session>& sessions, std::size_t most) {
  Table table({"SESSION", "STATE", "CONSOLE", "SUBJECT", "FROM", "AGE", "LAST INPUT", "TO VIEWER"});
  for (const client::v1::Session& session : sessions | std::views::take(most)) {
    table.Add({session.session_id(),
               ShortName(client::v1::SessionState_Name(session.state()), "SESSION_STATE_"),
               Or(session.console_name(), session.console_id()), session.subject(),
               session.client_address(), ShowAge(session.start_time()),
               ShowAge(session.last_input_time()), ShowBytes(session.to_viewer().byte_count())});
  }
  return table;
}

void WriteSessions(const Context& context, const std::vector<client::v1::Session>& sessions) {
  SessionTable(sessions, sessions.size()).Write(context.streams.out);
}

void WriteBlocks(const Context& context, const std::vector<client::v1::Block>& blocks) {
  Table table({"BLOCK", "REFUSES", "ISSUED", "UNTIL", "BY", "REASON"});
  for (const client::v1::Block& block : blocks) {
    table.Add({block.block_id(), ShowSelector(block.selector()),
               block.has_issued_through_time() ? "up to " + ShowTime(block.issued_through_time())
                                               : "any time",
               ShowTime(block.expire_time()), block.creator(), Or(block.reason(), "-")});
  }
  table.Write(context.streams.out);
}

void WritePolicy(const Context& context, const client::v1::Session& session) {
  const client::v1::SessionPolicy& policy = session.policy();
  Table table({"SESSION", session.session_id()});
  table.Add({"view only", policy.view_only() ? "yes" : "no"});
  table.Add({"clipboard",
             ShortName(client::v1::ClipboardPolicy_Name(policy.clipboard()), "CLIPBOARD_POLICY_")});
  table.Add(
      {"sharing", ShortName(client::v1::SharingPolicy_Name(policy.sharing()), "SHARING_POLICY_")});
  table.Add({"ends at most after", ShowTimeLimit(policy.max_duration())});
  table.Add({"ends without input after", ShowTimeLimit(policy.idle_timeout())});
  table.Write(context.streams.out);
}

void WriteNode(const Context& context, const client::v1::Node& node) {
  Table table({"NODE", Printable(node.node_id())});
  table.Add({"version", node.version()});
  table.Add({"boot id", node.boot_id()});
  table.Add({"started", ShowTime(node.start_time())});
  table.Add({"up for", ShowDuration(std::chrono::seconds(node.uptime().seconds()))});
  table.Add({"sessions", std::to_string(node.session_count()) + " of at most " +
                             std::to_string(node.limits().sessions())});
  table.Add({"token keys", std::to_string(node.store().token_key_count())});
  table.Add({"blocks", std::to_string(node.store().block_count())});
  table.Add({"store", ShortName(client::v1::StoreKind_Name(node.store().kind()), "STORE_KIND_") +
                          (node.store().durable() ? ", durable" : ", gone with the process")});
  const std::string until =
      node.has_drain_deadline() ? ", until " + ShowTime(node.drain_deadline()) : "";
  table.Add({"draining", node.draining() ? "yes" + until : "no"});
  table.Write(context.streams.out);
}

}  // namespace porthole::cli
