#pragma once

#include "transport.h"

#include <curl/curl.h>

#include <memory>
#include <optional>

namespace runyard::http {

// One exchange with a server: a Request turned into a libcurl handle, and what
// came back. Knows nothing of how the handle is driven.
class Transfer {
public:
    Transfer(Request request, const std::string& resolved, std::chrono::milliseconds timeLeft);
    ~Transfer();
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    CURL* handle() const { return m_easy.get(); }
    Result<> prepare();  // checks the request and opens its files; to be called first
    Result<Reply> reply(CURLcode code);

private:
    static std::size_t onHeader(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t onBody(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t onSend(char* data, std::size_t size, std::size_t count, void* self);
    static int onSeek(void* self, curl_off_t offset, int origin);
    static int onProgress(void* self, curl_off_t downTotal, curl_off_t down, curl_off_t upTotal, curl_off_t up);

    void configure(const std::string& resolved, std::chrono::milliseconds timeLeft);
    bool keep(const char* data, std::size_t size);
    void write(std::string_view bytes, long status);
    Error errorFor(CURLcode code) const;

    Request m_request;
    Reply m_reply;
    std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> m_easy;
    curl_slist* m_headers = nullptr;
    curl_slist* m_resolve = nullptr;
    int m_source = -1;
    int m_target = -1;
    std::int64_t m_sent = 0;
    std::int64_t m_written = 0;
    std::optional<Error> m_fault;  // what went wrong on our side
};

} // namespace runyard::http
