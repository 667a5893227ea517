#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace runyard::bench {

// A request whose body has been thrown away.
struct Question {
    std::string method;
    std::string path;                          // still encoded
    std::map<std::string, std::string> query;  // decoded
    std::map<std::string, std::string> headers;  // small letters
    std::int64_t length = 0;                   // of the body
};

struct Answer {
    int status = 200;
    std::string headers;       // lines, each with its end
    std::string text;
    std::int64_t noise = -1;   // bytes of noise instead of the text
    bool isHead = false;       // the length alone
};

// One client: HTTP/1.1 over TLS, blocking, a thread each.
class Talk {
public:
    Talk(int fd, SSL_CTX* tls);
    ~Talk();
    Talk(const Talk&) = delete;
    Talk& operator=(const Talk&) = delete;

    std::optional<Question> next();  // none: the client has gone
    void answer(const Answer& answer);

private:
    bool receive();
    bool write(const char* bytes, std::int64_t size);
    void throwAway(std::int64_t size);

    int m_fd;
    SSL* m_tls;
    std::vector<char> m_buffer;
    std::string m_held;  // read and not yet looked at
};

std::string decoded(const std::string& text);

} // namespace runyard::bench
