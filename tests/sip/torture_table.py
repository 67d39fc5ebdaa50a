"""RFC 4475 as data: what each torture message must be read as, or refused with.

`code` 0 means that the parser accepts. `reads` maps an attribute path of the message to its value.
`above` says what is left to the layers above, where an endpoint has to decide. The messages
themselves are not part of the project; `MESSAGES` is where a check-out may have them beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MESSAGES = Path(__file__).parents[2] / "../shared/data/rfc4475"


@dataclass(frozen=True)
class Torture:
    """One message and its verdict."""

    section: str
    name: str
    code: int = 0
    answerable: bool = True  # of a refused one: whether it can be answered
    reads: Mapping[str, object] = field(default_factory=dict)
    above: str = ""

    def data(self) -> bytes:
        """Return the bytes; the folder of the file tells nothing."""
        return next(MESSAGES.glob(f"*/{self.name}.dat")).read_bytes()


_SDP_150 = 150
_WORKING = "\u0440\u0430\u0431\u043e\u0442\u0430\u044e\u0449\u0438\u0439"
_PRIME = (
    "\u043d\u043e \u0441\u0442\u043e "
    "\u0434\u0435\u0432\u044f\u043d\u043e\u0441\u0442\u043e "
    "\u0434\u0435\u0432\u044f\u0442\u044c - \u043f\u0440\u043e\u0441\u0442\u043e\u0435"
)

VALID = (
    Torture(
        "3.1.1.1",
        "wsinv",
        reads={
            "method": "INVITE",
            "uri.user": "vivekg",
            "uri.params": {"unknownparam": None},
            "to.uri.user": "vivekg",
            "to.tag": "1918181833n",
            "from_.display": 'J Rosenberg \\"',
            "from_.tag": "98asjd8",
            "max_forwards": 68,
            "call_id": "wsinv.ndaksdj@192.0.2.1",
            "content_length": _SDP_150,
            "cseq.number": 9,
            "cseq.method": "INVITE",
            "get('Subject')": "",
            "get('NewFangledHeader')": "newfangled value continued newfangled value",
            "get('UnknownHeaderWithUnusualValue')": ";;,,;;,;",
            "[str(v) for v in via]": [
                "SIP/2.0/UDP 192.0.2.2;branch=390skdjuw",
                "SIP/2.0/TCP spindle.example.com;branch=z9hG4bK9ikj8",
                "SIP/2.0/UDP 192.168.255.111;branch=z9hG4bK30239",
            ],
            "route[0].uri.host": "services.example.com",
            "route[0].uri.params": {"lr": None, "unknownwith": "value", "unknown-no-value": None},
            "contact[0].display": 'Quoted string ""',
            "contact[0].params": {"newparam": "newvalue", "secondparam": None, "q": "0.33"},
            "body[:3]": b"v=0",
            "len(body)": _SDP_150,
        },
    ),
    Torture(
        "3.1.1.2",
        "intmeth",
        reads={
            "method": "!interesting-Method0123456789_*+`.%indeed'~",
            "cseq.method": "!interesting-Method0123456789_*+`.%indeed'~",
            "uri.user": "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
            "uri.password": "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)",
            "uri.host": "example.com",
            "via[0].branch": "z9hG4bK-.!%66*_+`'~",
            "to.display": "BEL:\x07 NUL:\x00 DEL:\x7f",
            "to.uri.user": "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
            "from_.display": "token1~` token2'+_ token3*%!.-",
            "from_.params": {
                "fromparam''~+*_!.-%": _WORKING,
                "tag": "_token~1'+`*%!-.",
            },
            "call_id": "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{",
            "cseq.number": 139122385,
            "max_forwards": 255,
            'get("extensionHeader-!.%*+_`\'~")': "\ufeff\u5927\u505c\u96fb",
        },
        above="501: a method that nobody implements",
    ),
    Torture(
        "3.1.1.3",
        "esc01",
        reads={
            "uri.user": "sips:user@example.com",
            "uri.host": "example.net",
            "raw_uri": "sip:sips%3Auser%40example.com@example.net",
            "to.uri.user": "user",
            "from_.uri.user": "I have spaces",
            "contact[0].uri.user": "caller",
            "contact[0].uri.is_loose_router": True,
            "contact[0].uri.params": {"lr": None, "name": "value%41"},
            "str(contact[0].uri)": "sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31",
            "content_type": "application/sdp",
        },
    ),
    Torture(
        "3.1.1.4",
        "escnull",
        reads={
            "method": "REGISTER",
            "to.uri.user": "null-\x00-null",
            "from_.uri.user": "null-\x00-null",
            "[c.uri.user for c in contact]": ["\x00", "\x00\x00"],
            "content_length": 0,
        },
    ),
    Torture(
        "3.1.1.5",
        "esc02",
        reads={
            "method": "RE%47IST%45R",
            "cseq.method": "RE%47IST%45R",
            "to.display": "%Z%45",
            "from_.display": "%Z%45",
            "via[0].branch": "z9hG4bK209%fzsnel234",
            "[c.uri.user for c in contact]": ["alias1", "alias3"],
            "get('C%6Fntact')": "<sip:alias2@host2.example.com>",
        },
        above="501: not the method REGISTER",
    ),
    Torture("3.1.1.6", "lwsdisp", reads={"from_.display": "caller", "from_.tag": "323"}),
    Torture(
        "3.1.1.7",
        "longreq",
        reads={
            "len(via)": 34,
            "via[0].host": "sip33.example.com",
            "via[33].received": "192.0.2.5",
            "via[33].host": "host.example.com",
            "to.display": "I have a user name of " + "extreme" * 10 + " proportion",
            "to.uri.port": 6000,
            "from_.uri.user": "amazinglylongcallername" * 5,
            "content_length": _SDP_150,
        },
    ),
    Torture(
        "3.1.1.8",
        "dblreq",
        reads={
            "method": "REGISTER",
            "call_id": "dblreq.0ha0isndaksdj99sdfafnl3lk233412",
            "body": b"",
        },
        above="the second request in the datagram is not seen",
    ),
    Torture(
        "3.1.1.9",
        "semiuri",
        reads={
            "uri.user": "user;par=u@example.net",
            "uri.host": "example.com",
            "uri.params": {},
            "all('Accept')": [
                "application/sdp",
                "application/pkcs7-mime",
                "multipart/mixed",
                "multipart/signed",
                "message/sip",
                "message/sipfrag",
            ],
        },
    ),
    Torture(
        "3.1.1.10",
        "transports",
        reads={"[v.transport for v in via]": ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]},
    ),
    Torture(
        "3.1.1.11",
        "mpart01",
        reads={
            "content_type": "multipart/mixed",
            "len(body)": 553,
            "body.endswith(b'--7a9cbec02ceef655--' + bytes([13, 10]))": True,
            "via[0].params": {
                "branch": "z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-",
                "rport": None,
            },
            "route[0].uri.port": 5080,
        },
        above="501 or 405: MESSAGE",
    ),
    Torture(
        "3.1.1.12",
        "unreason",
        reads={
            "status": 200,
            "reason": f"= 2**3 * 5**2 {_PRIME}",
        },
    ),
    Torture("3.1.1.13", "noreason", reads={"status": 100, "reason": "", "to.tag": "902jndnke3"}),
)

INVALID = (
    Torture("3.1.2.1", "badinv01", 400),
    Torture("3.1.2.2", "clerr", 400, above="on a stream: wait for the rest"),
    Torture("3.1.2.3", "ncl", 400, above="on a stream: close it"),
    Torture("3.1.2.4", "scalar02", 400),
    Torture("3.1.2.5", "scalarlg", 400, answerable=False, above="a response: drop it"),
    Torture("3.1.2.6", "quotbal", 400),
    Torture("3.1.2.7", "ltgtruri", 400),
    Torture("3.1.2.8", "lwsruri", 400),
    Torture("3.1.2.9", "lwsstart", 400),
    Torture("3.1.2.10", "trws", 400),
    Torture("3.1.2.11", "escruri", 400),
    Torture(
        "3.1.2.12",
        "baddate",
        reads={"get('Date')": "Fri, 01 Jan 2010 16:00:00 EST"},
        above="the Date is not used, so it does no harm",
    ),
    Torture("3.1.2.13", "regbadct", 400),
    Torture("3.1.2.14", "badaspec", 400),
    # Its file ends without the empty line, for which alone it is refused; with the line the display
    # names are read as if they were quoted (test_torture.py).
    Torture("3.1.2.15", "baddn", 400),
    Torture("3.1.2.16", "badvers", 505),
    Torture("3.1.2.17", "mismatch01", 400),
    Torture("3.1.2.18", "mismatch02", 400),
    Torture("3.1.2.19", "bigcode", 400, answerable=False, above="a response: drop it"),
)

TRANSACTION = (Torture("3.2.1", "badbranch", 400),)

APPLICATION = (
    Torture("3.3.1", "insuf", 400),
    Torture("3.3.2", "unkscm", 416),
    Torture("3.3.3", "novelsc", 416),
    Torture(
        "3.3.4",
        "unksm2",
        reads={
            "to.uri.scheme": "isbn",
            "to.uri.opaque": "2983792873",
            "from_.uri.scheme": "http",
            "from_.tag": "3234233",
            "contact[0].uri.scheme": "name",
            "contact[0].uri.opaque": "John_Smith",
        },
        above="a registrar answers 400: the To is no address of record",
    ),
    Torture(
        "3.3.5",
        "bext01",
        reads={
            "all('Require')": ["nothingSupportsThis", "nothingSupportsThisEither"],
            "all('Proxy-Require')": ["noProxiesSupportThis", "norDoAnyProxiesSupportThis"],
        },
        above="420 with Unsupported: both options of Require",
    ),
    Torture(
        "3.3.6",
        "invut",
        reads={"content_type": "application/unknownformat"},
        above="415 with Accept",
    ),
    Torture(
        "3.3.7",
        "regaut01",
        reads={"get('Authorization')": "NoOneKnowsThisScheme opaque-data=here"},
        above="as if it had no credentials",
    ),
    Torture("3.3.8", "multi01", 400),
    Torture("3.3.9", "mcl01", 400, above="on a stream: close it"),
    Torture(
        "3.3.10",
        "bcast",
        reads={"status": 200, "[v.host for v in via]": ["192.0.2.198", "255.255.255.255"]},
        above="dropped: more than one Via (RFC 3261 8.1.3.3)",
    ),
    Torture(
        "3.3.11",
        "zeromf",
        reads={"max_forwards": 0},
        above="an endpoint goes on as if it were positive; only a proxy answers 483",
    ),
    Torture(
        "3.3.12",
        "cparam01",
        reads={
            "contact[0].params": {"unknownparam": None},
            "contact[0].uri.params": {},
            "contact[0].uri.user": "+19725552222",
        },
    ),
    Torture(
        "3.3.13",
        "cparam02",
        reads={"contact[0].params": {}, "contact[0].uri.params": {"unknownparam": None}},
    ),
    Torture(
        "3.3.14",
        "regescrt",
        reads={"contact[0].uri.headers": {"Route": "<sip:sip.example.com>"}},
        above="a request to this contact carries the Route header",
    ),
    Torture(
        "3.3.15",
        "sdp01",
        reads={"all('Accept')": ["text/nobodyKnowsThis"]},
        above="406: no format for the answer",
    ),
)

BACKWARD = (
    Torture(
        "3.4.1",
        "inv2543",
        reads={
            "via[0].branch": None,
            "from_.tag": None,
            "from_.uri.params": {"user": "phone"},
            "to.params": {"user": "phone"},
            "to.uri.params": {},
            "max_forwards": None,
            "content_length": None,
            "record_route[0].uri.params": {"maddr": "ss1.example.com"},
            "body.startswith(b'v=0')": True,
            "body.rstrip().endswith(b'm=audio 49217 RTP/AVP 0')": True,
        },
        above="a transaction matched as RFC 2543 did",
    ),
)

RFC_4475 = (*VALID, *INVALID, *TRANSACTION, *APPLICATION, *BACKWARD)

# One more file lies with the messages that is not in the RFC: no Via, no SIP version, no CSeq.
FOREIGN = (Torture("-", "test", 400, answerable=False, above="drop it"),)

ALL = (*RFC_4475, *FOREIGN)
