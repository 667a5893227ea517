#include "transfer.h"

#include "core/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace runyard::http {

Transfer::Transfer(Request request, const std::string& resolved, std::chrono::milliseconds timeLeft)
    : m_request(std::move(request)), m_easy(curl_easy_init(), &curl_easy_cleanup)
{
    configure(resolved, timeLeft);
}

Transfer::~Transfer()
{
    m_easy.reset();  // libcurl reads the lists until here
    curl_slist_free_all(m_headers);
    curl_slist_free_all(m_resolve);
    for (const int file : {m_source, m_target}) {
        if (file >= 0)
            ::close(file);
    }
}

Result<> Transfer::prepare()
{
    const auto breaksLines = [](const std::string& text) { return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos; };
    if (breaksLines(m_request.url) || std::any_of(m_request.headers.begin(), m_request.headers.end(), breaksLines))
        return Failure(Error{Error::Code::Invalid, "The request contains a line break.", {}});  // libcurl would send it

    const auto open = [](const std::filesystem::path& path, int flags, int& file) {
        file = path.empty() ? -1 : ::open(path.c_str(), flags | O_CLOEXEC, 0600);
        return path.empty() || file >= 0;
    };
    if (!open(m_request.file.path, O_RDONLY, m_source))
        return Failure(fileError(m_request.file.path, "be read", errno));
    const int how = m_request.isResumed ? O_APPEND : O_TRUNC;
    if (!open(m_request.saveTo, O_WRONLY | O_CREAT | how, m_target))
        return Failure(fileError(m_request.saveTo, "be written", errno));
    return {};
}

void Transfer::configure(const std::string& resolved, std::chrono::milliseconds timeLeft)
{
    const auto set = [this](CURLoption option, auto value) { curl_easy_setopt(m_easy.get(), option, value); };

    for (const std::string& header : m_request.headers)
        m_headers = curl_slist_append(m_headers, header.c_str());
    m_headers = curl_slist_append(m_headers, "Expect:");  // no pause before a body
    if (!resolved.empty())
        m_resolve = curl_slist_append(m_resolve, resolved.c_str());

    set(CURLOPT_URL, m_request.url.c_str());
    set(CURLOPT_HTTPHEADER, m_headers);
    set(CURLOPT_RESOLVE, m_resolve);
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));  // curl#10936
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, 10'000L);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeLeft.count()));
    set(CURLOPT_MAXLIFETIME_CONN, 1800L);
    set(CURLOPT_MAXAGE_CONN, 60L);
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_TCP_KEEPIDLE, 30L);
    set(CURLOPT_TCP_KEEPINTVL, 15L);
    if (m_request.slowest.count() > 0) {
        set(CURLOPT_LOW_SPEED_LIMIT, 1024L);
        set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(m_request.slowest.count()));
    }
    if (!m_request.isRepeatable)
        set(CURLOPT_FRESH_CONNECT, 1L);  // libcurl sends again, whatever the method, when a reused connection turns out dead
    if (!m_request.socket.empty()) {
        set(CURLOPT_UNIX_SOCKET_PATH, m_request.socket.c_str());
        set(CURLOPT_NOPROXY, "*");
    }

    set(CURLOPT_PRIVATE, this);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Transfer::onHeader);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_WRITEFUNCTION, &Transfer::onBody);
    if (m_request.report) {
        set(CURLOPT_NOPROGRESS, 0L);
        set(CURLOPT_XFERINFODATA, this);
        set(CURLOPT_XFERINFOFUNCTION, &Transfer::onProgress);
    }

    if (!m_request.file.path.empty()) {
        set(CURLOPT_UPLOAD, 1L);
        set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(m_request.file.size));
        set(CURLOPT_UPLOAD_BUFFERSIZE, static_cast<long>(std::clamp<std::int64_t>(m_request.file.size, 64 << 10, 2 << 20)));
        set(CURLOPT_READDATA, this);
        set(CURLOPT_READFUNCTION, &Transfer::onSend);
        set(CURLOPT_SEEKDATA, this);
        set(CURLOPT_SEEKFUNCTION, &Transfer::onSeek);
    } else if (m_request.method == "HEAD") {
        set(CURLOPT_NOBODY, 1L);
    } else if (m_request.method != "GET") {
        set(CURLOPT_POSTFIELDS, m_request.body.data());
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(m_request.body.size()));
    }
    set(CURLOPT_CUSTOMREQUEST, m_request.method.c_str());
}

