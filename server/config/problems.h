#pragma once

#include <absl/status/status.h>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace porthole::config {

// `text` in quotes for an error message: control characters replaced, cut after 80 bytes.
std::string Shown(std::string_view text);

// The key `name` inside `path`: "limits" and "sessions" are "limits.sessions". A name that could be
// none is Shown().
std::string Joined(std::string_view path, std::string_view name);

// What is wrong with one configuration file. All problems are reported together, so that a person
// mends a file in one go; the first kMaxProblems of them in words.
class Problems {
 public:
  static constexpr std::size_t kMaxProblems = 20;

  explicit Problems(std::string_view file) : file_(file) {}

  // Remembers where the value of `key` ("listeners[0].tls") is written; lines count from 1.
  void Note(const std::string& key, int line) { lines_.insert_or_assign(key, line); }

  // Adds a problem with `key`, at the line of its value or, where it is not written, of what
  // encloses it.
  void Add(const std::string& key, std::string_view what);

  // Adds a problem at a line; an empty key for the file as a whole, line 0 for no place in it.
  void AddAt(int line, std::string_view key, std::string_view what);

  bool Empty() const { return count_ == 0; }
  // Whether further problems will only be counted.
  bool Full() const { return said_.size() == kMaxProblems; }

  // OK, or INVALID_ARGUMENT with a line "FILE:LINE: KEY: what is wrong" for each problem,
  // in the order of the file.
  absl::Status ToStatus() const;

 private:
  int LineOf(std::string_view key) const;

  std::string file_;
  std::map<std::string, int, std::less<>> lines_;
  std::multimap<int, std::string> said_;  // by line
  std::size_t count_ = 0;
};

}  // namespace porthole::config
