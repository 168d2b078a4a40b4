/// Typed forms: a described struct with uploads among its members is filled from multipart/form-data.
///
///     struct profile_form {
///         std::string name;
///         std::optional<int> age;
///         framex::upload picture;
///     };
///     BOOST_DESCRIBE_STRUCT(profile_form, (), (name, age, picture))
///
/// Fields and files go to the member of their name (or alias); parts of other names are skipped. Of several
/// parts for one member the last one counts, a vector takes them all in their order. An empty text counts as
/// missing, except in a vector, and so does a file input that was left empty. Rules apply as in a JSON body,
/// and all faults are told at once. Fields stay in memory: server.limits.multipart_parts times
/// multipart_field_size bounds them; the files of one form take upload_memory there, see upload_spool.
#pragma once

#include <framex/http/upload.hpp>
#include <framex/model/schema.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace framex {

namespace detail {

template <class M>
inline constexpr bool is_upload_member =
    std::same_as<M, upload> || std::same_as<M, std::optional<upload>> || std::same_as<M, std::vector<upload>>;

template <class M>
inline constexpr bool is_field_member =
    scalar_value<M> || ((is_optional<M> || is_vector<M>) && scalar_value<inner_type<M>>);

/// Whether an upload is anywhere in T; `Seen` are the models that the search is inside of.
template <class T, class... Seen>
consteval bool holds_upload()
{
    if constexpr (std::same_as<T, upload>)
        return true;
    else if constexpr (is_optional<T> || is_vector<T> || is_map<T>)
        return holds_upload<inner_type<T>, Seen...>();
    else if constexpr ((std::same_as<T, Seen> || ...))
        return false;
    else if constexpr (model<T>)
        return []<class... D>(boost::mp11::mp_list<D...>) {
            return (holds_upload<member_type<T, D>, T, Seen...>() || ...);
        }(boost::mp11::mp_rename<members_of<T>, boost::mp11::mp_list>{});
    else
        return false;
}

template <class T>
consteval bool has_upload_member()
{
    return []<class... D>(boost::mp11::mp_list<D...>) {
        return (is_upload_member<member_type<T, D>> || ...);
    }(boost::mp11::mp_rename<members_of<T>, boost::mp11::mp_list>{});
}

/// Whether each member can come from parts of its name.
template <class T>
consteval bool is_flat()
{
    return []<class... D>(boost::mp11::mp_list<D...>) {
        return ((is_upload_member<member_type<T, D>> || is_field_member<member_type<T, D>>) && ...);
    }(boost::mp11::mp_rename<members_of<T>, boost::mp11::mp_list>{});
}

} // namespace detail

/// A described struct with a framex::upload, an optional or a vector of them among its members: as a
/// handler's parameter it is the multipart/form-data body.
template <class T>
concept form_model = model<T> && detail::has_upload_member<T>();

namespace detail {

/// One member of a form. Functions take the address of the member; those that it does not need are null.
struct form_member {
    std::string_view name;
    reader_ops const* field; // null: of files
    void (*take)(void*, upload&&); // files: one more
    void (*clear)(void*); // optional and vector
    bool (*check)(void const*, fault*);
    std::size_t offset;
    bool is_list, required;
    bool reset_when_absent; // an optional that is not defaulted
};

struct form_table {
    form_member const* members;
    std::size_t count;
};

template <class M>
void take_upload(void* member, upload&& file)
{
    if constexpr (is_vector<M>)
        static_cast<M*>(member)->push_back(std::move(file));
    else
        *static_cast<M*>(member) = std::move(file);
}

template <class T, class D>
form_member describe_form_member(T const& sample)
{
    using M = member_type<T, D>;
    auto const offset =
        reinterpret_cast<char const*>(&(sample.*D::pointer)) - reinterpret_cast<char const*>(&sample);
    form_member made{};
    made.name = json_name<T, D>();
    if constexpr (is_upload_member<M>)
        made.take = &take_upload<M>;
    else
        made.field = &tables<M>::ops;
    if constexpr (is_optional<M> || is_vector<M>)
        made.clear = &clear<M>;
    made.check = check_of<T, D>();
    made.offset = static_cast<std::size_t>(offset);
    made.is_list = is_vector<M>;
    made.required = !is_optional<M> && !is_defaulted<T, D>();
    made.reset_when_absent = is_optional<M> && !is_defaulted<T, D>();
    return made;
}

template <form_model T>
form_table form_table_of()
{
    static auto const table = []<class... D>(boost::mp11::mp_list<D...>) {
        expect_named_members<T>();
        T const sample{};
        return std::array<form_member, sizeof...(D)>{describe_form_member<T, D>(sample)...};
    }(boost::mp11::mp_rename<members_of<T>, boost::mp11::mp_list>{});
    return {table.data(), table.size()};
}

/// Reads the whole form into `target`, an object of the struct that `table` describes, made by default. Adds
/// an issue for each fault, in declaration order; `target` is then unspecified. Throws http_error 400 or 413
/// for a broken form, and what upload_spool throws. `target` and `issues` outlive the call.
awaitable<> read_form(multipart_reader parts, form_table table, void* target, std::vector<issue>& issues);

/// {"type":"string","format":"binary","contentMediaType":"application/octet-stream"}: the words of OpenAPI
/// 3.0, which many tools still want, and of 3.1.
json::value file_schema();

/// How the members of a form are described: a form has no null, so an optional is only not required.
struct form_schemas {
    static constexpr bool has_null = false;

    template <class M>
    static json::value of(schema_registry& registry)
    {
        if constexpr (std::same_as<M, upload>)
            return file_schema();
        else if constexpr (is_optional<M>)
            return of<inner_type<M>>(registry);
        else if constexpr (is_vector<M>)
            return {{"items", of<inner_type<M>>(registry)}, {"type", "array"}};
        else
            return schema_of<M>(registry);
    }
};

} // namespace detail

/// The schema of a form, as schema_of() makes it for other models.
template <form_model T>
json::value form_schema_of(schema_registry& registry)
{
    return detail::component_of<T, detail::form_schemas>(registry);
}

} // namespace framex
