#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace porthole::bridge {

// The buffers of one worker, lent for as long as bytes are on their way: a session that waits holds
// none. Belongs to one thread.
class BufferPool {
 public:
  enum class Size : std::uint8_t { kUsual, kLarge };

  static constexpr std::size_t kBufferBytes = 64UL * 1024;
  static constexpr std::size_t kLargeBytes = 256UL * 1024;
  // So many large ones at a time, since a viewer that stops reading keeps its own; who asks for
  // more gets the usual.
  static constexpr std::size_t kMostLarge = 8;

  // A buffer on loan; goes back to the pool at its end.
  class Loan {
   public:
    explicit Loan(BufferPool& pool, Size wish = Size::kUsual)
        : pool_(pool), size_(pool.Granted(wish)), buffer_(pool.Take(size_)) {}
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan() { pool_.GiveBack(size_, std::move(buffer_)); }

    std::span<std::uint8_t> Bytes() { return {buffer_.get(), BytesOf(size_)}; }

   private:
    BufferPool& pool_;
    Size size_;
    std::unique_ptr<std::uint8_t[]> buffer_;  // NOLINT(*-avoid-c-arrays): uninitialised on purpose
  };

  BufferPool() {
    for (auto& free : free_) {
      free.reserve(kKept);  // so that giving back never allocates
    }
  }

 private:
  // What one busy worker needs of a size; more than these are freed when they come back.
  static constexpr std::size_t kKept = 32;

  static constexpr std::size_t BytesOf(Size size) {
    return size == Size::kLarge ? kLargeBytes : kBufferBytes;
  }

  Size Granted(Size wish) const { return large_out_ < kMostLarge ? wish : Size::kUsual; }

  std::unique_ptr<std::uint8_t[]> Take(Size size) {  // NOLINT(*-avoid-c-arrays)
    large_out_ += size == Size::kLarge ? 1 : 0;
    auto& free = free_.at(static_cast<std::size_t>(size));
    if (free.empty()) {
      return std::make_unique_for_overwrite<std::uint8_t[]>(BytesOf(size));  // NOLINT(*-c-arrays)
    }
    auto buffer = std::move(free.back());
    free.pop_back();
    return buffer;
  }

  void GiveBack(Size size, std::unique_ptr<std::uint8_t[]> buffer) {  // NOLINT(*-avoid-c-arrays)
    large_out_ -= size == Size::kLarge ? 1 : 0;
    auto& free = free_.at(static_cast<std::size_t>(size));
    if (free.size() < kKept) {
      free.push_back(std::move(buffer));
    }
  }

  std::array<std::vector<std::unique_ptr<std::uint8_t[]>>, 2> free_;  // NOLINT(*-avoid-c-arrays)
  std::size_t large_out_ = 0;
};

}  // namespace porthole::bridge
