/// Content codings of whole answers: which one a client accepts, and the coding itself. RFC 9110
/// sections 8.4, 12.5.3.
#pragma once

#include <framex/config/settings.hpp>
#include <framex/http/message.hpp>
#include <framex/model/issue.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace framex {

enum class coding : unsigned char { identity, gzip, br, zstd };

/// The coding as Content-Encoding names it.
std::string_view name_of(coding one) noexcept;
/// Letters are compared without case; x-gzip is gzip. None for a coding that we lack.
std::optional<coding> coding_of(std::string_view name) noexcept;

/// What a client accepts.
class accepted_codings {
public:
    /// Takes in one Accept-Encoding field. An element that is not in the grammar counts for nothing.
    void add(std::string_view list);
    /// The one with the greatest weight, of equals the first. Identity where nothing else is accepted, also
    /// when that is not accepted either, and where the client gives it more weight.
    coding best_of(std::span<coding const> offered) const noexcept;

private:
    int weight_of(coding one) const noexcept;

    static constexpr int unnamed = -1;
    std::array<int, 4> named_{unnamed, unnamed, unnamed, unnamed}; ///< thousandths
    int others_ = unnamed; ///< of "*"
};

/// Whether a body of this Content-Type becomes smaller: texts, JSON, XML, scripts… An event stream is none.
bool is_compressible(std::string_view content_type) noexcept;

/// The body in that coding, in `packed`. False: it would not be smaller; `packed` is of no use then.
bool compress(coding how, std::string_view body, std::string& packed);

/// Puts the body of a handler's response into the coding, with its Content-Encoding, and its ETag made weak;
/// of a 304 the ETag alone. Untouched stays what is smaller than `min_size`, would not shrink, is coded
/// already, a part (206), or may not be transformed (RFC 9111 section 5.2.2.6). True: it depends on what the
/// client accepts.
bool compress_response(response& reply, coding how, std::uint64_t min_size);

/// The codings of `[server.compression]`; none when that is off.
std::vector<coding> codings_of(compression_settings const& wanted);
/// Codings that we lack.
std::vector<issue> issues_of(compression_settings const& wanted);

} // namespace framex
