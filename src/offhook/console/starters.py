"""Documents to start from in the dialler: each runs as it is, or says what to put in."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Starter:
    """A document and its name in the list."""

    name: str
    text: str


STARTERS: Final = (
    Starter(
        "Speak",
        """\
<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <SpeakSentence>Hello from Offhook. This call works. Goodbye.</SpeakSentence>
  <Hangup/>
</Response>
""",
    ),
    Starter(
        "Menu",
        """\
<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <!-- your application is told the key at gatherUrl, and answers with what comes next -->
  <Gather gatherUrl="https://app.example.com/menu" maxDigits="1" firstDigitTimeout="8">
    <SpeakSentence>For sales press one. For support press two.</SpeakSentence>
  </Gather>
</Response>
""",
    ),
    Starter(
        "Record",
        """\
<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <SpeakSentence>Please leave a message. Press pound when you are done.</SpeakSentence>
  <Record maxDuration="60" silenceTimeout="5" terminatingDigits="#"/>
  <SpeakSentence>Thank you. Goodbye.</SpeakSentence>
</Response>
""",
    ),
    Starter(
        "Transfer",
        """\
<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <SpeakSentence>One moment, please.</SpeakSentence>
  <Transfer callTimeout="20">
    <PhoneNumber>+12025550103</PhoneNumber>
  </Transfer>
  <SpeakSentence>Nobody is there. Goodbye.</SpeakSentence>
</Response>
""",
    ),
    Starter(
        "Conference",
        """\
<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <SpeakSentence>Welcome to the conference.</SpeakSentence>
  <Conference>team</Conference>
</Response>
""",
    ),
)
