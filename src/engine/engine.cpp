#include <framex/engine/engine.hpp>

namespace framex {

namespace {

char const* text_of(engine_errc why)
{
    switch (why) {
    case engine_errc::missing:
        return "remote(): the executor's context has no engine; give it one with use_engine()";
    case engine_errc::queue_full:
        return "too many jobs are waiting";
    case engine_errc::stopped:
        break;
    }
    return "the engine has stopped";
}

} // namespace

engine_error::engine_error(engine_errc why) : std::runtime_error(text_of(why)), why_(why) {}
engine_error::~engine_error() = default;

engine_job::~engine_job() = default;
engine::~engine() = default;

} // namespace framex
