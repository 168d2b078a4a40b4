// The codes of what keeps a service from starting: `framex explain CODE` prints them.
#include "serve.hpp"

namespace framex::cli {

namespace {

constexpr problem_kind kinds[] = {
    {"FX0201", "address not available",
        "The address to listen on is none, is used by another program, or does not belong to this machine.",
        "framex run --port 80", "Stop the other program, or choose another address with --host and --port."},
    {"FX0301", "plugin not found",
        "A name in load_plugins is no file in the folders that are searched. A name with dots means its last "
        "part; with \"/\", or ending in \".so\", it is the path of a file or folder.",
        "framex run --load-plugins shop",
        "Correct the name. Files are looked for as NAME.so and libNAME.so in --plugin-path, "
        "FRAMEX_PLUGIN_PATH and ./plugins."},
    {"FX0302", "plugin refused",
        "A plugin's class could not be made ready: its constructor or its table of APIs failed.",
        "load_plugins = [\"lab\"]", "Read the reason after the colon; it is the plugin's own."},
    {"FX0303", "no plugin file",
        "The file cannot be read, is damaged or built for another machine, or is a library without the "
        "record by which a "
        "plugin says how it was built. Nothing of it was run.",
        "framex run --load-plugins ./notes.txt",
        "Name the *.so file that was built from FRAMEX_EXPORT_PLUGIN(class)."},
    {"FX0304", "plugin built otherwise",
        "The plugin was built against another Boost or another interface of framex, or with another "
        "sanitizer. Objects of the two would not mean the same. Nothing of it was run.",
        "framex run --load-plugins ./built_for_boost_1_74.so",
        "Build it with the Boost and the framex of this program; the message says what differs."},
    {"FX0305", "plugin cannot be linked",
        "The system's loader found no definition for something that the plugin uses, or the plugin has no "
        "entry point.",
        "framex run --load-plugins ./half_linked.so", "Link the plugin with everything that it uses."},
    {"FX0306", "plugin file not safe",
        "Everybody on this machine may write the file or its folder, and so decide what this program runs.",
        "chmod o+w plugins/shop.so", "Take the permission away: chmod o-w FILE."},
    {"FX0307", "plugin project not made",
        "`framex plugin new` writes into a folder of its own and never over files that are there; the name "
        "becomes that of a C++ class.",
        "framex plugin new My-Plugin", "Choose another name, of small letters, digits and _."},
    {"FX0308", "build failed",
        "With --reload, a source of a plugin was changed, and the build of it failed. The plugins that were "
        "loaded go on serving.",
        "framex run --load-plugins build/shop.so --reload", "Mend the error that is shown, and save."},
    {"FX0309", "nothing to reload",
        "--reload builds and loads plugin files again; all plugins are parts of the program, or it cannot "
        "watch their files.",
        "framex run --load-builtin-plugins echo --reload",
        "Load a plugin from a file: framex run --load-plugins build/shop.so --reload."},
    {"FX0401", "plugins do not fit together",
        "A plugin requires an API that no loaded plugin offers, two routes have one method and path, two "
        "functions one name, or a path is none.",
        "required_remote_apis = {\"/api/v1/ecko\"}",
        "Read the reason: it names the plugins and the API. Load the missing one, or rename one of the two."},
    {"FX0402", "engine missing",
        "server.use_ray asks for the Ray engine, which this program was built without.",
        "framex run --use-ray", "Leave --use-ray away: remote jobs then run in the process."},
    {"FX0501", "task failed",
        "A task that a plugin started outside of any request threw, and nobody caught it. The service has "
        "stopped.",
        "co_spawn(context.executor(), poll_stock(), rethrow)",
        "Catch what the task throws where it is started, and log it: context.log()."},
    {"FX0601", "rule that can never match",
        "A pattern in auth.rules does not begin with \"/\", has \"*\" elsewhere than at its end after "
        "\"/\", or holds escapes or dot segments, which are resolved in a path before it is compared.",
        "\"api/*\" = [\"key\"]",
        "Write the whole path as plain text: \"/api/v1/echo\", or \"/api/v1/*\" for everything below it."},
    {"FX0602", "sign-in missing", "[auth.oauth] asks for a sign-in that this program was built without.",
        "[auth.oauth]", "Remove the table; auth.rules guard the pages by keys."},
};

} // namespace

std::span<problem_kind const> serve_problem_kinds() { return kinds; }

} // namespace framex::cli
