#include "tests/support/tidy.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>

#include "tests/support/tidy_text.hpp"

namespace inmail::tidy {
namespace {

namespace fs = std::filesystem;

/// The folders, and what each may include; `tests` may include all.
const std::map<std::string, std::set<std::string>, std::less<>>& floors() {
  static const std::map<std::string, std::set<std::string>, std::less<>> floors{
      {"events", {"events"}},
      {"actors", {"actors", "events"}},
      {"projections", {"events", "projections"}},
      {"engine", {"actors", "engine", "events", "projections"}},
      {"tools", {"actors", "engine", "events", "projections", "tools"}},
      {"tests", {"actors", "engine", "events", "projections", "tests", "tools"}},
  };
  return floors;
}

std::string_view folder_of(std::string_view path) { return path.substr(0, path.find('/')); }
std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool is_cpp(std::string_view path) { return path.ends_with(".cpp") || path.ends_with(".hpp"); }

/// A test lives by the rules of what it tests: tests/actors/x.cpp by those of actors/x.cpp. What
/// mirrors no folder (simulation, bench, support) works on the whole, as the engine does.
std::string judged_as(std::string_view path) {
  if (!path.starts_with("tests/")) return std::string(path);
  const std::string_view rest = path.substr(6);
  if (floors().contains(folder_of(rest))) return std::string(rest);
  return "engine/" + std::string(name_of(rest));
}

struct Include {
  std::size_t line;
  std::string target;
  bool quoted;
};

/// A file, looked at once for all rules.
struct Parsed {
  std::string path;
  std::vector<std::string> lines;
  std::vector<std::string> code;
  std::vector<std::string> comments;
  std::vector<Include> includes;
  std::vector<FunctionSpan> functions;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

Parsed parse(const SourceFile& file) {
  static const std::regex include(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  Parsed parsed;
  parsed.path = file.path;
  parsed.lines = lines_of(file.text);
  const Layers layers = split_layers(file.text);
  parsed.code = lines_of(layers.code);
  parsed.comments = lines_of(layers.comments);
  parsed.functions = functions_in(layers.code);
  for (std::size_t i = 0; i < parsed.lines.size(); ++i) {
    std::smatch found;
    if (parsed.code[i].find('#') != std::string::npos &&
        std::regex_search(parsed.lines[i], found, include))
      parsed.includes.push_back({i + 1, found[2], found[1] == "\""});
  }
  return parsed;
}

std::size_t columns_of(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(
      line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) >> 6) != 2; }));
}

using Findings = std::vector<Finding>;

void check_layout(const Parsed& file, Findings& found) {
  for (std::size_t i = 0; i < file.lines.size(); ++i)
    if (columns_of(file.lines[i]) > line_columns_max)
      found.push_back({file.path, i + 1, "a line has at most 100 columns"});
  for (const FunctionSpan& function : file.functions)
    if (function.last_line - function.first_line + 1 > function_lines_max)
      found.push_back({file.path, function.first_line, "a function has at most 70 lines"});
}

void check_promises(const Parsed& file, Findings& found) {
  static const std::regex unsigned_promise(R"(\bTODO\b(?!\([\w.-]+\)))");
  for (std::size_t i = 0; i < file.comments.size(); ++i)
    if (std::regex_search(file.comments[i], unsigned_promise))
      found.push_back({file.path, i + 1, "what is left to do carries a name"});
}

void check_floors(const Parsed& file, Findings& found) {
  const auto& [folder, may_include] = *floors().find(folder_of(file.path));
  for (const Include& include : file.includes) {
    if (!include.quoted) continue;
    const std::string target(folder_of(include.target));
    if (!floors().contains(target))
      found.push_back({file.path, include.line, "an include starts at the root of the tree"});
    else if (!may_include.contains(target))
      found.push_back({file.path, include.line, folder + " must not include " + target});
  }
}

/// A library that only some files may know.
struct Fence {
  std::string folder;  ///< What its headers begin with.
  std::regex name;
  bool (*may_use)(std::string_view judged_path);
  std::string rule;
};

const std::vector<Fence>& fences() {
  static const std::vector<Fence> fences{
      {"caf/", std::regex(R"(\bcaf::)"),
       [](std::string_view path) {
         return folder_of(path) == "actors" ||
                (folder_of(path) == "engine" && path.ends_with(".cpp"));
       },
       "CAF is for actors/ and the .cpp files of engine/"},
      {"rocksdb/", std::regex(R"(\brocksdb::)"),
       [](std::string_view path) { return name_of(path).starts_with("rocks_"); },
       "RocksDB is for files named rocks_*"},
      {"cereal/", std::regex(R"(\bcereal::)"),
       [](std::string_view path) { return path == "events/codec.hpp"; },
       "cereal is for events/codec.hpp"},
  };
  return fences;
}

