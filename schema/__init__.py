"""The contract: Strawberry types, inputs, payloads, roots, limits, and the committed SDL."""
