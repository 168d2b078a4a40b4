/// The models of the plugin `lab`.
#pragma once

#include <framex/framex.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace contract {

struct Part {
    std::string sku;
    std::int64_t qty = 1;

    static constexpr auto rules() { return framex::rules(framex::field(&Part::qty, framex::defaulted)); }
};
BOOST_DESCRIBE_STRUCT(Part, (), (sku, qty))

enum class Colour { red, blue };
BOOST_DESCRIBE_ENUM(Colour, red, blue)

struct Item {
    std::int64_t id = 0;
    std::string name = "unnamed";
    std::vector<std::string> tags;
    double ratio = 0.5;
    Colour colour = Colour::red;
    std::optional<Part> part;
    framex::json::object extra;

    static constexpr auto rules()
    {
        return framex::rules(framex::field(&Item::name, framex::defaulted),
            framex::field(&Item::tags, framex::defaulted), framex::field(&Item::ratio, framex::defaulted),
            framex::field(&Item::colour, framex::defaulted), framex::field(&Item::part, framex::defaulted),
            framex::field(&Item::extra, framex::defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(Item, (), (id, name, tags, ratio, colour, part, extra))

struct Aliased {
    std::int64_t user_id = 0;
    std::string user_name = "anon";

    Aliased() = default;
    Aliased(std::int64_t id, std::string name) : user_id(id), user_name(std::move(name)) {}

    static constexpr auto rules()
    {
        return framex::rules(framex::field(&Aliased::user_id, framex::alias{"userId"}),
            framex::field(&Aliased::user_name, framex::alias{"userName"}, framex::defaulted));
    }
};
BOOST_DESCRIBE_STRUCT(Aliased, (), (user_id, user_name))

/// What `types` answers: its four parameters.
struct FourTypes {
    framex::big_integer a;
    double b = 0;
    bool c = false;
    std::string d;
};
BOOST_DESCRIBE_STRUCT(FourTypes, (), (a, b, c, d))

struct Mixed {
    std::string message;
    Part model;
};
BOOST_DESCRIBE_STRUCT(Mixed, (), (message, model))

/// What `upload` and `uploads` take.
struct UploadForm {
    framex::upload file;
    std::string note;
};
BOOST_DESCRIBE_STRUCT(UploadForm, (), (file, note))

struct UploadsForm {
    std::vector<framex::upload> files;
};
BOOST_DESCRIBE_STRUCT(UploadsForm, (), (files))

/// What `upload` answers.
struct StoredFile {
    std::string name;
    std::string type;
    std::size_t size = 0;
    std::string text;
    std::string note;
};
BOOST_DESCRIBE_STRUCT(StoredFile, (), (name, type, size, text, note))

/// What `uploads` answers.
struct StoredFiles {
    std::vector<std::string> names;
    std::vector<std::size_t> sizes;
    std::string kind;
};
BOOST_DESCRIBE_STRUCT(StoredFiles, (), (names, sizes, kind))

} // namespace contract
