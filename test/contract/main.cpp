#include "builtin_plugins.hpp"
#include "cli/serve.hpp"
#include "contract_plugins.hpp"

int main(int argc, char** argv)
{
    framex::cli::linked_plugins plugins;
    plugins.builtin = framex::builtin_plugins();
    plugins.others = {contract::bench_plugin(), contract::caller_plugin(), contract::conformance_plugin(),
        contract::lab_plugin(), contract::labfn_plugin()};
    return framex::cli::run_program(argc, argv, std::move(plugins));
}
