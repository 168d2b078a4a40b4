/// What lender and borrower, two plugin libraries, both compile.
#pragma once

#include <framex/framex.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace lending {

/// An exception of the plugins' own.
class out_of_books : public std::runtime_error {
public:
    explicit out_of_books(int shelf) : std::runtime_error("the shelf is empty"), shelf_(shelf) {}
    int shelf() const noexcept { return shelf_; }

private:
    int shelf_;
};

/// A model that counts its copies, in each library for itself.
struct book {
    static inline int copies = 0;

    book() = default;
    explicit book(std::string called) : title(std::move(called)) {}
    book(book const& other) : title(other.title), pages(other.pages) { ++copies; }
    book(book&&) noexcept = default;
    book& operator=(book const& other)
    {
        ++copies;
        title = other.title;
        pages = other.pages;
        return *this;
    }
    book& operator=(book&&) noexcept = default;
    ~book() = default;

    std::string title;
    std::vector<int> pages;
};
BOOST_DESCRIBE_STRUCT(book, (), (title, pages))

} // namespace lending
