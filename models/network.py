"""Where requests come from: what of an address is counted, and what of it is shown."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

COUNTED = 64
SHOWN = 48
LONGEST = 45


def network_of(address: str) -> str:
    """What counts as one origin: an IPv4 address, or the /64 of an IPv6 one, of which a household
    has more addresses than one can count. Empty when the address is not known.
    """
    found = _parsed(address)
    if found is None:
        return address[:LONGEST]
    return str(found) if isinstance(found, IPv4Address) else str(_net(found, COUNTED))


def masked_network(address: str) -> str:
    """The address as its owner recognises it and nobody is traced by: /24, or /48 for IPv6."""
    found = _parsed(address)
    if found is None:
        return ""
    if isinstance(found, IPv4Address):
        return f"{str(found).rpartition('.')[0]}.*"
    return str(_net(found, SHOWN))


def _net(address: IPv6Address, prefix: int) -> IPv6Network:
    return IPv6Network((address, prefix), strict=False)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
