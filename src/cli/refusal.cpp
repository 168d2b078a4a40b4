#include "refusal.hpp"

#include <framex/server/app.hpp>

#include <string_view>
#include <utility>

namespace framex::cli {

problem fault(std::string code, std::string message, std::string help)
{
    problem p;
    p.code = std::move(code);
    p.message = std::move(message);
    p.help = std::move(help);
    return p;
}

problem misfit(std::string const& reason)
{
    constexpr std::string_view between = "; ";
    auto const end = reason.rfind(between);
    return end == reason.npos ? fault("FX0401", reason)
                              : fault("FX0401", reason.substr(0, end), reason.substr(end + between.size()));
}

refusal refusal_of(std::exception_ptr error, run_request const& request)
{
    try {
        std::rethrow_exception(error);
    } catch (refusal& refused) {
        return std::move(refused);
    } catch (load_error const& failed) {
        std::vector<problem> problems;
        for (auto const& reason : failed.reasons())
            problems.push_back(misfit(reason));
        return {std::move(problems), plugin_refused};
    } catch (validation_error const& failed) {
        std::vector<problem> problems;
        for (auto const& one : failed.issues())
            problems.push_back(request.configuration.problem_of(one));
        return {std::move(problems), configuration_refused};
    } catch (plugin_failure const& failed) {
        return {{fault("FX0302", failed.what())}, plugin_refused};
    }
}

std::string text_of(std::exception_ptr const& error)
{
    try {
        std::rethrow_exception(error);
    } catch (std::exception const& known) {
        return known.what();
    } catch (...) {
        return "an exception that is no std::exception";
    }
}

refusal task_failure(std::exception_ptr const& error)
{
    return {{fault("FX0501", "a task of a plugin failed, and nobody caught it: " + text_of(error))}, failed};
}

} // namespace framex::cli
