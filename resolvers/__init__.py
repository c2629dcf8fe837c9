"""The acts, one function each: Actor and plain values in, models out, refusals raised."""
