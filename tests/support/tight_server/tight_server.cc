// A VNC server on LibVNCServer that offers the security type Tight beside its own, for the tests:
//
//     tight_server PORT [PASSWORD]
//
// Listens on loopback, shows a picture that stays as it is, and runs until it is ended.

#include <arpa/inet.h>
#include <rfb/rfb.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace {

constexpr int kWidth = 320;
constexpr int kHeight = 240;
constexpr int kPixelBytes = 4;

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    return EXIT_FAILURE;
  }
  std::vector<char> picture(std::size_t{kWidth} * kHeight * kPixelBytes, 'p');
  rfbScreenInfo* const screen = rfbGetScreen(nullptr, nullptr, kWidth, kHeight, 8, 3, kPixelBytes);
  screen->frameBuffer = picture.data();
  screen->desktopName = "tight";
  screen->port = static_cast<int>(std::strtol(argv[1], nullptr, 10));
  screen->listenInterface = htonl(INADDR_LOOPBACK);
  screen->alwaysShared = TRUE;
  std::array<char*, 2> passwords = {argc > 2 ? argv[2] : nullptr, nullptr};
  if (argc > 2) {
    screen->authPasswdData = static_cast<void*>(passwords.data());
    screen->passwordCheck = rfbCheckPasswordByList;
  }
  rfbRegisterTightVNCFileTransferExtension();
  rfbInitServer(screen);
  rfbRunEventLoop(screen, 100000, FALSE);
  return EXIT_SUCCESS;
}
