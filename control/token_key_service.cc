#include "control/token_key_service.h"

#include "base/status.h"
#include "control/convert.h"
#include "control/field.h"
#include "control/revocation.h"
#include "token/cloudstack_material.h"

#include <memory>
#include <utility>
#include <vector>

namespace porthole::control {
namespace {

absl::Status CheckKeyId(const std::string& key_id) {
  if (!token::IsKeyId(key_id)) {
    return BadField("key_id", "must be 1 to 64 of A-Z a-z 0-9 . _ -");
  }
  return absl::OkStatus();
}

absl::StatusOr<token::TokenKey> ReadJweKey(const v1::JweKey& from) {
  if (from.material().size() != token::kTokenKeyBytes) {
    return BadField("jwe.material",
                    "must have exactly 32 bytes, not " + std::to_string(from.material().size()));
  }
  token::TokenKey key;
  key.material = Secret(from.material());
  return key;
}

absl::StatusOr<token::TokenKey> ReadCloudStackKey(const v1::CloudStackKey& from) {
  absl::StatusOr<Secret> material =
      token::JoinCloudStackMaterial(from.key(), from.iv(), from.hash_key());
  if (!material.ok()) {
    return Annotate(material.status(), "cloudstack");
  }
  token::TokenKey key;
  key.profile = token::KeyProfile::kCloudStack;
  key.material = *std::move(material);
  key.cloudstack.check_source_address = from.check_source_address();
  key.cloudstack.allow_legacy_cbc = from.allow_legacy_cbc();
  key.cloudstack.extra_origins.assign(from.extra_origins().begin(), from.extra_origins().end());
  return key;
}

absl::StatusOr<token::TokenKey> ReadMaterial(const v1::PutTokenKeyRequest& request) {
  switch (request.material_case()) {
    case v1::PutTokenKeyRequest::kJwe:
      return ReadJweKey(request.jwe());
    case v1::PutTokenKeyRequest::kCloudstack:
      return ReadCloudStackKey(request.cloudstack());
    case v1::PutTokenKeyRequest::MATERIAL_NOT_SET:
      break;
  }
  return BadField("material", "one of jwe and cloudstack must be set");
}

absl::StatusOr<token::TokenKey> ReadKey(const v1::PutTokenKeyRequest& request, WallTime now) {
  absl::Status id = CheckKeyId(request.key_id());
  if (!id.ok()) {
    return id;
  }
  absl::StatusOr<token::TokenKey> key = ReadMaterial(request);
  if (key.ok()) {
    key->id = request.key_id();
    key->created = now;
  }
  return key;
}

}  // namespace

TokenKeyService::TokenKeyService(const Surroundings& around,
                                 const CallBooks& books,
                                 std::function<void()> changed)
    : around_(around),
      books_(books),
      changed_(std::move(changed)),
      pages_("keys", around.node.boot_id) {}

grpc::ServerUnaryReactor* TokenKeyService::PutTokenKey(grpc::CallbackServerContext* context,
                                                       const v1::PutTokenKeyRequest* request,
                                                       v1::PutTokenKeyResponse* response) {
  Call call(books_, *context, "TokenKeyService/PutTokenKey");
  grpc::ServerUnaryReactor* const reactor = call.Reactor();
  absl::StatusOr<token::TokenKey> key = ReadKey(*request, around_.clock.Wall());
  if (!key.ok()) {
    call.Finish(key.status());
    return reactor;
  }
  call.Audit("key \"" + key->id + "\"");
  around_.durable_keys.Put(*std::move(key),
                           [this, id = request->key_id(), response,
                            moved = std::move(call)](const absl::Status& stored) mutable {
                             FinishPut(std::move(moved), id, *response, stored);
                           });
  return reactor;
}

void TokenKeyService::FinishPut(Call call,
                                const std::string& key_id,
                                v1::PutTokenKeyResponse& response,
                                const absl::Status& stored) const {
  changed_();
  if (stored.ok()) {
    const std::shared_ptr<const token::TokenKey> key = around_.keys.Find(key_id);
    if (key == nullptr) {
      call.Finish(Error(absl::StatusCode::kAborted, "the key was deleted by another call"));
      return;
    }
    *response.mutable_token_key() = ToProto(*key);
  }
  call.Finish(stored);
}

grpc::ServerUnaryReactor* TokenKeyService::ListTokenKeys(grpc::CallbackServerContext* context,
                                                         const v1::ListTokenKeysRequest* request,
                                                         v1::ListTokenKeysResponse* response) {
  Call call(books_, *context, "TokenKeyService/ListTokenKeys");
  grpc::ServerUnaryReactor* const reactor = call.Reactor();
  call.Finish(List(*request, *response));
  return reactor;
}

absl::Status TokenKeyService::List(const v1::ListTokenKeysRequest& request,
                                   v1::ListTokenKeysResponse& response) const {
  const absl::StatusOr<std::size_t> size = PageSize(request.page_size());
  if (!size.ok()) {
    return size.status();
  }
  const absl::StatusOr<std::string> after = pages_.Position(request.page_token());
  if (!after.ok()) {
    return after.status();
  }
  for (const std::shared_ptr<const token::TokenKey>& key : around_.keys.List()) {
    if (key->id <= *after) {
      continue;
    }
    if (static_cast<std::size_t>(response.token_keys_size()) == *size) {
      response.set_next_page_token(pages_.After(response.token_keys().rbegin()->key_id()));
      break;
    }
    *response.add_token_keys() = ToProto(*key);
  }
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* TokenKeyService::DeleteTokenKey(grpc::CallbackServerContext* context,
                                                          const v1::DeleteTokenKeyRequest* request,
                                                          v1::DeleteTokenKeyResponse* response) {
  Call call(books_, *context, "TokenKeyService/DeleteTokenKey");
  grpc::ServerUnaryReactor* const reactor = call.Reactor();
  for (const absl::Status& checked :
       {CheckKeyId(request->key_id()),
        CheckShownText("reason", request->reason(), kMaxReasonBytes)}) {
    if (!checked.ok()) {
      call.Finish(checked);
      return reactor;
    }
  }
  call.Audit("key \"" + request->key_id() + "\"" +
             (request->end_sessions() ? " and its sessions" : ""));
  around_.durable_keys.Delete(request->key_id(), [this, request, response, moved = std::move(call)](
                                                     const absl::Status& deleted) mutable {
    changed_();
    if (!deleted.ok() || !request->end_sessions()) {
      moved.Finish(deleted);
      return;
    }
    EndSessionsOf(std::move(moved), *request, *response);
  });
  return reactor;
}

void TokenKeyService::EndSessionsOf(Call call,
                                    const v1::DeleteTokenKeyRequest& request,
                                    v1::DeleteTokenKeyResponse& response) const {
  const Selector selector{.kind = SelectorKind::kKey, .value = request.key_id(), .addresses = {}};
  EndSessions(around_.sessions, selector, request.reason(),
              [&response, moved = std::move(call)](const Outcome& outcome) mutable {
                response.set_ended_count(static_cast<std::int32_t>(outcome.ended));
                response.mutable_ending_session_ids()->Assign(outcome.ending.begin(),
                                                              outcome.ending.end());
                moved.Finish(absl::OkStatus());
              });
}

}  // namespace porthole::control
