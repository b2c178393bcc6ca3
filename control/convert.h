#pragma once

#include "base/clock.h"
#include "base/end_reason.h"
#include "porthole/control/v1/block.pb.h"
#include "porthole/control/v1/end_reason.pb.h"
#include "porthole/control/v1/session.pb.h"
#include "porthole/control/v1/token_key_service.pb.h"
#include "session/record.h"
#include "state/block.h"
#include "token/token_key.h"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace porthole::control {

// The server's values as the control API's. Nothing here gives out a secret.

google::protobuf::Timestamp ToProto(WallTime time);
google::protobuf::Duration ToProto(std::chrono::nanoseconds duration);
v1::EndReason ToProto(EndReason reason);
v1::SessionState ToProto(session::State state);
v1::TokenKey ToProto(const token::TokenKey& key);
v1::Block ToProto(const state::Block& block);
v1::Session ToProto(const session::Snapshot& snapshot, const std::string& node_id);

// `text` as valid UTF-8 of at most `max_bytes`: what is none becomes U+FFFD, as protobuf's strings
// demand it.
std::string ValidText(std::string_view text, std::size_t max_bytes);

}  // namespace porthole::control
