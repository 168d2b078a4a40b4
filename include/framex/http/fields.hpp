/// Header fields as a value: in one piece of memory, however many there are.
#pragma once

#include <framex/fwd.hpp>

#include <boost/beast/http/field.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace framex {

/// Header fields in their order. Names are compared without case and keep the case they came in; one name may
/// appear several times, and its lines stand together. Spaces and tabs around a value are taken off (RFC 9110
/// section 5.5); whether names and values may be sent is looked at when they are.
///
/// Views and iterators hold until the fields are changed. What a call is given may be a view of the same
/// fields. Throws std::length_error when all names and values together pass 4 GiB.
class fields {
    struct entry {
        std::uint32_t at; ///< of the name in octets_
        std::uint32_t value_at;
        std::uint32_t name_size;
        std::uint32_t value_size;
        http::field id; ///< unknown: the name counts
    };

public:
    /// One line.
    class line {
    public:
        /// Which of the registered names it has, or http::field::unknown.
        http::field name() const noexcept { return entry_->id; }
        std::string_view name_string() const noexcept { return {octets_ + entry_->at, entry_->name_size}; }
        std::string_view value() const noexcept { return {octets_ + entry_->value_at, entry_->value_size}; }

    private:
        friend class fields;
        line(char const* octets, entry const* which) noexcept : octets_(octets), entry_(which) {}

        char const* octets_;
        entry const* entry_;
    };
    using value_type = line;

    class const_iterator {
        class arrow {
        public:
            explicit arrow(line one) noexcept : line_(one) {}
            line const* operator->() const noexcept { return &line_; }

        private:
            line line_;
        };

    public:
        using value_type = line;
        using difference_type = std::ptrdiff_t;
        using reference = line;
        using pointer = arrow;
        using iterator_category = std::input_iterator_tag; // since it gives values
        using iterator_concept = std::forward_iterator_tag;

        const_iterator() noexcept = default;
        line operator*() const noexcept { return {octets_, entry_}; }
        arrow operator->() const noexcept { return arrow(**this); }
        const_iterator& operator++() noexcept
        {
            ++entry_;
            return *this;
        }
        const_iterator operator++(int) noexcept
        {
            auto const before = *this;
            ++entry_;
            return before;
        }
        friend bool operator==(const_iterator const& a, const_iterator const& b) noexcept
        {
            return a.entry_ == b.entry_;
        }

    private:
        friend class fields;
        const_iterator(char const* octets, entry const* which) noexcept : octets_(octets), entry_(which) {}

        char const* octets_ = nullptr;
        entry const* entry_ = nullptr;
    };
    using iterator = const_iterator;

    const_iterator begin() const noexcept { return place(0); }
    const_iterator end() const noexcept { return place(std::ssize(entries_)); }
    /// Lines.
    std::size_t size() const noexcept { return entries_.size(); }

    /// The value of the first line of that name; empty when there is none.
    std::string_view operator[](http::field name) const noexcept { return value_of(find(name)); }
    std::string_view operator[](std::string_view name) const noexcept { return value_of(find(name)); }
    const_iterator find(http::field name) const noexcept { return equal_range(name).first; }
    const_iterator find(std::string_view name) const noexcept { return equal_range(name).first; }
    std::size_t count(http::field name) const noexcept { return size_of(equal_range(name)); }
    std::size_t count(std::string_view name) const noexcept { return size_of(equal_range(name)); }
    /// All lines of that name.
    std::pair<const_iterator, const_iterator> equal_range(http::field name) const noexcept
    {
        return lines_of(name, {});
    }
    std::pair<const_iterator, const_iterator> equal_range(std::string_view name) const noexcept;

    /// A further line: after those of the same name, else at the end.
    void insert(http::field name, std::string_view value);
    void insert(std::string_view name, std::string_view value);
    /// The only line of that name from now on, where the first one was, else at the end.
    void set(http::field name, std::string_view value);
    void set(std::string_view name, std::string_view value);
    /// How many lines were there.
    std::size_t erase(http::field name) noexcept { return erase(equal_range(name)); }
    std::size_t erase(std::string_view name) noexcept { return erase(equal_range(name)); }
    /// Gives the line after it.
    const_iterator erase(const_iterator where) noexcept;
    /// Memory for so many lines, and names and values of so many octets.
    void reserve(std::size_t lines, std::size_t octets);

private:
    using range = std::pair<const_iterator, const_iterator>;

    const_iterator place(std::ptrdiff_t index) const noexcept
    {
        return {octets_.data(), entries_.data() + index};
    }
    std::ptrdiff_t index_of(const_iterator where) const noexcept { return where.entry_ - entries_.data(); }
    std::string_view value_of(const_iterator found) const noexcept
    {
        return found == end() ? std::string_view() : (*found).value();
    }
    static std::size_t size_of(range const& lines) noexcept
    {
        return static_cast<std::size_t>(lines.second.entry_ - lines.first.entry_);
    }
    range lines_of(http::field id, std::string_view name) const noexcept;
    std::size_t erase(range const& lines) noexcept;
    void insert(http::field id, std::string_view name, std::string_view value);
    void set(http::field id, std::string_view name, std::string_view value);
    std::string with_room(std::size_t more);
    entry made(http::field id, std::string_view name, std::string_view value);

    std::string octets_; ///< of names and values, also of those that are gone
    std::vector<entry> entries_;
};

} // namespace framex
