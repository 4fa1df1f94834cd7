#pragma once

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "actors/commands.hpp"
#include "events/event_log.hpp"
#include "events/file_key_store.hpp"
#include "tests/support/file_bytes.hpp"
#include "tools/event_fields.hpp"

namespace inmail::test {

/// The files below `folder` that hold these bytes anywhere.
inline std::vector<std::filesystem::path> files_with(const std::filesystem::path& folder,
                                                     std::string_view bytes) {
  std::vector<std::filesystem::path> found;
  for (const auto& [name, content] : read_folder(folder))
    if (content.find(bytes) != std::string::npos) found.push_back(name);
  return found;
}

/// Texts of a person who is to be erased, of words that nobody else ever writes.
class ErasedWords {
 public:
  std::string new_one(std::string_view about) {
    std::string word(about);
    for (int each = 0; each < 20; ++each) word += static_cast<char>('a' + random_() % 26);
    words_.push_back(word);
    return word;
  }

  const std::vector<std::string>& all() const { return words_; }
  bool has(const std::string& text) const {
    return std::find(words_.begin(), words_.end(), text) != words_.end();
  }

  std::vector<std::filesystem::path> files_with_any(const std::filesystem::path& folder) const {
    std::vector<std::filesystem::path> found;
    for (const auto& [name, content] : read_folder(folder))
      for (const std::string& word : words_)
        // Also half a word is too much.
        if (content.find(word) != std::string::npos ||
            content.find(std::string_view(word).substr(word.size() - 12)) != std::string::npos)
          found.push_back(name);
    return found;
  }

 private:
  std::mt19937_64 random_{std::random_device{}()};
  std::vector<std::string> words_;
};

/// Every text on record that is wanted: in events, and in commands that were refused.
template <class IsWanted>
std::vector<Text> texts_where(const EventLog& log, IsWanted&& is_wanted) {
  std::vector<Text> texts;
  const auto take = [&](const Text& text) {
    if (text.is_sealed() && is_wanted(text)) texts.push_back(text);
  };
  const auto take_field = [&](const auto&, const auto& value) {
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, Text>) take(value);
    if constexpr (std::is_same_v<Value, std::vector<Attachment>>)
      for (const Attachment& each : value) take(each.name);
  };
  const auto take_command = [&](const CommandRejected& rejected) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(rejected.command.data());
    auto command = decode_command(rejected.command_type, {bytes, rejected.command.size()});
    if (!command) throw std::runtime_error(command.error().message);
    std::visit(
        [&](auto& each) {
          if constexpr (requires { each.author(); })
            each.each_text([&](TextField, Text& text) { take(text); });
        },
        *command);
  };
  (void)for_each_record(log, Position{1}, [&](const Record& record) {
    std::visit(
        [&](const auto& event) {
          if constexpr (requires { tools::each_field(event, take_field); })
            tools::each_field(event, take_field);
        },
        record.event);
    if (const auto* rejected = std::get_if<CommandRejected>(&record.event)) take_command(*rejected);
    return true;
  });
  return texts;
}

/// Those of an author.
inline std::vector<Text> texts_of(const EventLog& log, MemberId author) {
  return texts_where(log, [&](const Text& text) { return text.author() == author; });
}

/// Those that were written to somebody.
inline std::vector<Text> texts_to(const EventLog& log, MemberId reader) {
  return texts_where(log, [&](const Text& text) { return text.reader() == reader; });
}

/// The bytes of a key in a key file; "" if there is none.
inline std::string key_in(const std::filesystem::path& file, KeyId id) {
  FileKeyStore::Options options;
  options.read_only = true;
  const auto keys = FileKeyStore::open(file, options);
  if (!keys) throw std::runtime_error(keys.error().message);
  const auto key = (*keys)->key_for_reading(id);
  if (!key) throw std::runtime_error(key.error().message);
  return *key ? std::string(reinterpret_cast<const char*>((*key)->data()), (*key)->size()) : "";
}

/// The keys of a store; but of all those of one use the same one is tried.
class TriedKey final : public KeyStore {
 public:
  TriedKey(KeyStore& others, KeyUse use) : others_(others), use_(use) {}

  void take(const char* bytes) { std::copy_n(bytes, key_.size(), key_.begin()); }

  Result<Key> key_for_writing(KeyId) override { return key_; }
  Result<std::optional<Key>> key_for_reading(KeyId id) override {
    return id.use == use_ ? std::optional<Key>(key_) : others_.key_for_reading(id);
  }
  Status sync() override { return {}; }
  Status erase(KeyId) override { return {}; }
  const Key& store_key() const override { return key_; }

 private:
  KeyStore& others_;
  KeyUse use_;
  Key key_{};
};

/// How many of the texts open with any 32 bytes of a key file that are not all zeros, in the place
/// of the key of that use, and with what other keys are still there.
inline std::size_t openable_with_bytes_of(const std::filesystem::path& file,
                                          const std::vector<Text>& texts,
                                          KeyUse use = KeyUse::wrote) {
  FileKeyStore::Options options;
  options.read_only = true;
  const auto others = FileKeyStore::open(file, options);
  if (!others) throw std::runtime_error(others.error().message);
  TriedKey key(**others, use);
  const std::string content = read_file(file);
  const std::string zeros(sizeof(Key), '\0');
  std::size_t opened = 0;
  for (std::size_t at = 0; at + sizeof(Key) <= content.size(); at += 8) {
    if (content.compare(at, zeros.size(), zeros) == 0) continue;
    key.take(content.data() + at);
    for (const Text& text : texts) {
      const auto plain = open(text, key);
      opened += plain && *plain ? 1 : 0;
    }
  }
  return opened;
}

/// How often an event of that number is on record.
inline std::size_t count_events(const EventLog& log, std::uint16_t event) {
  std::size_t found = 0;
  (void)for_each_record(log, Position{1}, [&](const Record& record) {
    found += type_of(record.event).number == event ? 1 : 0;
    return true;
  });
  return found;
}

}  // namespace inmail::test
