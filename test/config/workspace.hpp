/// A folder of its own for one test, with the sources of a configuration.
#pragma once

#include <framex/config/sources.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace framex::test {

/// The folder goes away with the object.
class workspace {
public:
    workspace()
    {
        std::string name = (std::filesystem::temp_directory_path() / "framex-test-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("no folder for a test");
        sources.working_directory = name;
    }
    workspace(workspace const&) = delete;
    workspace& operator=(workspace const&) = delete;
    ~workspace() { std::filesystem::remove_all(sources.working_directory); }

    workspace& file(std::string const& name, std::string const& text)
    {
        std::ofstream(sources.working_directory / name, std::ios::binary) << text;
        return *this;
    }
    workspace& toml(std::string const& text) { return file("config.toml", text); }
    workspace& variable(std::string const& name, std::string const& value)
    {
        sources.environment[name] = value;
        return *this;
    }
    workspace& option(std::string const& key, std::string const& value)
    {
        sources.command_line.emplace_back(key, value);
        return *this;
    }

    framex::configuration read() const { return configuration::read(sources); }

    /// What a person sees when there are problems.
    std::string problems() const { return render(read().problems()); }

    configuration_sources sources;
};

} // namespace framex::test
