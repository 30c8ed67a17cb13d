"""The proof: bytes, trees, notes, receipts and archives.

It is what makes a session checkable by somebody who trusts nobody: one file, one
policy, offline. It is not about auctions: an entry is a canonical JSON object with an
index, a log name and a time, and nothing here knows what the rest of it means.

Bottom up:

    text        canonical base64 and decimals, the alphabet of every text format below
    canon       RFC 8785 bytes within our profile
    merkle      RFC 6962 trees and their proofs
    ed25519     which public keys we let in
    command_key a bidder's own key, and what he signs with it
    checkpoint  C2SP tlog-checkpoint: origin, size, root
    note        C2SP signed-note and tlog-cosignature: who signed it
    policy      C2SP tlog-policy: whose signatures are enough
    witness     C2SP tlog-witness: what a witness signs, and what it never signs
    witness_policy   which witnesses a centre has, for the policies of all its logs
    envelope    what every entry says of itself
    receipt     C2SP tlog-proof: "my bid is entry 17 of the log the centre signed"
    archive     the auditor's single file
    sm3, sm2    the Chinese hash, and verification of the Chinese signature
    gm          the parallel log under them, for who must have it; off by default
    shamir      k of n: sharing a secret over GF(2^8)
    escrow      sealed bids: commitment, box, and its key with n trustees

Only the standard library, orjson and cryptography are imported. No clock, no file,
no network: bytes in, values or one refusal out.
"""
