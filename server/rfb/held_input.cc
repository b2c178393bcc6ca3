#include "rfb/held_input.h"

#include "base/byte_order.h"
#include "rfb/message_length.h"

#include <algorithm>

namespace porthole::rfb {

void HeldInput::NoteKey(std::span<const std::uint8_t> key_event) {
  Note({.keysym = LoadU32(key_event.subspan(4)), .keycode = 0, .qemu = false}, key_event[1] != 0);
}

void HeldInput::NoteQemuKey(std::span<const std::uint8_t> qemu_key_event) {
  Note({.keysym = LoadU32(qemu_key_event.subspan(4)),
        .keycode = LoadU32(qemu_key_event.subspan(8)),
        .qemu = true},
       LoadU16(qemu_key_event.subspan(2)) != 0);
}

void HeldInput::NotePointer(std::span<const std::uint8_t> pointer_event) {
  pointed_ = true;
  std::ranges::copy(pointer_event.subspan(2, position_.size()), position_.begin());
}

void HeldInput::Note(const Key& key, bool down) {
  // QEMU's name the key by its code: Shift may have changed the keysym since it went down.
  const auto same = [&key](const Key& held) {
    return held.qemu == key.qemu &&
           (key.qemu ? held.keycode == key.keycode : held.keysym == key.keysym);
  };
  const auto found = std::ranges::find_if(keys_, same);
  if (!down) {
    if (found != keys_.end()) {
      keys_.erase(found);
    }
  } else if (found == keys_.end()) {
    if (keys_.size() == kMaxKeys) {
      overflowed_ = true;
      return;
    }
    keys_.push_back(key);
  }
}

void HeldInput::Release(std::vector<std::uint8_t>& out) {
  const auto put_u32 = [&out](std::uint32_t value) {
    std::array<std::uint8_t, 4> bytes{};
    StoreU32(value, bytes);
    out.insert(out.end(), bytes.begin(), bytes.end());
  };
  for (const Key& key : keys_) {
    // Down is 0 in both: one byte of it here, two there.
    out.insert(out.end(), {key.qemu ? std::uint8_t{kQemu} : std::uint8_t{kKeyEvent}, 0, 0, 0});
    put_u32(key.keysym);
    if (key.qemu) {
      put_u32(key.keycode);
    }
  }
  keys_.clear();
  if (pointed_) {
    out.insert(out.end(), {kPointerEvent, 0});
    out.insert(out.end(), position_.begin(), position_.end());
  }
}

}  // namespace porthole::rfb
