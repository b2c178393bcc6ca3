#include "net/http.h"

#include "base/letter_case.h"

#include <algorithm>
#include <cstddef>

namespace porthole::net {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const int lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<std::string> PercentDecode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size() || HexValue(text[i + 1]) < 0 || HexValue(text[i + 2]) < 0) {
      return std::nullopt;
    }
    decoded.push_back(static_cast<char>((HexValue(text[i + 1]) * 16) + HexValue(text[i + 2])));
    i += 2;
  }
  return decoded;
}

}  // namespace

std::optional<std::string> HttpRequest::Header(std::string_view name) const {
  std::optional<std::string> joined;
  for (const auto& [key, value] : headers) {
    if (SameIgnoringCase(key, name)) {
      joined = joined.has_value() ? *joined + ", " + value : value;
    }
  }
  return joined;
}

std::size_t HttpRequest::Count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      headers, [name](const auto& header) { return SameIgnoringCase(header.first, name); }));
}

void SetTarget(HttpRequest& request, std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (SameIgnoringCase(target.substr(0, scheme.size()), scheme)) {
      target.remove_prefix(scheme.size());
      const std::size_t end = std::min(target.find_first_of("/?"), target.size());
      request.authority = target.substr(0, end);
      target.remove_prefix(end);
      break;
    }
  }
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (request.path.empty() && !request.authority.empty()) {
    request.path = "/";
  }
  if (question != std::string_view::npos) {
    request.query = target.substr(question + 1);
  }
}

bool NamesOneHost(const HttpRequest& request, bool http11) {
  const std::size_t count = request.Count("Host");
  if (count > 1 || (http11 && count == 0)) {
    return false;
  }
  return request.authority.empty() || count == 0 ||
         SameIgnoringCase(request.authority, request.Header("Host").value_or(""));
}

bool AnnouncesBody(const HttpRequest& request) {
  return request.Count("Transfer-Encoding") > 0 ||
         request.Header("Content-Length").value_or("0") != "0";
}

std::optional<std::string> QueryValue(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) == name && equals != std::string_view::npos) {
      return PercentDecode(pair.substr(equals + 1));
    }
  }
  return std::nullopt;
}

std::vector<std::string> SplitHeader(std::string_view value) {
  constexpr std::string_view kSpace = " \t";
  std::vector<std::string> members;
  while (!value.empty()) {
    const std::size_t end = value.find(',');
    std::string_view member = value.substr(0, end);
    value.remove_prefix(end == std::string_view::npos ? value.size() : end + 1);
    const std::size_t first = member.find_first_not_of(kSpace);
    if (first != std::string_view::npos) {
      member = member.substr(first, member.find_last_not_of(kSpace) - first + 1);
      members.emplace_back(member);
    }
  }
  return members;
}

}  // namespace porthole::net
