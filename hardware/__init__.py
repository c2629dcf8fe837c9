"""PKCS#11: modules, tokens, keys, the certification authority and card personalisation.

Knows nothing of GraphQL, HTTP, databases or settings: everything is handed in.
"""
