#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace inmail {

/// Why the world failed us. Domain refusals are `Rejection`s, our own mistakes are `Defect`s.
enum class ErrorCode : std::uint8_t {
  io = 1,            ///< The disk or the operating system said no.
  corruption,        ///< Bytes that were read are not what was written.
  conflict,          ///< An append did not start where the log ends.
  not_found,         ///< A file, a store or an entity does not exist.
  invalid_argument,  ///< Input from outside is malformed.
  newer_format,      ///< Written by a newer version of this program.
  locked,            ///< Another process owns the store.
  closed,            ///< The engine or the log was closed, or has failed before.
  timed_out,         ///< A deadline that the caller set has passed.
  log_rewound,       ///< A repair or a restore took events away that the caller may have seen.
};

/// The stored and printed name of a code: "corruption".
std::string_view name_of(ErrorCode code);

/// What failed, in one sentence that names the thing and the place.
struct Error {
  ErrorCode code;
  std::string message;
};

/// A broken invariant of our own. Thrown by `invariant` only, and caught at the boundary of actor,
/// journal, view and engine: nothing is written, the engine goes to `failed`, the host lives on.
class Defect : public std::exception {
 public:
  explicit Defect(std::string sentence) : sentence_(std::move(sentence)) {}
  const char* what() const noexcept override { return sentence_.c_str(); }

 private:
  std::string sentence_;
};

[[noreturn]] void throw_defect(std::string_view sentence);

/// Stays on in release builds: a wrong event is stored for ever.
inline void invariant(bool condition, std::string_view sentence) {
  if (!condition) [[unlikely]]
    throw_defect(sentence);
}

/// Either a value or an error; the useful part of C++23's `std::expected`. Reading the wrong side
/// is a Defect. Ignoring one is a compile warning.
template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  Result(E error) : content_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const noexcept { return content_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  T& value() & { return checked(), std::get<0>(content_); }
  const T& value() const& { return checked(), std::get<0>(content_); }
  T&& value() && { return checked(), std::get<0>(std::move(content_)); }
  const E& error() const& {
    invariant(!ok(), "asked a success for its error");
    return std::get<1>(content_);
  }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  T value_or(T other) const& { return ok() ? std::get<0>(content_) : std::move(other); }

 private:
  void checked() const { invariant(ok(), "asked a failure for its value"); }

  std::variant<T, E> content_;
};

/// Success without a value.
template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  using value_type = void;

  Result() = default;
  Result(E error) : content_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const noexcept { return content_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }
  const E& error() const& {
    invariant(!ok(), "asked a success for its error");
    return std::get<1>(content_);
  }

 private:
  std::variant<std::monostate, E> content_;
};

using Status = Result<void>;

/// `match{lambda...}`: one visitor of many lambdas, for `std::visit`.
template <class... Handlers>
struct match : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
match(Handlers...) -> match<Handlers...>;

}  // namespace inmail
