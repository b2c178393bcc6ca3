#include "token/json.h"

#include "base/status.h"

#include <absl/container/flat_hash_set.h>
#include <boost/container/pmr/memory_resource.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value_stack.hpp>

#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace porthole::token {
namespace {

namespace json = boost::json;
using json::error_code;

// The heap, wiped on the way out. Boost.JSON allocates a member name for alignment 1 and frees it
// for the default one (seen with 1.81), so every alignment is the default, which is enough for all
// of it.
class WipingMemory final : public json::memory_resource {
 private:
  void* do_allocate(std::size_t bytes, std::size_t) override { return ::operator new(bytes); }
  void do_deallocate(void* memory, std::size_t bytes, std::size_t) override {
    explicit_bzero(memory, bytes);
    ::operator delete(memory);
  }
  bool do_is_equal(const json::memory_resource& other) const noexcept override {
    return this == &other;
  }
};

// Builds the value, and remembers the member names of every object that is open.
class Builder {
 public:
  explicit Builder(json::storage_ptr memory) { stack_.reset(std::move(memory)); }

  bool FoundDuplicate() const { return found_duplicate_; }
  json::value Release() { return stack_.release(); }

  // What json::basic_parser asks for; it chose the names, and calls them on an object.
  // NOLINTBEGIN(readability-identifier-naming,readability-convert-member-functions-to-static)
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    names_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t count, error_code&) {
    names_.pop_back();
    stack_.push_object(count);
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t count, error_code&) {
    stack_.push_array(count);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, error_code&) {
    name_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, error_code& error) {
    name_.append(part.data(), part.size());
    stack_.push_key(name_);
    if (!names_.back().insert(std::exchange(name_, {})).second) {
      found_duplicate_ = true;
      error = json::error::syntax;
      return false;
    }
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, error_code&) {
    stack_.push_string(part);
    return true;
  }
  bool on_number_part(json::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, error_code&) {
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, error_code&) {
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double number, json::string_view, error_code&) {
    stack_.push_double(number);
    return true;
  }
  bool on_bool(bool value, error_code&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }
  // NOLINTEND(readability-identifier-naming,readability-convert-member-functions-to-static)

 private:
  json::value_stack stack_;
  std::vector<absl::flat_hash_set<std::string>> names_;  // of the open objects, innermost last
  std::string name_;                                     // the member name being read
  bool found_duplicate_ = false;
};

absl::Status NotJson(const std::string& why) {
  return Error(absl::StatusCode::kInvalidArgument, "not a JSON text: " + why);
}

}  // namespace

absl::StatusOr<json::value> ParseJson(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  json::basic_parser<Builder> parser(options, json::make_shared_resource<WipingMemory>());
  error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (parser.handler().FoundDuplicate()) {
    return NotJson("a member name occurs twice in one object");
  }
  if (error) {
    return NotJson(error.message());
  }
  if (used != text.size()) {
    return NotJson("something follows it");
  }
  return parser.handler().Release();
}

absl::StatusOr<json::object> ParseJsonObject(std::string_view text) {
  absl::StatusOr<json::value> value = ParseJson(text);
  if (!value.ok()) {
    return value.status();
  }
  if (!value->is_object()) {
    return Error(absl::StatusCode::kInvalidArgument, "not an object");
  }
  return std::move(*value).as_object();
}

}  // namespace porthole::token
