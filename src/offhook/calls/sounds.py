"""Files and speech, made into sound and played to their end."""

from urllib.parse import urljoin, urlsplit

from offhook.calls import replays
from offhook.calls.clips import clip
from offhook.calls.journal import Journal
from offhook.calls.plant import Plant
from offhook.calls.players import Players
from offhook.errors import calls
from offhook.hooks import Credentials
from offhook.media.audio import AudioError, decode
from offhook.media.messages import Load
from offhook.speech import SpeechError
from offhook.ssml import Sentence
from offhook.webhooks.downloads import Download, DownloadError
from offhook.webhooks.http import HttpError


class Sounds:
    """Those of one leg or room."""

    def __init__(self, plant: Plant, players: Players, journal: Journal, account_id: str) -> None:
        self._plant = plant
        self._players = players
        self._journal = journal
        self._account_id = account_id

    async def play(self, base: str | None, url: str, credentials: Credentials | None) -> None:
        """Fetch, decode and play audio to its end; raises CallError."""
        address = urljoin(base, url) if base else url
        try:
            found = await self._fetched(address, credentials)
            made = await self._plant.offload(
                lambda: clip(decode(found.body, found.content_type, urlsplit(found.url).path))
            )
        except (HttpError, DownloadError, AudioError) as error:
            reason = f"{error} ({calls.bare_url(address)})"
            raise calls.verb_failed("PlayAudio", reason) from error
        await self._play(made, "audio.played", url=calls.bare_url(address))

    async def _fetched(self, address: str, credentials: Credentials | None) -> Download:
        """Fetch a file; a recording of this account that is kept here needs no credentials."""
        archive, account_id = self._plant.archive, self._account_id
        if credentials is None and (own := await replays.find(archive, account_id, address)):
            return own
        return await self._plant.downloads.get(address, credentials)

    async def speak(self, sentence: Sentence) -> None:
        """Synthesise and speak to the end; raises CallError."""
        try:
            made = await self._plant.offload(
                lambda: clip(self._plant.synthesizer.synthesize(sentence))
            )
        except SpeechError as error:
            raise calls.verb_failed("SpeakSentence", str(error)) from error
        await self._play(made, "speech.played")

    async def _play(self, made: Load, kind: str, **data: str) -> None:
        if made.pcm:
            self._journal.log(kind, duration_s=round(len(made.pcm) / 16000, 3), **data)
            await self._players.play(self._plant.clips.load(made))
