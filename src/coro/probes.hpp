/// Whether the other side of a connection that may be silent for ever is still there.
#pragma once

namespace framex {

/// TCP asks a side that has said nothing for a minute, and ends the connection with ETIMEDOUT when it answers
/// none of six questions within another one. RFC 9293 section 3.8.4.
void probe_when_silent(int socket) noexcept;

} // namespace framex
