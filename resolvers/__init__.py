"""The acts: one function per business act. Actor and plain values in, models out, refusals raised."""
