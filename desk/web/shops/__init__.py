"""The shops that report their sales, one file each: bytes, headers and a secret in; sales, or a refusal, out. Nothing here keeps anything."""
