#include "prepare.hpp"

#include "idle_settings.hpp"
#include "settings_check.hpp"

#include <algorithm>
#include <iterator>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace framex::cli {

void warn(run_request const& request, cli_environment const& environment, std::vector<problem> const& of)
{
    if (!of.empty())
        environment.err << render(of, request.is_coloured ? colours::on : colours::off) << '\n';
}

std::vector<std::string> prepare(
    app& service, run_request const& request, cli_environment const& environment, plugin_opener const& open)
{
    auto const built_in = names_of(environment.linked.builtin);
    if (auto faults = unusable_settings(request.configuration, built_in); !faults.empty()) {
        auto const code = exit_code_of(faults);
        throw refusal(std::move(faults), code);
    }
    auto choice = choose_plugins(request, environment, open);
    if (!choice.problems.empty())
        throw refusal(std::move(choice.problems), plugin_refused);
    auto idle = idle_settings(request.configuration);
    std::ranges::move(idle_plugin_tables(request.configuration, choice.entries), std::back_inserter(idle));
    warn(request, environment, idle);
    auto names = names_of(choice.entries);
    try_to(request, [&] {
        for (auto& entry : choice.entries)
            service.load(std::move(entry));
        service.prepare();
    });
    return names;
}

void run_until(asio::io_context& context, std::atomic<bool> const& reached)
{
    try {
        while (!reached)
            context.run_one();
    } catch (...) {
        throw task_failure(std::current_exception());
    }
}

} // namespace framex::cli
