// A byte buffer that grows at its end, up to gigabytes. A std::string copies all bytes each time it
// grows, and again when it shrinks to fit; with realloc the kernel can move the pages of a large
// block instead. A value.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace escher {

class Bytes {
 public:
  Bytes() = default;
  explicit Bytes(std::string_view text) { append(text); }
  Bytes(Bytes&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  Bytes& operator=(Bytes&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  ~Bytes() { std::free(data_); }

  const char* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {data_, size_}; }

  void append(std::string_view text) {
    if (text.empty()) return;
    char* const end = room(text.size());
    // The caller may have written the bytes into this room, see `room`.
    if (text.data() != end) std::memcpy(end, text.data(), text.size());
    size_ += text.size();
  }

  // Unused room for `size` bytes after the end. Bytes written there count once they are appended.
  char* room(std::size_t size) {
    if (size > capacity_ - size_) reallocate(std::max(size_ + size, capacity_ + capacity_ / 2));
    return data_ + size_;
  }

  // Keeps the first `size` bytes.
  void truncate(std::size_t size) { size_ = std::min(size_, size); }

  // Frees the unused room.
  void shrink() {
    if (size_ == capacity_) return;
    if (size_ == 0) {
      std::free(std::exchange(data_, nullptr));
      capacity_ = 0;
    } else {
      reallocate(size_);
    }
  }

 private:
  void reallocate(std::size_t capacity) {
    void* moved = std::realloc(data_, capacity);
    if (moved == nullptr) throw std::bad_alloc();
    data_ = static_cast<char*>(moved);
    capacity_ = capacity;
  }

  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace escher
