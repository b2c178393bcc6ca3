#pragma once

#include <nettle/aes.h>
#include <nettle/eax.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

namespace porthole::rfb {

// One direction of RA2's messages (rfbproto, "RSA-AES Security Type"): a U16 length, that many
// encrypted bytes, a tag of 16. AES in EAX mode; the length is authenticated, too; the nonce is the
// number of the message, 128 bits, little-endian, from 0.
class EaxMessages {
 public:
  static constexpr std::size_t kHeadBytes = 2;
  static constexpr std::size_t kTagBytes = EAX_DIGEST_SIZE;
  // What TigerVNC and Neat VNC take at most in one message, though the length could say 65,535.
  static constexpr std::size_t kMaxSentBytes = 8192;

  // `key`: 16 or 32 bytes.
  explicit EaxMessages(std::span<const std::uint8_t> key);
  EaxMessages(const EaxMessages&) = delete;
  EaxMessages& operator=(const EaxMessages&) = delete;
  ~EaxMessages();

  // The next message, with at most kMaxSentBytes of `text` in it.
  std::vector<std::uint8_t> Seal(std::span<const std::uint8_t> text);

  // Decrypts the next message, of which `head` came first, in its place; `rest` is its ciphertext
  // and tag. False when somebody else made or changed it: nothing in `rest` may be used then.
  bool Open(std::span<const std::uint8_t, kHeadBytes> head, std::span<std::uint8_t> rest);

 private:
  // Begins a message: the nonce is used up, the head taken into the tag.
  void Begin(std::span<const std::uint8_t> head);
  const void* Cipher() const;

  std::variant<aes128_ctx, aes256_ctx> aes_;
  nettle_cipher_func* encrypt_ = nullptr;
  eax_key key_{};
  eax_ctx message_{};
  std::array<std::uint8_t, EAX_IV_SIZE> counter_{};
};

}  // namespace porthole::rfb
