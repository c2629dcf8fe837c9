"""The contract: Strawberry types, inputs, payloads, roots, limits, and the committed SDL."""

import schema.enums  # noqa: F401 - registers the enums, before any type that has one
