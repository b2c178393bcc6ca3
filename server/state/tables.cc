#include "state/tables.h"

#include "base/status.h"
#include "state/key_rules.h"
#include "state/key_wrap.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

namespace porthole::state {
namespace {

using std::chrono::nanoseconds;

constexpr std::string_view kKeyColumns = "id, profile, wrapped, created, not_after, rules";
constexpr std::string_view kBlockColumns =
    "id, kind, value, addresses, reason, creator, created, until, issued_until";

std::int64_t ToNumber(WallTime time) {
  return std::chrono::duration_cast<nanoseconds>(time.time_since_epoch()).count();
}

WallTime ToTime(std::int64_t number) {
  return WallTime(std::chrono::duration_cast<WallTime::duration>(nanoseconds(number)));
}

std::optional<std::int64_t> ToNumber(const std::optional<WallTime>& time) {
  return time.has_value() ? std::optional(ToNumber(*time)) : std::nullopt;
}

std::optional<WallTime> ToTime(std::optional<std::int64_t> number) {
  return number.has_value() ? std::optional(ToTime(*number)) : std::nullopt;
}

std::string_view BytesOf(const UsedTokens::Digest& digest) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes as bytes.
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

absl::Status Senseless(const std::string& what) {
  return Error(absl::StatusCode::kDataLoss, what + " makes no sense");
}

// The name that a key's material is wrapped under: whoever loosens its rules in the database loses
// the key. An id has no space in it.
std::string WrappedName(const std::string& id, const std::string& rules) {
  return rules.empty() ? id : id + " " + rules;
}

absl::StatusOr<Block> BlockOfRow(const Statement& row) {
  Block block;
  block.id = row.Text(0);
  const std::int64_t kind = row.Number(1);
  if (kind < 0 || kind >= kSelectorKindCount) {
    return Senseless("the block \"" + block.id + "\"");
  }
  block.selector.kind = static_cast<SelectorKind>(kind);
  block.selector.value = row.Text(2);
  if (block.selector.kind == SelectorKind::kClientAddress) {
    const absl::StatusOr<IpPrefix> addresses = IpPrefix::Parse(row.Text(3));
    if (!addresses.ok()) {
      return Senseless("the block \"" + block.id + "\"");
    }
    block.selector.addresses = *addresses;
  }
  block.reason = row.Text(4);
  block.creator = row.Text(5);
  block.created = ToTime(row.Number(6));
  block.until = ToTime(row.Number(7));
  block.issued_until = ToTime(row.MaybeNumber(8));
  return block;
}

// Gives every row of `query` to `take`, which may stop it with an error.
template <typename Take>
absl::Status ForEachRow(Database& database, const std::string& query, const Take& take) {
  absl::StatusOr<Statement> rows = database.Prepare(query);
  if (!rows.ok()) {
    return rows.status();
  }
  for (;;) {
    const absl::StatusOr<bool> row = rows->Step();
    if (!row.ok() || !*row) {
      return row.status();
    }
    if (absl::Status taken = take(*rows); !taken.ok()) {
      return taken;
    }
  }
}

}  // namespace

absl::StatusOr<Tables> Tables::Prepare(Database& database, Secret key) {
  Tables tables(database, std::move(key));
  const std::string key_columns(kKeyColumns);
  const std::string block_columns(kBlockColumns);
  const std::array<std::pair<Statement*, std::string>, 10> statements = {{
      {&tables.find_key_, "SELECT " + key_columns + " FROM token_key WHERE id = ?1"},
      {&tables.put_key_,
       "INSERT INTO token_key (" + key_columns + ") VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
      {&tables.delete_key_, "DELETE FROM token_key WHERE id = ?1"},
      {&tables.find_block_, "SELECT 1 FROM block WHERE id = ?1"},
      {&tables.put_block_, "INSERT OR REPLACE INTO block (" + block_columns +
                               ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"},
      {&tables.delete_block_, "DELETE FROM block WHERE id = ?1"},
      {&tables.expire_blocks_, "DELETE FROM block WHERE until <= ?1"},
      // One that may be forgotten may still be there.
      {&tables.put_used_, "INSERT OR REPLACE INTO used_token (digest, until) VALUES (?1, ?2)"},
      {&tables.prune_,
       "DELETE FROM used_token WHERE digest IN "
       "(SELECT digest FROM used_token WHERE until <= ?1 ORDER BY until LIMIT ?2)"},
      {&tables.probe_, "INSERT OR REPLACE INTO fact (name, value) VALUES ('probe', x'00')"},
  }};
  for (const auto& [statement, sql] : statements) {
    absl::StatusOr<Statement> prepared = database.Prepare(sql);
    if (!prepared.ok()) {
      return prepared.status();
    }
    *statement = *std::move(prepared);
  }
  return tables;
}

absl::StatusOr<Tables::Verdict> Tables::Put(const token::TokenKey& key) {
  const absl::StatusOr<bool> found = find_key_.BindText(1, key.id).Step();
  if (!found.ok()) {
    return found.status();
  }
  if (*found) {
    const absl::StatusOr<token::TokenKey> there = KeyOfRow(find_key_);
    find_key_.Reset();
    if (!there.ok()) {
      return there.status();
    }
    return Verdict{SameMaterial(*there, key)
                       ? absl::OkStatus()
                       : Error(absl::StatusCode::kAlreadyExists,
                               "token key \"" + key.id + "\" exists with other material or rules")};
  }
  const absl::StatusOr<std::int64_t> count = database_->Number("SELECT count(*) FROM token_key");
  if (!count.ok()) {
    return count.status();
  }
  if (*count >= static_cast<std::int64_t>(token::kMaxTokenKeys)) {
    return Verdict{
        Error(absl::StatusCode::kResourceExhausted, "the store holds 1024 token keys already")};
  }
  const absl::StatusOr<bool> room = HasRoomFor(key);
  if (!room.ok()) {
    return room.status();
  }
  return *room ? Inserted(key)
               : Verdict{Error(absl::StatusCode::kResourceExhausted, token::kNoMoreCloudStackKeys)};
}

absl::StatusOr<bool> Tables::HasRoomFor(const token::TokenKey& key) {
  if (key.profile != token::KeyProfile::kCloudStack) {
    return true;
  }
  const absl::StatusOr<std::int64_t> count =
      database_->Number("SELECT count(*) FROM token_key WHERE profile = " +
                        std::to_string(static_cast<int>(token::KeyProfile::kCloudStack)));
  if (!count.ok()) {
    return count.status();
  }
  return *count < static_cast<std::int64_t>(token::kMaxCloudStackKeys);
}

absl::StatusOr<Tables::Verdict> Tables::Inserted(const token::TokenKey& key) {
  const std::string rules = TextOf(key.cloudstack);
  const std::string wrapped = Wrap(key_, WrappedName(key.id, rules), key.material.Reveal());
  put_key_.BindText(1, key.id)
      .Bind(2, static_cast<std::int64_t>(key.profile))
      .BindBlob(3, wrapped)
      .Bind(4, ToNumber(key.created))
      .Bind(5, ToNumber(key.not_after))
      .BindText(6, rules);
  if (absl::Status put = put_key_.Run(); !put.ok()) {
    return put;
  }
  return Verdict{};
}

absl::Status Tables::DeleteTokenKey(const std::string& id) {
  return delete_key_.BindText(1, id).Run();
}

absl::StatusOr<Tables::Verdict> Tables::Put(const Block& block) {
  const absl::StatusOr<bool> exists = Exists(block);
  if (!exists.ok()) {
    return exists.status();
  }
  absl::StatusOr<std::size_t> count = CountBlocks();
  if (count.ok() && !*exists && *count >= kMaxBlocks) {
    if (absl::Status expired = DeleteExpiredBlocks(block.created); !expired.ok()) {
      return expired;
    }
    count = CountBlocks();
  }
  if (!count.ok()) {
    return count.status();
  }
  if (!*exists && *count >= kMaxBlocks) {
    return Verdict{
        Error(absl::StatusCode::kResourceExhausted, "the store holds 100000 blocks already")};
  }
  if (absl::Status written = Write(block); !written.ok()) {
    return written;
  }
  block_count_ = *count + (*exists ? 0 : 1);
  return Verdict{};
}

absl::StatusOr<bool> Tables::Exists(const Block& block) {
  absl::StatusOr<bool> found = find_block_.BindText(1, block.id).Step();
  find_block_.Reset();
  return found;
}

absl::Status Tables::Write(const Block& block) {
  const bool by_address = block.selector.kind == SelectorKind::kClientAddress;
  const std::string addresses = by_address ? block.selector.addresses.ToString() : std::string();
  put_block_.BindText(1, block.id)
      .Bind(2, static_cast<std::int64_t>(block.selector.kind))
      .BindText(3, block.selector.value)
      .BindText(4, addresses)
      .BindText(5, block.reason)
      .BindText(6, block.creator)
      .Bind(7, ToNumber(block.created))
      .Bind(8, ToNumber(block.until))
      .Bind(9, ToNumber(block.issued_until));
  return put_block_.Run();
}

absl::Status Tables::DeleteExpiredBlocks(WallTime now) {
  block_count_.reset();
  return expire_blocks_.Bind(1, ToNumber(now)).Run();
}

absl::Status Tables::DeleteBlock(const std::string& id) {
  absl::Status deleted = delete_block_.BindText(1, id).Run();
  if (deleted.ok() && block_count_.has_value()) {
    *block_count_ -= static_cast<std::size_t>(database_->Changes());
  }
  return deleted;
}

absl::Status Tables::PutUsed(const UsedTokens::Digest& digest, WallTime until) {
  return put_used_.BindBlob(1, BytesOf(digest)).Bind(2, ToNumber(until)).Run();
}

absl::Status Tables::Prune(WallTime now, std::size_t most) {
  return prune_.Bind(1, ToNumber(now)).Bind(2, static_cast<std::int64_t>(most)).Run();
}

absl::StatusOr<Remembered> Tables::ReadAll() {
  Remembered all;
  absl::Status keys =
      ForEachRow(*database_, "SELECT " + std::string(kKeyColumns) + " FROM token_key ORDER BY id",
                 [&](const Statement& row) -> absl::Status {
                   absl::StatusOr<token::TokenKey> key = KeyOfRow(row);
                   if (!key.ok()) {
                     return key.status();
                   }
                   all.keys.push_back(*std::move(key));
                   return absl::OkStatus();
                 });
  if (!keys.ok()) {
    return keys;
  }
  absl::Status blocks =
      ForEachRow(*database_, "SELECT " + std::string(kBlockColumns) + " FROM block ORDER BY id",
                 [&](const Statement& row) -> absl::Status {
                   absl::StatusOr<Block> block = BlockOfRow(row);
                   if (!block.ok()) {
                     return block.status();
                   }
                   all.blocks.push_back(*std::move(block));
                   return absl::OkStatus();
                 });
  if (!blocks.ok()) {
    return blocks;
  }
  return all;
}

absl::Status Tables::ReadUsed(UsedTokens& used) {
  return ForEachRow(*database_, "SELECT digest, until FROM used_token",
                    [&](const Statement& row) -> absl::Status {
                      const std::string bytes = row.Text(0);
                      UsedTokens::Digest digest{};
                      if (bytes.size() != digest.size()) {
                        return Senseless("a used token");
                      }
                      std::ranges::copy(bytes, digest.begin());
                      used.Restore(digest, ToTime(row.Number(1)));
                      return absl::OkStatus();
                    });
}

absl::Status Tables::Probe() {
  return probe_.Run();
}

absl::StatusOr<token::TokenKey> Tables::KeyOfRow(const Statement& row) const {
  const std::string id = row.Text(0);
  absl::StatusOr<Secret> material = Unwrap(key_, WrappedName(id, row.Text(5)), row.Text(2));
  if (!material.ok()) {
    return Annotate(material.status(), "the token key \"" + id + "\"");
  }
  const std::int64_t profile = row.Number(1);
  std::optional<token::CloudStackRules> rules = RulesOf(row.Text(5));
  if (profile < 0 || profile > static_cast<std::int64_t>(token::KeyProfile::kCloudStack) ||
      !rules.has_value()) {
    return Senseless("the token key \"" + id + "\"");
  }
  return token::TokenKey{.id = id,
                         .profile = static_cast<token::KeyProfile>(profile),
                         .material = *std::move(material),
                         .created = ToTime(row.Number(3)),
                         .not_after = ToTime(row.MaybeNumber(4)),
                         .cloudstack = *std::move(rules)};
}

absl::StatusOr<std::size_t> Tables::CountBlocks() {
  if (!block_count_.has_value()) {
    const absl::StatusOr<std::int64_t> count = database_->Number("SELECT count(*) FROM block");
    if (!count.ok()) {
      return count.status();
    }
    block_count_ = static_cast<std::size_t>(*count);
  }
  return *block_count_;
}

}  // namespace porthole::state
