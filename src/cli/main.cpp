#include "builtin_plugins.hpp"
#include "serve.hpp"

int main(int argc, char** argv)
{
    framex::cli::linked_plugins plugins;
    plugins.builtin = framex::builtin_plugins();
    return framex::cli::run_program(argc, argv, std::move(plugins));
}
