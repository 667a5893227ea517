#include "options.h"

#include "core/files.h"

#include <charconv>
#include <optional>

namespace runyard {

const char* const usage = "Usage: runyardd [--data DIR] [--listen HOST:PORT] [--idle SECONDS] [--trace FILE]\n"
                          "       runyardd backup FILE [--data DIR]\n"
                          "       runyardd check [--all] [--repair] [--data DIR]\n"
                          "       runyardd routes\n"
                          "Serves a workspace on this computer to Runyard and to MLflow clients.\n"
                          "  --data DIR          where the workspace lives (default: $XDG_DATA_HOME/runyard or ~/.local/share/runyard)\n"
                          "  --listen HOST:PORT  loopback only (default: 127.0.0.1 and the port of last time)\n"
                          "  --idle SECONDS      goes after so long without runs, windows and clients (default: 600)\n"
                          "  --trace FILE        writes every exchange with a client as text to FILE, without secrets\n"
                          "  backup FILE         copies the database to FILE, whole and verified, also while the service runs\n"
                          "  check               looks over database, run folders and files, and says what is wrong (exit code 1); --all reads every file\n"
                          "  check --repair      restores the newest good backup and takes up what is sealed in the folders; end the service first\n"
                          "  routes              prints the table of routes\n";

namespace {

std::optional<int> number(const std::string& text, int most)
{
    int value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size() || value < 0 || value > most)
        return std::nullopt;
    return value;
}

Result<> setAddress(Options& options, const std::string& address)
{
    const auto colon = address.rfind(':');
    const auto port = colon == std::string::npos ? std::nullopt : number(address.substr(colon + 1), 65535);
    if (!port)
        return failure(Error::Code::Invalid, "“" + address + "” is not an address such as 127.0.0.1:5000.");
    const std::string host = address.substr(0, colon);
    if (host != "localhost" && !host.starts_with("127."))
        return failure(Error::Code::Invalid, "The service listens on this computer only: “" + host + "” is not 127.0.0.1 or localhost.");
    options.host = host == "localhost" ? "127.0.0.1" : host;
    options.port = *port;
    return {};
}

Result<> set(Options& options, const std::string& name, const std::string& value)
{
    if (name == "--listen")
        return setAddress(options, value);
    if (name == "--data") {
        options.folder = std::filesystem::absolute(value).lexically_normal();
        return {};
    }
    if (name == "--socket") {
        options.socket = value;
        return {};
    }
    if (name == "--trace") {
        options.trace = std::filesystem::absolute(value);
        return {};
    }
    const auto count = number(value, 1 << 30);
    if (!count)
        return failure(Error::Code::Invalid, name + " needs a number, not “" + value + "”.");
    if (name == "--idle")
        options.idleLimit = std::chrono::seconds(*count);
    else if (name == "--tcp")
        options.tcp = *count;
    else if (name == "--tls")
        options.tls = *count;
    else if (name == "--tls-port")
        options.tlsPort = *count;
    else if (name == "--local")
        options.local = *count;
    else if (name == "--lock")
        options.lock = *count;
    else if (name == "--life")
        options.life = *count;
    else if (name == "--port")
        options.port = *count;
    else
        return failure(Error::Code::Invalid, "“" + name + "” is not an option of runyardd.");
    return {};
}

} // namespace

Result<Options> parseOptions(const std::vector<std::string>& arguments)
{
    Options options;
    options.folder = defaultDataFolder();
    for (std::size_t at = 0; at < arguments.size(); ++at) {
        const std::string& word = arguments[at];
        if (word == "routes") {
            options.mode = Options::Mode::Routes;
        } else if (word == "backup" && at + 1 < arguments.size()) {
            options.mode = Options::Mode::Backup;
            options.backup = std::filesystem::absolute(arguments[++at]).lexically_normal();
        } else if (word == "check") {
            options.mode = Options::Mode::Check;
        } else if (options.mode == Options::Mode::Check && (word == "--repair" || word == "--all")) {
            (word == "--all" ? options.isReadingAll : options.isRepairing) = true;
        } else if (word == "--worker") {
            options.mode = Options::Mode::Work;
        } else if (word == "--help" || word == "-h") {
            options.mode = Options::Mode::Help;
        } else if (word == "--version") {
            options.mode = Options::Mode::Version;
        } else if (!word.starts_with("--") || at + 1 == arguments.size()) {
            return failure(Error::Code::Invalid, "“" + word + "” is not understood.");
        } else if (auto done = set(options, word, arguments[++at]); !done) {
            return Failure(done.error());
        }
    }
    return options;
}

} // namespace runyard
