#include "client.h"

namespace runyard::http {

namespace {

constexpr int PlacesPerHost = 6;
constexpr int HeldPlacesPerHost = 48;  // each waits for as long as nothing happens; they cost a socket and no more

// "http://host:port" of an address.
std::string originOf(const std::string& url)
{
    const auto host = url.find("://");
    return host == std::string::npos ? url : url.substr(0, url.find_first_of("/?#", host + 3));
}

} // namespace

// A socket of libcurl's, watched for as long as libcurl is interested in it.
class Client::Socket : public std::enable_shared_from_this<Client::Socket> {
public:
    Socket(Client& client, curl_socket_t socket) : m_client(client), m_descriptor(client.m_context, socket) {}

    void watch(int wanted)
    {
        m_wanted = wanted;
        arm(CURL_POLL_IN, asio::posix::stream_descriptor::wait_read);
        arm(CURL_POLL_OUT, asio::posix::stream_descriptor::wait_write);
    }

    void release()
    {
        m_wanted = CURL_POLL_NONE;
        m_descriptor.release();  // libcurl closes it
    }

private:
    void arm(int event, asio::posix::stream_descriptor::wait_type type)
    {
        if (!(m_wanted & event) || (m_armed & event))
            return;
        m_armed |= event;
        m_descriptor.async_wait(type, [self = shared_from_this(), event, type](boost::system::error_code error) {
            self->m_armed &= ~event;
            if (error || !(self->m_wanted & event))
                return;
            self->m_client.drive(self->m_descriptor.native_handle(), event);
            self->arm(event, type);
        });
    }

    Client& m_client;
    asio::posix::stream_descriptor m_descriptor;
    int m_wanted = CURL_POLL_NONE;  // CURL_POLL_IN and CURL_POLL_OUT have the values of CURL_CSELECT_*
    int m_armed = CURL_POLL_NONE;
};

// A transfer while libcurl works on it. Destroying it ends the transfer.
class Client::Exchange {
public:
    Exchange(Client& client, CURL* easy) : finished(client.m_context), m_client(client), m_easy(easy)
    {
        curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
        curl_multi_add_handle(client.m_multi.get(), easy);
    }
    ~Exchange() { curl_multi_remove_handle(m_client.m_multi.get(), m_easy); }
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    Event finished;
    CURLcode code = CURLE_OK;

private:
    Client& m_client;
    CURL* m_easy;
};

Client::Client(asio::io_context& context, Resolver::Lookup lookup)
    : m_context(context), m_resolver(context, std::move(lookup)), m_timer(context), m_multi(curl_multi_init(), &curl_multi_cleanup)
{
    const auto set = [this](CURLMoption option, auto value) { curl_multi_setopt(m_multi.get(), option, value); };
    set(CURLMOPT_SOCKETDATA, this);
    set(CURLMOPT_SOCKETFUNCTION, &Client::onSocket);
    set(CURLMOPT_TIMERDATA, this);
    set(CURLMOPT_TIMERFUNCTION, &Client::onTimer);
    set(CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
}

Client::~Client() = default;

// The line is ours, not libcurl's, where the clock of a waiting request would run.
std::shared_ptr<Gate> Client::gateFor(const Request& request)
{
    const std::string kind = request.isHeld ? "held " : "";
    auto& gate = m_gates[kind + (request.socket.empty() ? originOf(request.url) : request.socket.string())];
    if (!gate)
        gate = std::make_shared<Gate>(m_context, request.isHeld ? HeldPlacesPerHost : PlacesPerHost);
    return gate;
}

Task<Result<Reply>> Client::send(Request request)
{
    const auto gate = gateFor(request);
    const auto place = co_await gate->enter();
    const auto start = std::chrono::steady_clock::now();
    const auto limit = request.deadline > 0ms ? start + request.deadline : Event::Time::max();
    std::string address;
    if (request.socket.empty()) {
        auto resolved = co_await m_resolver.resolve(request.url, limit);
        if (!resolved)
            co_return Failure(std::move(resolved).error());
        address = std::move(*resolved);
    }

    auto timeLeft = request.deadline;
    if (timeLeft > 0ms)
        timeLeft = std::max(1ms, std::chrono::duration_cast<std::chrono::milliseconds>(limit - std::chrono::steady_clock::now()));
    Transfer transfer(std::move(request), address, timeLeft);
    if (const auto ready = transfer.prepare(); !ready)
        co_return Failure(ready.error());
    Exchange exchange(*this, transfer.handle());
    co_await exchange.finished.wait();
    co_return transfer.reply(exchange.code);
}

int Client::onSocket(CURL*, curl_socket_t socket, int wanted, void* self, void*)
{
    auto& client = *static_cast<Client*>(self);
    auto& watched = client.m_sockets[socket];
    if (wanted == CURL_POLL_REMOVE) {
        if (watched)
            watched->release();
        client.m_sockets.erase(socket);
    } else {
        if (!watched)
            watched = std::make_shared<Socket>(client, socket);
        watched->watch(wanted);
    }
    return 0;
}

int Client::onTimer(CURLM*, long milliseconds, void* self)
{
    auto& client = *static_cast<Client*>(self);
    client.m_timer.cancel();
    if (milliseconds >= 0) {
        client.m_timer.expires_after(std::chrono::milliseconds(milliseconds));
        client.m_timer.async_wait([&client](boost::system::error_code error) {
            if (!error)
                client.drive(CURL_SOCKET_TIMEOUT, 0);
        });
    }
    return 0;
}

void Client::drive(curl_socket_t socket, int events)
{
    int running = 0;
    int left = 0;
    curl_multi_socket_action(m_multi.get(), socket, events, &running);
    while (const CURLMsg* message = curl_multi_info_read(m_multi.get(), &left)) {
        Exchange* exchange = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
        exchange->code = message->data.result;
        exchange->finished.set();  // its Task goes on later, not inside libcurl
    }
}

} // namespace runyard::http
