"""A small lesson made on this machine: a drawn picture with the running time, and a spoken voice. For `halqa demo`.

No file is shipped and nothing is fetched: ffmpeg draws (lavfi), espeak-ng speaks.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from pathlib import Path

from .errors import NoEncoder, NotMedia

PAPER, INK, ACCENT, SIGNAL = "0xFAF6EC", "0x14213D", "0x3A3FD8", "0xE8A317"
WIDTH, HEIGHT, RATE = 640, 360, 25

LINES = {
    "fr": [
        "Bonjour à toutes et à tous. Bienvenue dans la leçon.",
        "Regardez le triangle au tableau. Ses deux droites sont parallèles.",
        "Le théorème de Thalès dit que les rapports des longueurs sont égaux.",
        "Prenez votre ardoise, et calculez la longueur qui manque.",
        "Vous avez une minute. Levez la main quand vous avez trouvé.",
        "Très bien. La réponse est six centimètres. Vérifions ensemble.",
        "Le premier rapport est deux sur quatre, donc un demi.",
        "Le second rapport est trois sur six, donc un demi aussi. Les rapports sont égaux.",
    ],
    "ar": [
        "السلام عليكم. مرحبا بكم في الدرس.",
        "انظروا إلى السبورة. القلب يضخ الدم إلى كل أعضاء الجسم.",
        "الدم يحمل الأكسجين من الرئتين.",
        "من يجيب على السؤال؟ ارفعوا أيديكم.",
        "أحسنتم. لنراجع معا.",
    ],
}


async def make_clip(path: Path, seconds: int, title: str, language: str = "fr") -> None:
    """Write an MP4 of this length to `path`, whole or not at all. Raises `NoEncoder`, `NotMedia`."""
    with tempfile.TemporaryDirectory(prefix="halqa-clip-") as folder:
        voice = Path(folder, "voice.wav")
        await _speak(voice, language)
        words = Path(folder, "title.txt")
        await asyncio.to_thread(words.write_text, title, "utf-8")
        draft = path.with_name(f".{path.name}.part.mp4")
        try:
            await _run("ffmpeg", *_draw(seconds, words, voice), str(draft))
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


async def _speak(wav: Path, language: str) -> None:
    """All the lines, with pauses to think between them."""
    text = "\n\n".join(LINES[language])
    await _run("espeak-ng", "-v", language, "-s", "135", "-g", "6", "-w", str(wav), text)


def _draw(seconds: int, title: Path, voice: Path) -> list[str]:
    """A page with a margin, a title, a figure that is drawn again every twenty seconds, and the time to the tenth."""
    picture = [
        f"color=c={PAPER}:s={WIDTH}x{HEIGHT}:r={RATE}",
        f"drawgrid=w=32:h=32:t=1:c={ACCENT}@0.10",
        "drawbox=x=56:y=0:w=2:h=ih:c=0xC8553D@0.45:t=fill",
        f"drawtext=textfile='{title}':fontcolor={INK}:fontsize=30:x=76:y=26",
        # Two rays and two parallels, growing with time like strokes of a pen.
        f"drawbox=x=90:y=290:w='min(460,mod(t,20)*90)':h=4:c={INK}:t=fill",
        f"drawbox=x=90:y=200:w='min(300,max(0,(mod(t,20)-5)*90))':h=4:c={ACCENT}:t=fill",
        f"drawbox=x=90:y=100:w=4:h=190:c={INK}:t=fill:enable='gt(mod(t,20),9)'",
        f"drawbox=x='90+230*(1+sin(t/3))':y='282-60*abs(sin(t/2))':w=14:h=14:c={SIGNAL}:t=fill",
        f"drawtext=text='AM / AB = AN / AC':fontcolor={ACCENT}:fontsize=26:x=330:y=104:enable='gt(mod(t,20),12)'",
        f"drawbox=x=470:y=318:w=158:h=30:c={INK}:t=fill",
        "drawtext=text='%{pts\\:hms}':fontcolor=white:fontsize=20:x=480:y=323",
    ]
    return [
        *("-nostdin", "-hide_banner", "-loglevel", "error", "-y"),
        *("-f", "lavfi", "-i", ",".join(picture)),
        *("-stream_loop", "-1", "-i", str(voice)),
        *("-t", str(seconds), "-c:v", "libx264", "-preset", "veryfast", "-crf", "24", "-g", "50"),
        *("-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "64k", "-ac", "1", "-movflags", "+faststart"),
    ]


async def _run(program: str, *args: str) -> None:
    try:
        child = await asyncio.create_subprocess_exec(
            program, *args, stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
    except FileNotFoundError:
        raise NoEncoder(f"{program} is not on this machine: apt-get install {program}") from None
    try:
        _, said = await child.communicate()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        raise
    if child.returncode:
        lines = said.decode(errors="replace").strip().splitlines()
        raise NotMedia(f"{program} stopped: {lines[-1] if lines else child.returncode}")
