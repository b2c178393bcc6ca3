#pragma once

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
  static constexpr std::size_t kBufferBytes = 64UL * 1024;

  // A buffer on loan; goes back to the pool at its end.
  class Loan {
   public:
    explicit Loan(BufferPool& pool) : pool_(pool), buffer_(pool.Take()) {}
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan() { pool_.GiveBack(std::move(buffer_)); }

    std::span<std::uint8_t> Bytes() { return {buffer_.get(), kBufferBytes}; }

   private:
    BufferPool& pool_;
    std::unique_ptr<std::uint8_t[]> buffer_;  // NOLINT(*-avoid-c-arrays): uninitialised on purpose
  };

  BufferPool() { free_.reserve(kKept); }  // so that giving back never allocates

 private:
  // What one busy worker needs; more than these are freed when they come back.
  static constexpr std::size_t kKept = 32;

  std::unique_ptr<std::uint8_t[]> Take() {  // NOLINT(*-avoid-c-arrays)
    if (free_.empty()) {
      return std::make_unique_for_overwrite<std::uint8_t[]>(  // NOLINT(*-avoid-c-arrays)
          kBufferBytes);
    }
    auto buffer = std::move(free_.back());
    free_.pop_back();
    return buffer;
  }

  void GiveBack(std::unique_ptr<std::uint8_t[]> buffer) {  // NOLINT(*-avoid-c-arrays)
    if (free_.size() < kKept) {
      free_.push_back(std::move(buffer));
    }
  }

  std::vector<std::unique_ptr<std::uint8_t[]>> free_;  // NOLINT(*-avoid-c-arrays)
};

}  // namespace porthole::bridge
