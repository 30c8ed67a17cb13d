"""The house at work: asyncio and ports. What to decide is `bidding.core`; how to store, a port."""
