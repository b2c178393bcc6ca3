#include "porthole/client/client.h"

#include "status.h"

#include <google/protobuf/util/time_util.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <string>
#include <utility>

namespace porthole::client {
namespace {

constexpr int kPageSize = 1000;

// Fetches page after page. `fetch` makes one call; `take` moves a page's items to the result.
template <typename Item, typename Request, typename Fetch, typename Take>
absl::StatusOr<std::vector<Item>> Collect(Request request, Fetch fetch, Take take) {
  std::vector<Item> items;
  request.set_page_size(kPageSize);
  while (true) {
    auto page = fetch(std::as_const(request));
    if (!page.ok()) {
      return page.status();
    }
    auto* const fresh = take(*page);
    std::move(fresh->begin(), fresh->end(), std::back_inserter(items));
    if (page->next_page_token().empty()) {
      return items;
    }
    if (page->next_page_token() == request.page_token()) {
      return internal::Error(absl::StatusCode::kInternal,
                             "the node answered with the same page token again");
    }
    request.set_page_token(page->next_page_token());
  }
}

template <typename Response>
absl::StatusOr<v1::Node> NodeOf(absl::StatusOr<Response> response) {
  if (!response.ok()) {
    return response.status();
  }
  return std::move(*response->mutable_node());
}

}  // namespace

absl::StatusOr<v1::TokenKey> Client::PutTokenKey(const std::string& key_id,
                                                 const KeyMaterial& material) {
  v1::PutTokenKeyRequest request;
  request.set_key_id(key_id);
  request.mutable_jwe()->set_material(material.Bytes().data(), material.Bytes().size());
  absl::StatusOr<v1::PutTokenKeyResponse> response = connection_->PutTokenKey(request);
  std::string& copy = *request.mutable_jwe()->mutable_material();
  OPENSSL_cleanse(copy.data(), copy.size());
  if (!response.ok()) {
    return response.status();
  }
  return std::move(*response->mutable_token_key());
}

absl::StatusOr<v1::TokenKey> Client::PutTokenKey(const std::string& key_id,
                                                 const CloudStackKey& key,
                                                 const CloudStackRules& rules) {
  v1::PutTokenKeyRequest request;
  request.set_key_id(key_id);
  v1::CloudStackKey& sent = *request.mutable_cloudstack();
  sent.set_key(key.Key());
  sent.set_iv(key.Iv());
  sent.set_hash_key(key.HashKey());
  sent.set_check_source_address(rules.check_source_address);
  sent.set_allow_legacy_cbc(rules.allow_legacy_cbc);
  sent.mutable_extra_origins()->Assign(rules.extra_origins.begin(), rules.extra_origins.end());
  absl::StatusOr<v1::PutTokenKeyResponse> response = connection_->PutTokenKey(request);
  for (std::string* const copy : {sent.mutable_key(), sent.mutable_iv(), sent.mutable_hash_key()}) {
    OPENSSL_cleanse(copy->data(), copy->size());
  }
  if (!response.ok()) {
    return response.status();
  }
  return std::move(*response->mutable_token_key());
}

absl::StatusOr<std::vector<v1::TokenKey>> Client::ListTokenKeys() {
  return Collect<v1::TokenKey>(
      v1::ListTokenKeysRequest(),
      [&](const auto& request) { return connection_->ListTokenKeys(request); },
      [](auto& page) { return page.mutable_token_keys(); });
}

absl::StatusOr<v1::DeleteTokenKeyResponse> Client::DeleteTokenKey(
    const v1::DeleteTokenKeyRequest& request) {
  return connection_->DeleteTokenKey(request);
}

absl::StatusOr<std::vector<v1::Session>> Client::ListSessions(const v1::SessionFilter& filter) {
  v1::ListSessionsRequest first;
  *first.mutable_filter() = filter;
  return Collect<v1::Session>(
      std::move(first), [&](const auto& request) { return connection_->ListSessions(request); },
      [](auto& page) { return page.mutable_sessions(); });
}

absl::StatusOr<v1::Session> Client::GetSession(const std::string& session_id) {
  v1::GetSessionRequest request;
  request.set_session_id(session_id);
  absl::StatusOr<v1::GetSessionResponse> response = connection_->GetSession(request);
  if (!response.ok()) {
    return response.status();
  }
  return std::move(*response->mutable_session());
}

absl::StatusOr<v1::RevokeSessionsResponse> Client::RevokeSessions(
    const v1::RevokeSessionsRequest& request) {
  return connection_->RevokeSessions(request);
}

absl::StatusOr<v1::Session> Client::UpdateSession(const v1::UpdateSessionRequest& request) {
  absl::StatusOr<v1::UpdateSessionResponse> response = connection_->UpdateSession(request);
  if (!response.ok()) {
    return response.status();
  }
  return std::move(*response->mutable_session());
}

absl::StatusOr<v1::AnnounceToSessionsResponse> Client::AnnounceToSessions(
    const v1::AnnounceToSessionsRequest& request) {
  return connection_->AnnounceToSessions(request);
}

std::unique_ptr<SessionStream> Client::WatchSessions(const v1::WatchSessionsRequest& request) {
  return connection_->WatchSessions(request);
}

absl::StatusOr<std::vector<v1::Block>> Client::ListBlocks() {
  return Collect<v1::Block>(
      v1::ListBlocksRequest(),
      [&](const auto& request) { return connection_->ListBlocks(request); },
      [](auto& page) { return page.mutable_blocks(); });
}

absl::Status Client::LiftBlock(const std::string& block_id) {
  v1::LiftBlockRequest request;
  request.set_block_id(block_id);
  return connection_->LiftBlock(request).status();
}

absl::StatusOr<v1::Node> Client::GetNode() {
  return NodeOf(connection_->GetNode(v1::GetNodeRequest()));
}

absl::StatusOr<v1::Node> Client::Drain(std::chrono::milliseconds deadline,
                                       const std::string& reason) {
  v1::DrainRequest request;
  *request.mutable_deadline() =
      google::protobuf::util::TimeUtil::MillisecondsToDuration(deadline.count());
  request.set_reason(reason);
  return NodeOf(connection_->Drain(request));
}

absl::StatusOr<v1::Node> Client::Resume() {
  return NodeOf(connection_->Resume(v1::ResumeRequest()));
}

}  // namespace porthole::client
