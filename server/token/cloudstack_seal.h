#pragma once

#include "base/clock.h"
#include "base/secret.h"
#include "token/token_key.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace porthole::token {

// The cryptography of CloudStack's console tokens (ConsoleProxyPasswordBasedEncryptor, and
// genAccessTicket of ConsoleAccessManagerImpl). All keys are of the profile kCloudStack.

// The payload of a token since 4.18.1: AES-256-GCM with SHA-256(key), the "IV" as associated data,
// `blob` = nonce (12 bytes), ciphertext, tag (16 bytes). Nothing unless it was sealed with `key`.
std::optional<Secret> OpenCloudStackGcm(std::span<const std::uint8_t> blob, const TokenKey& key);

// The payload of a token before that: AES-128-CBC with the key and the IV themselves and PKCS #7
// padding. Nothing where the padding is wrong; nothing else is proven.
std::optional<Secret> OpenCloudStackCbc(std::span<const std::uint8_t> blob, const TokenKey& key);

enum class TicketHash : std::uint8_t { kSha512, kSha1 };

// Base64 of the HMAC over `facts` and the minute, counted from 1970.
std::string CloudStackTicket(std::string_view facts,
                             std::int64_t minute,
                             const TokenKey& key,
                             TicketHash hash);

// Compares in constant time, the lengths included.
bool SameText(std::string_view one, std::string_view other);

}  // namespace porthole::token
