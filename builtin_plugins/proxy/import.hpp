/// What an upstream offers: its document, asked for again and again.
#pragma once

#include "document.hpp"
#include "settings.hpp"

#include <framex/framex.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace framex::proxy {

/// One upstream as it was last seen. Used on the executor of the plugin.
class upstream_import {
public:
    upstream_import(upstream_settings const& which, std::shared_ptr<proxy_settings const> settings);

    /// Asks for the document. True: the routes have changed. What fails is kept as trouble(), and what was
    /// read before stays.
    awaitable<bool> refresh();

    /// Null: it was never read.
    std::shared_ptr<imported_document const> const& document() const noexcept { return document_; }
    /// Why the last refresh failed; empty: it did not.
    std::string const& trouble() const noexcept { return trouble_; }
    upstream_settings const& settings() const noexcept { return which_; }
    /// When to ask again.
    std::chrono::milliseconds next_wait();

private:
    awaitable<response> ask(std::string path);
    void take(response answer, std::string const& asked, bool& changed);
    std::string advice(int status, std::string const& asked) const;

    upstream_settings const& which_; ///< a part of settings_
    std::shared_ptr<proxy_settings const> settings_;
    http_client fetcher_;
    std::string path_; ///< of the document: docs_path, or where FastAPI has it
    std::shared_ptr<imported_document const> document_;
    std::string text_; ///< of the document
    std::string etag_;
    std::string trouble_;
    unsigned failures_ = 0; ///< in a row
};

} // namespace framex::proxy
