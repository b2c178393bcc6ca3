#include "net/http_answer.h"

#include "base/status.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <strings.h>
#include <utility>

namespace porthole::net {
namespace {

constexpr std::string_view kStatusLine = "HTTP/1.x 200";

absl::Status Bad(std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "HTTP answer: " + std::string(what));
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// RFC 9110, section 5.6.2.
bool IsTokenCharacter(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kOthers.find(c) != std::string_view::npos;
}

// The next line without its end; the final one is followed by nothing.
std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return line;
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  const std::size_t first = text.find_first_not_of(kSpace);
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

absl::Status ReadStatusLine(std::string_view line, HttpAnswer& answer) {
  const bool good = line.size() >= kStatusLine.size() && line.starts_with("HTTP/1.") &&
                    IsDigit(line[7]) && line[8] == ' ' && IsDigit(line[9]) && IsDigit(line[10]) &&
                    IsDigit(line[11]) &&
                    (line.size() == kStatusLine.size() || line[kStatusLine.size()] == ' ');
  if (!good) {
    return Bad("it does not begin with HTTP/1.x and a status");
  }
  for (const char digit : line.substr(9, 3)) {
    answer.status = answer.status * 10 + static_cast<unsigned>(digit - '0');
  }
  if (answer.status < 100 || answer.status > 599) {
    return Bad("it has a status outside 100 to 599");
  }
  return absl::OkStatus();
}

absl::Status ReadField(std::string_view line, HttpAnswer& answer) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || name.empty() ||
      !std::ranges::all_of(name, IsTokenCharacter)) {
    return Bad("it has a malformed header");
  }
  const std::string_view value = Trimmed(line.substr(colon + 1));
  if (value.find('\r') != std::string_view::npos || value.find('\0') != std::string_view::npos) {
    return Bad("it has a malformed header");
  }
  answer.headers.emplace_back(name, value);
  return absl::OkStatus();
}

bool IsWhole(std::string_view head) {
  return head.ends_with("\n\n") || head.ends_with("\n\r\n");
}

}  // namespace

std::optional<std::string> HttpAnswer::Header(std::string_view name) const {
  HttpRequest same;  // headers of both are alike
  same.headers = headers;
  return same.Header(name);
}

absl::StatusOr<HttpAnswer> ParseHttpAnswer(std::string_view head) {
  if (!IsWhole(head)) {
    return Bad("it has no end");
  }
  HttpAnswer answer;
  if (absl::Status read = ReadStatusLine(TakeLine(head), answer); !read.ok()) {
    return read;
  }
  for (std::string_view line = TakeLine(head); !line.empty(); line = TakeLine(head)) {
    if (absl::Status read = ReadField(line, answer); !read.ok()) {
      return read;
    }
  }
  if (!head.empty()) {
    return Bad("something follows its end");
  }
  return answer;
}

Awaitable<absl::StatusOr<HttpAnswer>> ReadHttpAnswer(ByteStream& stream) {
  std::string head;
  while (!IsWhole(head)) {
    if (head.size() == kMaxAnswerBytes) {
      co_return Bad("it is longer than 8 KiB");
    }
    std::uint8_t byte = 0;
    const absl::StatusOr<std::size_t> count = co_await stream.ReadSome(std::span(&byte, 1));
    if (!count.ok()) {
      co_return count.status().code() == absl::StatusCode::kOutOfRange
          ? Bad("the connection ended before it did")
          : count.status();
    }
    head.push_back(static_cast<char>(byte));
  }
  co_return ParseHttpAnswer(head);
}

}  // namespace porthole::net