Result<Reply> Transfer::reply(CURLcode code)
{
    if (code != CURLE_OK)
        return Failure(errorFor(code));
    long status = 0;
    curl_easy_getinfo(m_easy.get(), CURLINFO_RESPONSE_CODE, &status);
    m_reply.status = static_cast<int>(status);
    return std::move(m_reply);
}

Error Transfer::errorFor(CURLcode code) const
{
    if (m_fault)
        return *m_fault;
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return {Error::Code::Timeout, "The service did not answer in time.", {}};
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return {Error::Code::Invalid, "This is not a web address.", m_request.url};
    default:
        return {Error::Code::Network, "The service could not be reached.", curl_easy_strerror(code)};
    }
}

std::size_t Transfer::onHeader(char* data, std::size_t size, std::size_t count, void* self)
{
    const std::string_view line(data, size * count);
    const auto colon = line.find(':');
    if (colon != std::string_view::npos) {
        std::string name(line.substr(0, colon));
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const auto from = line.find_first_not_of(" \t", colon + 1);
        const auto to = line.find_last_not_of(" \t\r\n");
        static_cast<Transfer*>(self)->m_reply.headers[name] = from <= to ? line.substr(from, to - from + 1) : "";
    }
    return size * count;
}

std::size_t Transfer::onBody(char* data, std::size_t size, std::size_t count, void* self)
{
    return static_cast<Transfer*>(self)->keep(data, size * count) ? size * count : 0;
}

bool Transfer::keep(const char* data, std::size_t size)
{
    long status = 0;
    curl_easy_getinfo(m_easy.get(), CURLINFO_RESPONSE_CODE, &status);
    const bool isWanted = status / 100 == 2;
    if (isWanted && m_target >= 0)
        write(std::string_view(data, size), status);
    else if (isWanted && m_request.receive)
        m_request.receive(std::string_view(data, size));
    else if (m_reply.body.size() + size > m_request.limit)
        m_fault = Error{Error::Code::Protocol, "The answer is larger than allowed.", m_request.url};
    else
        m_reply.body.append(data, size);
    return !m_fault;
}

void Transfer::write(std::string_view bytes, long status)
{
    if (m_written == 0 && m_request.isResumed && status != 206 && ::ftruncate(m_target, 0) != 0)
        m_fault = fileError(m_request.saveTo, "be written", errno);
    while (!bytes.empty() && !m_fault) {
        const ssize_t written = ::write(m_target, bytes.data(), bytes.size());
        if (written > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
            m_written += written;
        } else if (errno != EINTR) {
            m_fault = fileError(m_request.saveTo, "be written", errno);
        }
    }
}

std::size_t Transfer::onSend(char* data, std::size_t size, std::size_t count, void* self)
{
    auto& transfer = *static_cast<Transfer*>(self);
    const auto& file = transfer.m_request.file;
    const auto wanted = std::min(static_cast<std::int64_t>(size * count), file.size - transfer.m_sent);
    const ssize_t got = ::pread(transfer.m_source, data, static_cast<std::size_t>(wanted), file.offset + transfer.m_sent);
    if (got < 0 || (got == 0 && wanted > 0)) {
        transfer.m_fault = Error{Error::Code::Storage, "The file changed while it was sent.", file.path.string()};
        return CURL_READFUNC_ABORT;
    }
    transfer.m_sent += got;
    return static_cast<std::size_t>(got);
}

int Transfer::onSeek(void* self, curl_off_t offset, int)
{
    static_cast<Transfer*>(self)->m_sent = offset;
    return CURL_SEEKFUNC_OK;
}

int Transfer::onProgress(void* self, curl_off_t downTotal, curl_off_t down, curl_off_t upTotal, curl_off_t up)
{
    const auto& transfer = *static_cast<Transfer*>(self);
    const bool isUpload = transfer.m_source >= 0;
    transfer.m_request.report(isUpload ? up : down, isUpload ? upTotal : downTotal);
    return 0;
}

} // namespace runyard::http
