"""From a finished WAV file to MP3, a stretch at a time, for a thread beside the event loop."""

from pathlib import Path

import soundfile

STRETCH = 8000 * 60  # frames in memory at once


def encode(wav: Path, mp3: Path) -> None:
    """Write the MP3 file; raises OSError. One that exists is replaced."""
    try:
        with (
            soundfile.SoundFile(wav) as source,
            soundfile.SoundFile(
                mp3,
                "w",
                samplerate=source.samplerate,
                channels=source.channels,
                format="MP3",
                subtype="MPEG_LAYER_III",
            ) as target,
        ):
            for stretch in source.blocks(STRETCH, dtype="int16"):
                target.write(stretch)
    except soundfile.LibsndfileError as error:
        raise OSError(str(error)) from error
