#pragma once

namespace porthole::rfb {

// What a viewer may not do.
struct Restrictions {
  bool view_only = false;              // passes only what asks for pictures
  bool clipboard_to_console = true;    // false: text of the viewer's clipboard stays here
  bool clipboard_from_console = true;  // false: text of the host's clipboard stays here

  bool Any() const { return view_only || !clipboard_to_console || !clipboard_from_console; }
  friend bool operator==(const Restrictions&, const Restrictions&) = default;
};

}  // namespace porthole::rfb
