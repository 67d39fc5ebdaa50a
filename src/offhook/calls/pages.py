"""Documents as they come in: their text, where they come from, and what the log says of them."""

from collections.abc import Awaitable
from dataclasses import dataclass

from offhook import redaction
from offhook.calls.journal import Journal
from offhook.calls.limits import READ_IN_PLACE_BYTES
from offhook.calls.plant import Plant
from offhook.verbs.contexts import Context
from offhook.verbs.document import Document, InvalidBxml, parse
from offhook.verbs.encoding import charset_of
from offhook.webhooks.fetch import Reply


@dataclass(frozen=True, slots=True)
class Page:
    """A document's text and the URL its relative URLs are resolved against."""

    body: bytes
    base: str | None
    charset: str | None = None
    origin: str = "REST"  # named in `invalid-bxml` messages

    @classmethod
    def of(cls, reply: Reply) -> "Page":
        """Return what an application has answered."""
        return cls(reply.body, reply.url, charset_of(reply.content_type), reply.url)


async def read(plant: Plant, page: Page, context: Context) -> Document:
    """Read a document; raises InvalidBxml. The larger ones may not keep all other calls waiting."""
    https = plant.settings.https_with_credentials

    def work() -> Document:
        return parse(page.body, charset=page.charset, context=context, base=page.base, https=https)

    return work() if len(page.body) <= READ_IN_PLACE_BYTES else await plant.offload(work)


async def read_and_log(journal: Journal, page: Page, reading: Awaitable[Document]) -> Document:
    """Return what is read, and log what came of it; raises InvalidBxml."""
    text = redaction.body(page.body, len(page.body))
    try:
        document = await reading
    except InvalidBxml as fault:
        journal.log(
            "bxml.refused",
            text=text,
            reason=str(fault),
            line=fault.line,
            column=fault.column,
            rule=fault.finding.rule.id,
            origin=page.origin,
        )
        raise
    warnings = list(document.warnings)
    journal.log("bxml.accepted", text=text, origin=page.origin, warnings=warnings)
    return document
