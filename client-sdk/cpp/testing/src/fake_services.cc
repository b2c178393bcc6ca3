#include "fake_services.h"

#include "matching.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <charconv>

namespace porthole::client_testing {
namespace {

using google::protobuf::util::TimeUtil;

grpc::Status NoSuch(const std::string& what) {
  return {grpc::StatusCode::NOT_FOUND, "no such " + what};
}

grpc::Status NoSelector() {
  return {grpc::StatusCode::INVALID_ARGUMENT, "selector: required"};
}

// One page of `all`. A page token is the number of items before the page.
template <typename Item, typename Request, typename Response, typename Field>
void WritePage(const std::vector<Item>& all,
               const Request& request,
               Response& response,
               Field field) {
  std::size_t begin = 0;
  const std::string& token = request.page_token();
  std::from_chars(token.data(), token.data() + token.size(), begin);
  begin = std::min(begin, all.size());
  const int size = request.page_size() <= 0 ? 100 : std::min(request.page_size(), 1000);
  const std::size_t end = std::min(all.size(), begin + static_cast<std::size_t>(size));
  for (std::size_t i = begin; i < end; ++i) {
    *field(response)->Add() = all[i];
  }
  if (end < all.size()) {
    response.set_next_page_token(std::to_string(end));
  }
}

std::int32_t EndAll(FakeState& state, const FakeState::Matches& matches) {
  std::int32_t ended = 0;
  for (const v1::Session& session : state.Sessions(matches)) {
    ended += state.End(session.session_id(), v1::END_REASON_REVOKED) ? 1 : 0;
  }
  return ended;
}

}  // namespace

grpc::Status FakeTokenKeyService::PutTokenKey(grpc::ServerContext* /*call*/,
                                              const v1::PutTokenKeyRequest* request,
                                              v1::PutTokenKeyResponse* response) {
  const grpc::Status failed = state_.Begin("PutTokenKey", *request);
  return failed.ok() ? state_.PutKey(*request, *response->mutable_token_key()) : failed;
}

grpc::Status FakeTokenKeyService::ListTokenKeys(grpc::ServerContext* /*call*/,
                                                const v1::ListTokenKeysRequest* request,
                                                v1::ListTokenKeysResponse* response) {
  grpc::Status failed = state_.Begin("ListTokenKeys", *request);
  WritePage(state_.Keys(), *request, *response,
            [](auto& page) { return page.mutable_token_keys(); });
  return failed;
}

grpc::Status FakeTokenKeyService::DeleteTokenKey(grpc::ServerContext* /*call*/,
                                                 const v1::DeleteTokenKeyRequest* request,
                                                 v1::DeleteTokenKeyResponse* response) {
  grpc::Status failed = state_.Begin("DeleteTokenKey", *request);
  if (!failed.ok()) {
    return failed;
  }
  if (!state_.DeleteKey(request->key_id())) {
    return NoSuch("token key");
  }
  if (request->end_sessions()) {
    v1::SessionSelector selector;
    selector.set_key_id(request->key_id());
    response->set_ended_count(EndAll(state_, MatchesOf(selector)));
  }
  return grpc::Status::OK;
}

grpc::Status FakeSessionService::ListSessions(grpc::ServerContext* /*call*/,
                                              const v1::ListSessionsRequest* request,
                                              v1::ListSessionsResponse* response) {
  grpc::Status failed = state_.Begin("ListSessions", *request);
  WritePage(state_.Sessions(MatchesOf(request->filter())), *request, *response,
            [](auto& page) { return page.mutable_sessions(); });
  return failed;
}

grpc::Status FakeSessionService::GetSession(grpc::ServerContext* /*call*/,
                                            const v1::GetSessionRequest* request,
                                            v1::GetSessionResponse* response) {
  grpc::Status failed = state_.Begin("GetSession", *request);
  if (!failed.ok()) {
    return failed;
  }
  v1::SessionSelector selector;
  selector.set_session_id(request->session_id());
  const std::vector<v1::Session> found = state_.Sessions(MatchesOf(selector));
  if (found.empty()) {
    return NoSuch("session");
  }
  *response->mutable_session() = found.front();
  return grpc::Status::OK;
}

grpc::Status FakeSessionService::WatchSessions(
    grpc::ServerContext* call,
    const v1::WatchSessionsRequest* request,
    grpc::ServerWriter<v1::WatchSessionsResponse>* writer) {
  grpc::Status ended = state_.Begin("WatchSessions", *request);
  FakeState::Watch watch;
  std::vector<FakeState::Event> first;
  if (ended.ok()) {
    ended = state_.BeginWatch(*request, watch, first);
  }
  if (!ended.ok()) {
    return ended;
  }
  const FakeState::Matches matches = MatchesOf(request->filter());
  const auto write = [&](const FakeState::Event& event) {
    return (event.has_session() && !matches(event.session())) || writer->Write(event);
  };
  // As a node does: one that resumes may have nothing else to say for long.
  writer->SendInitialMetadata();
  bool connected = std::ranges::all_of(first, write);
  while (connected && ended.ok() && !call->IsCancelled()) {
    const std::optional<FakeState::Event> event = state_.NextEvent(watch, ended);
    connected = !event.has_value() || write(*event);
  }
  state_.LeaveWatch();
  return ended;
}

grpc::Status FakeSessionService::RevokeSessions(grpc::ServerContext* /*call*/,
                                                const v1::RevokeSessionsRequest* request,
                                                v1::RevokeSessionsResponse* response) {
  grpc::Status failed = state_.Begin("RevokeSessions", *request);
  if (!failed.ok()) {
    return failed;
  }
  if (request->selector().selector_case() == v1::SessionSelector::SELECTOR_NOT_SET) {
    return NoSelector();
  }
  if (!request->selector().has_session_id()) {
    *response->mutable_block() = state_.AddBlock(*request);
  }
  response->set_ended_count(EndAll(state_, MatchesOf(request->selector())));
  return grpc::Status::OK;
}

grpc::Status FakeSessionService::ListBlocks(grpc::ServerContext* /*call*/,
                                            const v1::ListBlocksRequest* request,
                                            v1::ListBlocksResponse* response) {
  grpc::Status failed = state_.Begin("ListBlocks", *request);
  WritePage(state_.Blocks(), *request, *response, [](auto& page) { return page.mutable_blocks(); });
  return failed;
}

grpc::Status FakeSessionService::LiftBlock(grpc::ServerContext* /*call*/,
                                           const v1::LiftBlockRequest* request,
                                           v1::LiftBlockResponse* /*response*/) {
  grpc::Status failed = state_.Begin("LiftBlock", *request);
  if (!failed.ok()) {
    return failed;
  }
  return state_.LiftBlock(request->block_id()) ? grpc::Status::OK : NoSuch("block");
}

grpc::Status FakeSessionService::UpdateSession(grpc::ServerContext* /*call*/,
                                               const v1::UpdateSessionRequest* request,
                                               v1::UpdateSessionResponse* response) {
  const grpc::Status failed = state_.Begin("UpdateSession", *request);
  return failed.ok() ? state_.Update(*request, *response->mutable_session()) : failed;
}

grpc::Status FakeSessionService::AnnounceToSessions(grpc::ServerContext* /*call*/,
                                                    const v1::AnnounceToSessionsRequest* request,
                                                    v1::AnnounceToSessionsResponse* response) {
  grpc::Status failed = state_.Begin("AnnounceToSessions", *request);
  if (!failed.ok()) {
    return failed;
  }
  if (request->selector().selector_case() == v1::SessionSelector::SELECTOR_NOT_SET) {
    return NoSelector();
  }
  const auto reached = state_.Sessions(MatchesOf(request->selector()));
  response->set_sent_count(static_cast<std::int32_t>(reached.size()));
  return grpc::Status::OK;
}

grpc::Status FakeNodeService::GetNode(grpc::ServerContext* /*call*/,
                                      const v1::GetNodeRequest* request,
                                      v1::GetNodeResponse* response) {
  grpc::Status failed = state_.Begin("GetNode", *request);
  *response->mutable_node() = state_.Node();
  return failed;
}

grpc::Status FakeNodeService::Drain(grpc::ServerContext* /*call*/,
                                    const v1::DrainRequest* request,
                                    v1::DrainResponse* response) {
  grpc::Status failed = state_.Begin("Drain", *request);
  if (!failed.ok()) {
    return failed;
  }
  state_.SetDraining(TimeUtil::GetCurrentTime() + request->deadline());
  *response->mutable_node() = state_.Node();
  return grpc::Status::OK;
}

grpc::Status FakeNodeService::Resume(grpc::ServerContext* /*call*/,
                                     const v1::ResumeRequest* request,
                                     v1::ResumeResponse* response) {
  grpc::Status failed = state_.Begin("Resume", *request);
  if (!failed.ok()) {
    return failed;
  }
  state_.SetDraining(std::nullopt);
  *response->mutable_node() = state_.Node();
  return grpc::Status::OK;
}

}  // namespace porthole::client_testing
