#include "idle_settings.hpp"

#include <string>

namespace framex::cli {

namespace {

struct idle_setting {
    setting_path path; ///< of a value, or of the table around several
    char const* needs; ///< the part of framex that would act on it
};

std::vector<idle_setting> const& all_idle()
{
    static std::vector<idle_setting> const settings{
        {{"server", "dashboard_host"}, "the operator page"},
        {{"server", "dashboard_port"}, "the operator page"},
        {{"server", "ingress_config"}, "the Ray engine"},
        {{"base_ingress_config"}, "the Ray engine"},
        {{"log", "simple_log"}, "the Ray engine"},
        {{"log", "ignored_prefixes"}, "the Ray engine"},
        {{"server", "legal_proxy_code"}, "the proxy"},
        {{"docs", "embedded_config_file_whitelist"}, "the page of a plugin's settings"},
        {{"docs", "action_buttons"}, "the buttons of the docs page"},
        {{"sentry"}, "the report of errors to Sentry"},
        {{"repository"}, "the look for new releases of plugins"},
        {{"test"}, "the recorder of the tests"},
    };
    return settings;
}

} // namespace

std::vector<problem> idle_settings(run_request const& request)
{
    auto const& configuration = request.configuration;
    std::vector<problem> warnings;
    for (auto const& [path, needs] : all_idle()) {
        auto const* const history = configuration.history(path);
        if (!history || history->origin.source == "default")
            continue;
        auto warning = configuration.problem_at(path, "FX0110",
            "`" + dotted(path) + "` has no effect: " + needs + " is not part of this program");
        warning.is_warning = true;
        warnings.push_back(std::move(warning));
    }
    return warnings;
}

} // namespace framex::cli
