#pragma once

#include "blobs.h"

#include <string>
#include <vector>

namespace runyard::client {

// The files that an upload or a snapshot is made of, looked at before the first byte is sent.
struct Pile {
    std::vector<UploadItem> items;   // `name` is relative, with '/'
    std::vector<std::string> notes;  // what was left out, and why
    std::int64_t bytes = 0;
};

// What decides that a path below a folder is left out; given the relative path and whether it is a folder.
using Ignored = std::function<bool(const std::string& relative, bool isFolder)>;

// Everything that `sources` hold: a folder's content without the folder, a file under its own name. Each file is opened once, so that one that cannot be
// read is named before anything happens. Links are followed, loops of them are left out with a note, and so is what is no file: pipes, sockets, devices.
Result<Pile> gather(const std::vector<std::filesystem::path>& sources, const Ignored& ignored, const Wanted& wanted);

// The rules of .amlignore, else .gitignore, at the root of a folder, and what no snapshot needs: .git, .venv, __pycache__ and the like.
class IgnoreRules {
public:
    explicit IgnoreRules(const std::filesystem::path& folder);
    bool operator()(const std::string& relative, bool isFolder) const;

private:
    struct Rule {
        std::string pattern;
        bool isAnchored = false;     // matches from the root only
        bool isFolderOnly = false;
        bool isException = false;    // "!keep.py"
    };
    static bool matches(const Rule& rule, const std::string& relative);

    std::vector<Rule> m_rules;
};

} // namespace runyard::client
