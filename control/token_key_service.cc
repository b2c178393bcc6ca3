#include "control/token_key_service.h"

#include "base/status.h"
#include "control/convert.h"
#include "control/field.h"
#include "control/revocation.h"

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

absl::StatusOr<token::TokenKey> ReadKey(const v1::PutTokenKeyRequest& request, WallTime now) {
  absl::Status id = CheckKeyId(request.key_id());
  if (!id.ok()) {
    return id;
  }
  if (request.has_cloudstack()) {
    return Error(absl::StatusCode::kUnimplemented,
                 "this version opens no tokens of CloudStack; put a key in the field jwe");
  }
  if (!request.has_jwe()) {
    return BadField("material", "one of jwe and cloudstack must be set");
  }
  const std::string& material = request.jwe().material();
  if (material.size() != token::kTokenKeyBytes) {
    return BadField("jwe.material",
                    "must have exactly 32 bytes, not " + std::to_string(material.size()));
  }
  return token::TokenKey{.id = request.key_id(),
                         .profile = token::KeyProfile::kJwe,
                         .material = Secret(material),
                         .created = now,
                         .not_after = std::nullopt};
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