void check_fences(const Parsed& file, Findings& found) {
  const std::string judged_path = judged_as(file.path);
  for (const Fence& fence : fences()) {
    if (fence.may_use(judged_path)) continue;
    for (const Include& include : file.includes)
      if (!include.quoted && include.target.starts_with(fence.folder))
        found.push_back({file.path, include.line, fence.rule});
    for (std::size_t i = 0; i < file.code.size(); ++i)
      if (std::regex_search(file.code[i], fence.name))
        found.push_back({file.path, i + 1, fence.rule});
  }
}

using Tree = std::map<std::string, Parsed, std::less<>>;

bool shows_a_library(const Parsed& file) {
  return std::any_of(file.includes.begin(), file.includes.end(), [](const Include& include) {
    return include.target.starts_with("caf/") || include.target.starts_with("rocksdb/");
  });
}

/// Whether including `path` drags in a header of CAF or RocksDB, however far down.
bool drags_a_library(const Tree& tree, const std::string& path, std::set<std::string>& seen) {
  const auto file = tree.find(path);
  if (file == tree.end() || !seen.insert(path).second) return false;
  const auto& includes = file->second.includes;
  return shows_a_library(file->second) ||
         std::any_of(includes.begin(), includes.end(), [&](const Include& include) {
           return drags_a_library(tree, include.target, seen);
         });
}

/// What a host includes must compile without CAF and RocksDB.
void check_public_headers(const Tree& tree, const Parsed& file, Findings& found) {
  static const std::regex name(R"(\b(caf|rocksdb)::)");
  static const std::string rule = "a header of the engine shows neither CAF nor RocksDB";
  if (folder_of(file.path) != "engine" || !file.path.ends_with(".hpp")) return;
  for (std::size_t i = 0; i < file.code.size(); ++i)
    if (std::regex_search(file.code[i], name)) found.push_back({file.path, i + 1, rule});
  for (const Include& include : file.includes) {
    std::set<std::string> seen;
    if (include.quoted && drags_a_library(tree, include.target, seen))
      found.push_back({file.path, include.line, rule});
  }
}

/// Every path that some CMakeLists.txt names, from the root of the tree.
std::set<std::string> listed_paths(const std::vector<SourceFile>& tree) {
  static const std::regex comment("#[^\n]*");
  static const std::regex word(R"re([^\s()"]+)re");
  std::set<std::string> listed;
  for (const SourceFile& file : tree) {
    if (name_of(file.path) != "CMakeLists.txt") continue;
    const std::string text = std::regex_replace(file.text, comment, "");
    const fs::path folder = fs::path(file.path).parent_path();
    for (std::sregex_iterator each(text.begin(), text.end(), word), end; each != end; ++each)
      listed.insert((folder / each->str()).lexically_normal().generic_string());
  }
  return listed;
}

}  // namespace

std::vector<SourceFile> read_tree(const fs::path& root) {
  std::vector<SourceFile> tree;
  for (const auto& [folder, unused] : floors()) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      std::string path = entry.path().lexically_relative(root).generic_string();
      if (!entry.is_regular_file() || (!is_cpp(path) && name_of(path) != "CMakeLists.txt"))
        continue;
      std::ifstream in(entry.path(), std::ios::binary);
      tree.push_back({std::move(path), {std::istreambuf_iterator<char>(in), {}}});
    }
  }
  std::sort(tree.begin(), tree.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return tree;
}

std::vector<Finding> check(const std::vector<SourceFile>& tree) {
  Tree parsed;
  for (const SourceFile& file : tree)
    if (is_cpp(file.path) && floors().contains(folder_of(file.path)))
      parsed.emplace(file.path, parse(file));

  Findings found;
  const std::set<std::string> listed = listed_paths(tree);
  for (const auto& [path, file] : parsed) {
    check_layout(file, found);
    check_promises(file, found);
    check_floors(file, found);
    check_fences(file, found);
    check_public_headers(parsed, file, found);
    if (path.ends_with(".cpp") && !listed.contains(path))
      found.push_back({path, 1, "a source file is listed in a CMakeLists.txt"});
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string to_text(const Finding& finding) {
  return finding.path + ":" + std::to_string(finding.line) + ": " + finding.rule;
}

}  // namespace inmail::tidy
