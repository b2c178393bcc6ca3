#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace porthole::rfb {

// What a viewer holds down on its host: keys, and a pointer's buttons. Bounded; takes no
// memory before the first key.
class HeldInput {
 public:
  // More keys than anyone has fingers.
  static constexpr std::size_t kMaxKeys = 32;

  // Note complete messages that go to the host.
  void NoteKey(std::span<const std::uint8_t> key_event);
  void NoteQemuKey(std::span<const std::uint8_t> qemu_key_event);
  void NotePointer(std::span<const std::uint8_t> pointer_event);

  // Whether more keys were held at once than are remembered: they cannot all be let go.
  bool Overflowed() const { return overflowed_; }

  // Appends the messages that let go of everything, in the order in which it was pressed, and a
  // PointerEvent with mask 0 where the pointer is; none where there never was a pointer, as that
  // would move it. Nothing is held afterwards.
  void Release(std::vector<std::uint8_t>& out);

 private:
  struct Key {
    std::uint32_t keysym = 0;
    std::uint32_t keycode = 0;  // QEMU's
    bool qemu = false;
  };

  void Note(const Key& key, bool down);

  std::vector<Key> keys_;  // at most kMaxKeys, as they were pressed
  bool overflowed_ = false;
  bool pointed_ = false;
  std::array<std::uint8_t, 4> position_{};  // as the last PointerEvent had it
};

}  // namespace porthole::rfb
