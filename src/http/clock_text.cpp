#include "http/clock_text.hpp"

#include <ctime>

namespace framex {

clock_text now_text()
{
    struct cache {
        std::time_t second = 0;
        char stamp[24];
        char date[40];
        std::size_t stamp_size = 0;
        std::size_t date_size = 0;
    };
    static thread_local cache text;

    timespec now{};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec != text.second) {
        std::tm parts{};
        localtime_r(&now.tv_sec, &parts);
        text.stamp_size = std::strftime(text.stamp, sizeof text.stamp, "%Y-%m-%d %H:%M:%S", &parts);
        gmtime_r(&now.tv_sec, &parts);
        text.date_size = std::strftime(text.date, sizeof text.date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
        text.second = now.tv_sec;
    }
    return {{text.stamp, text.stamp_size}, {text.date, text.date_size}};
}

} // namespace framex
