#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

namespace inmail::test {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// Every regular file below `folder` with its bytes: equal before and after for what writes
/// nothing.
using FolderBytes = std::map<std::filesystem::path, std::string>;

inline FolderBytes read_folder(const std::filesystem::path& folder) {
  FolderBytes files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(folder)] = read_file(entry.path());
  return files;
}

/// Makes `folder` hold these files and nothing else.
inline void write_folder(const std::filesystem::path& folder, const FolderBytes& files) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  for (const auto& [name, bytes] : files) {
    std::filesystem::create_directories((folder / name).parent_path());
    write_file(folder / name, bytes);
  }
}

}  // namespace inmail::test
