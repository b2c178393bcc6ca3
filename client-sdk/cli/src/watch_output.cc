#include "watch_output.h"

#include "output.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <unistd.h>

namespace porthole::cli {
namespace {

// What waiting does not mend.
bool IsCallersFault(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kUnimplemented:
      return true;
    default:
      return false;
  }
}

std::string JsonOf(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions how;
  how.preserve_proto_field_names = true;
  how.always_print_primitive_fields = true;
  std::string text;
  return google::protobuf::util::MessageToJsonString(message, &text, how).ok() ? text : "null";
}

class JsonLines final : public WatchOutput {
 public:
  explicit JsonLines(const Context& context) : out_(context.streams.out) {}

  void OnOpened(const client::v1::Session& session) override { Write("opened", session); }
  void OnChanged(const client::v1::Session& session) override { Write("changed", session); }
  void OnEnded(const client::v1::Session& session) override { Write("ended", session); }
  void OnSynced() override {
    out_ << R"({"type":"synced"})" << std::endl;  // NOLINT(performance-avoid-endl)
    WatchOutput::OnSynced();
  }
  void OnLost(const absl::Status& why) override {
    google::protobuf::Value text;
    text.set_string_value(std::string(why.message()));
    out_ << R"({"type":"lost","error":)" << JsonOf(text) << "}"
         << std::endl;  // NOLINT(performance-avoid-endl)
    WatchOutput::OnLost(why);
  }

 private:
  // A reader that does not keep up holds up the watch, and the node then drops it: nothing piles up
  // here, and the next view says what was missed.
  void Write(const char* type, const client::v1::Session& session) {
    out_ << R"({"type":")" << type << R"(","session":)" << JsonOf(session) << "}"
         << std::endl;  // NOLINT(performance-avoid-endl): somebody waits for the line.
  }

  std::ostream& out_;
};

class LiveTable final : public WatchOutput {
 public:
  explicit LiveTable(const Context& context) : context_(context) {}

 private:
  // Above the table: how many, and whether it is so now; below it: that there are more.
  static constexpr std::size_t kOtherLines = 4;

  void Draw(const client::SessionWatcher& watcher) override {
    const std::vector<client::v1::Session> sessions = watcher.Sessions();
    const absl::Status current = watcher.Current();
    std::ostringstream text;
    text << sessions.size() << " sessions"
         << (current.ok() ? std::string()
                          : ", as they were: " + Printable(std::string(current.message())))
         << "\n\n";
    const std::size_t most = Rows();
    SessionTable(sessions, most).Write(text);
    if (sessions.size() > most) {
      text << "and " << sessions.size() - most << " more\n";
    }
    Paint(text.str());
  }

  static std::size_t Rows() {
    winsize size{};
    const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0;
    const std::size_t rows = known ? size.ws_row : 24;
    return rows > kOtherLines + 1 ? rows - kOtherLines - 1 : 1;
  }

  // From the top left on: lines are cut at the right, what stood behind and below them goes away.
  // Nothing is written while nothing changes.
  void Paint(const std::string& text) {
    if (text == painted_) {
      return;
    }
    painted_ = text;
    std::ostream& out = context_.streams.out;
    out << "\x1b[?7l\x1b[H";
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      out << line << "\x1b[K\n";
    }
    out << "\x1b[J\x1b[?7h" << std::flush;
  }

  const Context& context_;
  std::string painted_;
};

}  // namespace

absl::Status WatchOutput::Show(const client::SessionWatcher& watcher,
                               std::optional<std::chrono::milliseconds> most) {
  const auto begin = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (why_.ok()) {
    const auto spent = std::chrono::steady_clock::now() - begin;
    if (most.has_value() && spent >= *most) {
      break;
    }
    if (synced_) {
      lock.unlock();
      Draw(watcher);
      lock.lock();
    }
    const auto left =
        most.has_value() ? std::chrono::ceil<std::chrono::milliseconds>(*most - spent) : kStep;
    ended_.wait_for(lock, std::min(left, kStep), [this] { return !why_.ok(); });
  }
  return why_;
}

void WatchOutput::OnSynced() {
  const std::lock_guard lock(mutex_);
  synced_ = true;
}

void WatchOutput::OnLost(const absl::Status& why) {
  const std::lock_guard lock(mutex_);
  if (!synced_ || IsCallersFault(why)) {
    why_ = why;
    ended_.notify_all();
  }
}

std::unique_ptr<WatchOutput> MakeJsonLines(const Context& context) {
  return std::make_unique<JsonLines>(context);
}

std::unique_ptr<WatchOutput> MakeLiveTable(const Context& context) {
  return std::make_unique<LiveTable>(context);
}

}  // namespace porthole::cli
