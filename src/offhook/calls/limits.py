"""Every limit of call control, with its name and unit."""

from dataclasses import dataclass

RINGING_START_S = 30.0  # time for an outbound call to start ringing (rest.md 4.1)
CONFIRM_S = 35.0  # time for a caller's ACK; the SIP stack gives up after 64*T1 = 32 s
COMMIT_S = 5.0  # time for the store to write down what somebody is about to learn
MEDIA_OPEN_S = 5.0  # time for a media worker to open a leg
INBOX_FACTS = 1000  # facts waiting in one call's inbox
PLAY_OUT_S = 0.08  # from the last sound to our BYE: what jitter buffers of far ends still hold
READ_IN_PLACE_BYTES = 4096  # a document that is larger is read beside the event loop
CONSECUTIVE_REDIRECTS = 100  # without a media verb between (bxml.md 4.11)
RELAYED_KEYS = 32  # keys of a joined party that wait to be sent
RELAYED_KEY_MS = 100  # how long each of them sounds
RELAYED_GAP_MS = 60  # and the silence after it
JOURNAL_KEPT_S = 300.0  # an ended call's log stays open: its webhooks may take their time
LEFTOVER_JOURNALS = 10_000  # logs of calls long over that are open; the oldest gives way
RAN_OUT_GRACE_S = 5.0  # `completed` on a call whose BXML has run out is still 200 (errors.md 3.6)
QUEUED_AGE_S = 24 * 3600.0  # a queued call older than this is dropped at restart (rest.md 7)
CONFERENCE_MEMBERS = 20  # bxml.md 4.2
CONFERENCE_AGE_S = 24 * 3600.0  # then it ends as if REST had ended it (bxml.md 4.2)
DOCUMENTS_WAITING = 100  # of one conference, behind the one that runs
ENDPOINT_AGE_S = 24 * 3600.0  # then it vanishes (rest.md 11)
DEVICES_AT_ONCE = 10  # of one endpoint
DEVICES_LISTED = 20  # of one endpoint, those that have left included
RECORDED_S = 30.0  # time for a media worker to finish a file once it is told to stop
RECORDINGS_KEPT_S = 30 * 86_400.0  # rest.md 6
STORAGE_WAIT_S = 1.0  # after a storage could not be reached; doubled each time …
STORAGE_LONGEST_WAIT_S = 60.0  # … up to this
STORAGE_AT_ONCE = 4  # files on their way to the storage
PASSAGES_WAITING = 100  # for the recogniser, which takes a fraction of a second for each
CLIP_BANK_BYTES = 64 * 2**20  # audio kept loaded in the media plane between plays
RETRY_AFTER_S = 1  # told to a caller refused for limits (errors.md 8.3)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator sets for call control."""

    base_url: str  # public URL, without a final slash
    node_calls: int = 2000  # live legs on this node
    endpoints: int = 1000  # of one account
    flat_endpoint_events: bool = False  # the newer shape of webhooks.md 9
    recently_ended_s: float = 60.0  # 409 rather than 404 (errors.md 3.6); 0 for always 404
    shutdown_grace_s: float = 5.0  # time for calls to say goodbye
    https_with_credentials: bool = True  # refuse documents that would send them in the clear
