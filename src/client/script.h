#pragma once

#include "estimator.h"
#include "workers.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

// How a source folder and its entry script are looked at. For sources only.
namespace runyard::client {

// What a quick look at a source folder shows; it ends after 20,000 files or 300 ms.
struct FolderLook {
    bool exists = false;
    bool isWhole = true;
    std::vector<std::string> scripts;  // .py files, relative
    int files = 0;
    std::int64_t bytes = 0;
    std::string fingerprint;           // changes with any script
    std::string fault;                 // a sentence, where the folder or something in it cannot be read
};

FolderLook lookAtFolder(const std::filesystem::path& folder, const Wanted& wanted);

// What a script says of itself.
struct ScriptLook {
    struct Option {
        ScriptOption option;
        std::vector<std::string> flags;
        bool takesValue = true;
    };
    std::vector<Option> options;
    std::vector<std::string> errors;  // sentences
    bool isKnown = false;             // false where no Python could look
    bool isOpen = false;              // takes what it does not declare: parse_known_args
};

// Looks at scripts with the Python of this computer, without running them. Remembers what it saw.
class ScriptReader {
public:
    Task<ScriptLook> look(std::filesystem::path script, std::string fingerprint);

private:
    std::map<std::string, ScriptLook> m_seen;
};

// One sentence for each parameter that the script would refuse.
std::vector<Check> checkParameters(const std::vector<ScriptParameter>& parameters, const ScriptLook& script);
// A sentence where a line is no requirement pip understands; empty where it is.
std::string packageFault(const std::string& line);

// How a command line is written and read, by the rules of a POSIX shell.
std::string shellQuoted(const std::string& word);
std::vector<std::string> shellWords(const std::string& line);

} // namespace runyard::client
