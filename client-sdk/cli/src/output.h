#pragma once

#include "context.h"
#include "table.h"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::cli {

// "2026-11-22 10:00:00Z"; "-" for none.
std::string ShowTime(const google::protobuf::Timestamp& time);

// How long ago, e.g. "5m12s".
std::string ShowAge(const google::protobuf::Timestamp& time);

// "831 B", "1.2 KB", "3.4 GB", in powers of 1000.
std::string ShowBytes(std::int64_t bytes);

// "SESSION_STATE_ACTIVE" without "SESSION_STATE_" as "active".
std::string ShortName(std::string_view name, std::string_view prefix);

// What a selector says: `console 5b1f…`, `all`.
std::string ShowSelector(const client::v1::SessionSelector& selector);

void WriteKeys(const Context& context, const std::vector<client::v1::TokenKey>& keys);
void WriteSessions(const Context& context, const std::vector<client::v1::Session>& sessions);
// One row of that table for each, at most `most` of them.
Table SessionTable(const std::vector<client::v1::Session>& sessions, std::size_t most);
void WriteBlocks(const Context& context, const std::vector<client::v1::Block>& blocks);
void WritePolicy(const Context& context, const client::v1::Session& session);
void WriteNode(const Context& context, const client::v1::Node& node);

}  // namespace porthole::cli
