#include "model/store.hpp"

#include <framex/plugin/form.hpp>

#include <algorithm>

namespace framex::detail {

namespace {

/// One part as it came: a file, or the text of a field.
struct sent_part {
    std::string text;
    std::optional<upload> file;
};

awaitable<std::string> read_field(multipart_part part)
{
    std::string text;
    while (auto piece = co_await part.next())
        text += *piece;
    co_return text;
}

/// Gives what was sent for one member to it, or says what is wrong with it.
class member_filler {
public:
    /// `most`: how many issues there may be in all.
    member_filler(form_member const& member, void* form, std::vector<issue>& issues, std::size_t most)
        : member_(member), at_(static_cast<char*>(form) + member.offset), issues_(issues), most_(most)
    {
    }

    void fill(std::vector<sent_part>& sent)
    {
        if (std::ranges::all_of(sent, [this](sent_part const& part) { return counts_as_missing(part); })) {
            settle_absent();
            return;
        }
        auto const before = issues_.size();
        if (member_.clear)
            member_.clear(at_);
        for (std::size_t i = 0; i < sent.size() && issues_.size() < most_; ++i)
            if (!counts_as_missing(sent[i]))
                take(sent[i], i);
        fault why;
        if (issues_.size() == before && member_.check && !member_.check(at_, &why))
            add(std::move(why), place(), input_of(sent));
    }

private:
    /// An empty text, but not as one of a list of texts; and a file input that was left empty.
    bool counts_as_missing(sent_part const& part) const
    {
        if (!part.file)
            return part.text.empty() && !(member_.is_list && member_.field);
        return !member_.field && part.file->filename().empty() && part.file->size() == 0;
    }

    location place() const { return {std::string("body"), std::string(member_.name)}; }

    void add(fault why, location where, std::string input = {})
    {
        issues_.emplace_back(
            std::move(why.type), std::move(where), std::move(why.msg), std::move(input), std::move(why.ctx));
    }

    void settle_absent()
    {
        if (member_.required)
            issues_.emplace_back("missing", place(), "Field required");
        else if (member_.reset_when_absent)
            member_.clear(at_);
    }

    void take(sent_part& part, std::size_t index)
    {
        auto where = place();
        if (member_.is_list)
            where.emplace_back(index);
        if (!member_.field && part.file)
            member_.take(at_, std::move(*part.file));
        else if (!member_.field)
            add({"value_error", "Value error, Expected UploadFile, received: <class 'str'>",
                    R"({"error":{}})"},
                std::move(where), input_of(part.text));
        else if (part.file)
            add(explain(wrong_kind(*scalar()), *scalar()), std::move(where));
        else
            store_text(part.text, where);
    }

    void store_text(std::string_view text, location const& where)
    {
        void* target = at_;
        auto const* ops = member_.field;
        if (member_.is_list) {
            target = ops->next(target);
            ops = ops->inner;
        }
        read_text(text, target, *ops, issues_, where);
    }

    reader_ops const* scalar() const { return member_.field->inner ? member_.field->inner : member_.field; }

    /// The text, or the list of texts; nothing for files and for very long ones.
    std::string input_of(std::vector<sent_part> const& sent) const
    {
        if (!member_.field)
            return {};
        if (!member_.is_list)
            return input_of(sent.front().text);
        std::string list;
        for (auto const& part : sent)
            list.append(list.empty() ? "[" : ",").append(to_json(part.text));
        return list.size() < max_input ? list + "]" : std::string();
    }
    static std::string input_of(std::string const& text)
    {
        return text.size() <= max_input ? to_json(text) : std::string();
    }

    form_member const& member_;
    void* at_;
    std::vector<issue>& issues_;
    std::size_t most_;
};

} // namespace

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the caller awaits at once
awaitable<> read_form(multipart_reader parts, form_table table, void* target, std::vector<issue>& issues)
{
    auto const* const end = table.members + table.count;
    std::vector<std::vector<sent_part>> sent(table.count);
    upload_spool spool;
    while (auto part = co_await parts.next()) {
        auto const* const member = std::find_if(
            table.members, end, [&](form_member const& each) { return each.name == part->name(); });
        if (member == end)
            continue; // the reader skips it
        sent_part received;
        if (!part->is_file()) {
            auto text = co_await read_field(std::move(*part));
            received.text = std::move(text);
        } else if (member->field)
            received.file.emplace(); // a fault: its content does not matter
        else {
            auto file = co_await spool.keep(std::move(*part));
            received.file = std::move(file);
        }
        auto& all = sent[static_cast<std::size_t>(member - table.members)];
        if (!member->is_list)
            all.clear(); // the last one counts
        all.push_back(std::move(received));
    }
    auto const most = issues.size() + max_issues;
    for (std::size_t i = 0; i < table.count && issues.size() < most; ++i)
        member_filler(table.members[i], target, issues, most).fill(sent[i]);
}

json::value file_schema()
{
    return {{"type", "string"}, {"format", "binary"}, {"contentMediaType", "application/octet-stream"}};
}

} // namespace framex::detail
