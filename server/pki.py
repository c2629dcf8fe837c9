"""What relying parties fetch: the CA's certificates."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from starlette.requests import Request
from starlette.responses import Response


async def chain(request: Request) -> Response:
    """The issuing certificate, then the root, as PEM."""
    authority = request.app.state.engine.authority
    return Response(authority.chain_pem, media_type="application/x-pem-file")


async def issuing(request: Request) -> Response:
    """The issuing certificate as DER, where the leaves' caIssuers points (RFC 5280 4.2.2.1)."""
    pem = request.app.state.engine.authority.issuing_pem
    der = x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)
    return Response(der, media_type="application/pkix-cert")
