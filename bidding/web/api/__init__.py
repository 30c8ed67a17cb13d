"""The HTTP API, a module a room: identity, auctions, drafts, rules, audit."""
