#include <framex/test/upstream.hpp>

#include <cerrno>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

namespace framex::test {

peer::peer(int socket, bool is_bounded) : socket_(socket)
{
    if (!is_bounded)
        return;
    timeval const limit{5, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

peer::~peer() { leave(); }

std::string peer::until(std::string_view text)
{
    for (;;) {
        if (auto const at = rest_.find(text); at != rest_.npos) {
            auto got = rest_.substr(0, at + text.size());
            rest_.erase(0, got.size());
            return got;
        }
        if (!more())
            return {};
    }
}

std::string peer::head() { return until("\r\n\r\n"); }

std::string peer::exactly(std::size_t size)
{
    while (rest_.size() < size && more()) {}
    auto got = rest_.substr(0, size);
    rest_.erase(0, got.size());
    return got;
}

bool peer::say(std::string_view octets)
{
    while (!octets.empty()) {
        auto const sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        octets.remove_prefix(static_cast<std::size_t>(sent));
        said_ += static_cast<std::size_t>(sent);
    }
    return true;
}

bool peer::client_leaves()
{
    char octets[4096];
    for (;;) {
        auto const size = ::recv(socket_, octets, sizeof octets, 0);
        if (size <= 0)
            return size == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    }
}

void peer::leave()
{
    if (socket_ >= 0)
        ::close(std::exchange(socket_, -1));
}

void peer::reset()
{
    linger const now{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    leave();
}

bool peer::more()
{
    char octets[65536];
    auto const size = ::recv(socket_, octets, sizeof octets, 0);
    if (size > 0)
        rest_.append(octets, static_cast<std::size_t>(size));
    return size > 0;
}

} // namespace framex::test
