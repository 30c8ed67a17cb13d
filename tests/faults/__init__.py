"""Real processes under load, broken on purpose: RELIABILITY section 4, `docs/cluster.md`.

    plan      what breaks in a round, drawn from its seed
    wire      a TCP connection that can be stalled or cut, in user space
    pair      PostgreSQL: a primary with a synchronous standby, which may be promoted
    stages    the two that are broken: nodes on a pair with Redis, and one house on its own disk
    breaking  how each fault is made and mended
    crowd     bidders who keep everything they were told, with the receipts
    judge     what they keep against the final archive; knows nothing of the faults
    rounds    one round after another, and what they come to

What it is not: a simulation. The same seed is the same plan, not the same run.
"""
