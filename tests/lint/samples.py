"""For every rule a document that breaks it and one, as alike as can be, that does not."""

from dataclasses import dataclass

from offhook.lint import Context
from offhook.verbs import registry


@dataclass(frozen=True)
class Sample:
    """One rule; snippets without a root are put into one."""

    rule: str
    bad: str | bytes
    good: str | bytes
    place: tuple[int, int] = (1, 11)  # just behind <Response>
    context: Context = Context.CALL
    based: bool = True


def whole(snippet: str | bytes) -> str | bytes:
    """Return a snippet as a document."""
    if isinstance(snippet, str) and snippet.startswith("+"):
        return f"<Response>{snippet[1:]}</Response>"
    return snippet


TO = "<PhoneNumber>+12025550100</PhoneNumber>"
PARTIES = "+<Transfer{}>" + TO + "</Transfer>"

UNSUPPORTED = sorted(registry.NOT_YET)[:1]

SAMPLES = [
    Sample(
        "document-size",
        "<Response>" + " " * 65_516 + "</Response>",
        "<Response>" + " " * 65_515 + "</Response>",
        (1, 1),
    ),
    Sample("document-empty", " \n", "<Response/>", (1, 1)),
    Sample("encoding", b"<Response>\xff</Response>", "<Response/>", (1, 1)),
    Sample("xml-syntax", "+<Tag>a && b</Tag>", "+<Tag>a &amp;&amp; b</Tag>", (1, 18)),
    Sample("xml-doctype", "<!-- a -->\n<!DOCTYPE Response><Response/>", "<Response/>", (2, 1)),
    Sample("root-element", "\n<Answer/>", "<Bxml/>", (2, 1)),
    Sample("stray-text", "+<Pause/>\n oops", "+<Pause/>\n <Tag>oops</Tag>", (2, 2)),
    Sample("unknown-verb", "+<Dance/>", "+<Pause/>"),
    Sample("verb-case", "+<hangUp/>", "+<Hangup/>"),
    *[Sample("verb-unsupported", f"+<{name}/>", "+<Pause/>") for name in UNSUPPORTED],
    Sample("inner-element", "+" + TO, PARTIES.format("")),
    Sample("misplaced-element", "+<Gather><Pause/></Gather>", "+<Gather/><Pause/>", (1, 19)),
    Sample(
        "verb-context",
        PARTIES.format(""),
        "+<PlayAudio>/a</PlayAudio>",
        context=Context.TRANSFER_ANSWER,
    ),
    Sample("missing-attribute", "+<Redirect/>", "+<Redirect redirectUrl='/a'/>"),
    Sample("missing-text", "+<PlayAudio> </PlayAudio>", "+<PlayAudio>a</PlayAudio>"),
    Sample("bad-value", "+<Pause duration='86401'/>", "+<Pause duration='86400'/>", (1, 28)),
    Sample(
        "bad-url",
        "+<Redirect redirectUrl='http:///a'/>",
        "+<Redirect redirectUrl='http://a'/>",
        (1, 34),
    ),
    Sample("bad-text", "+<SendDtmf>1x</SendDtmf>", "+<SendDtmf>1w</SendDtmf>", (1, 21)),
    Sample(
        "bad-combination",
        "+<Gather repeatCount='21'><PlayAudio>a</PlayAudio></Gather>",
        "+<Gather repeatCount='20'><PlayAudio>a</PlayAudio></Gather>",
    ),
    Sample(
        "insecure-credentials",
        "+<Record recordCompleteUrl='http://a.test/' username='u'/>",
        "+<Record recordCompleteUrl='https://a.test/' username='u'/>",
    ),
    Sample(
        "bad-ssml",
        "+<SpeakSentence>a <break time='11s'/></SpeakSentence>",
        "+<SpeakSentence>a <break time='10s'/></SpeakSentence>",
        (1, 28),
    ),
    Sample("unknown-attribute", "+<Pause\n duraton='1'/>", "+<Pause\n duration='1'/>", (2, 2)),
    Sample(
        "unreachable-verb",
        "+<Gather gatherUrl='/g'/><Hangup/>",
        "+<Gather/><Hangup/>",
        (1, 35),
    ),
    Sample(
        "attribute-without-effect",
        "+<Gather gatherMethod='GET'/>",
        "+<Gather gatherMethod='GET' gatherUrl='/g'/>",
        (1, 19),
    ),
    Sample("ignored-text", "+<Pause>a while</Pause>", "+<Pause> </Pause>", (1, 18)),
    Sample(
        "credentials-in-clear",
        "+<Redirect redirectUrl='http://a.test/' username='u'/>",
        "+<Redirect redirectUrl='http://localhost/' username='u'/>",
        (1, 34),
    ),
    Sample(
        "already-answered",
        "+<Pause/><Forward to='+12025550100'/>",
        "+<Tag>a</Tag><Forward to='+12025550100'/>",
        (1, 19),
        Context.UNANSWERED,
    ),
    Sample("ends-at-once", "+<StartRecording/>", "+<StartRecording/><Pause/>"),
    Sample(
        "relative-url",
        "+<PlayAudio>a.wav</PlayAudio>",
        "+<PlayAudio>https://a.test/a.wav</PlayAudio>",
        (1, 22),
        based=False,
    ),
    Sample(
        "unknown-voice",
        "+<SpeakSentence voice='suzan'>a</SpeakSentence>",
        "+<SpeakSentence voice='susan'>a</SpeakSentence>",
        (1, 33),
    ),
    Sample(
        "spoken-markup",
        "+<SpeakSentence>&lt;b&gt;a&lt;/b&gt;</SpeakSentence>",
        "+<SpeakSentence>&lt;s&gt;a&lt;/s&gt;</SpeakSentence>",
        (1, 26),
    ),
]
