"""The sentences of the gateway's errors in French and Arabic (English stands in each error's docstring)."""

from __future__ import annotations

from halqa.timeline.errors import Mistake

SENTENCES: dict[str, tuple[str, str]] = {
    "malformed-frame": ("Ces octets ne forment pas une trame.", "هذه البايتات ليست إطارا صحيحا."),
    "too-large": ("C’est plus qu’une entrée ou une requête ne peut contenir.", "هذا أكبر مما يتسع له طلب واحد."),
    "too-fast": (
        "Trop d’envois à la fois. Attendez, puis redites la même chose.",
        "الإرسال سريع جدا. انتظر ثم أعد الإرسال.",
    ),
    "number-gap": (
        "Il manque quelque chose entre la dernière entrée reçue et celle-ci.",
        "ينقص شيء بين آخر ما وصل وهذا الإرسال.",
    ),
    "said-otherwise": ("Autre chose a déjà été dit sous ce numéro.", "قيل شيء آخر من قبل تحت هذا الرقم."),
    "time-goes-back": ("Cette entrée commence avant la précédente de sa piste.", "يبدأ هذا قبل سابقه في المسار نفسه."),
    "sealed": ("La leçon est terminée : on ne peut plus rien y ajouter.", "انتهى الدرس، ولا يمكن إضافة شيء إليه."),
    "bad-question": ("Un paramètre de cette requête est incompréhensible.", "أحد معطيات هذا الطلب غير مفهوم."),
    "no-such-timeline": ("Aucune leçon de ce nom ici.", "لا يوجد هنا درس بهذا الاسم."),
    "cursor-ahead": (
        "Cette copie est plus ancienne que ce que vous avez déjà lu.",
        "هذه النسخة أقدم مما قرأته من قبل.",
    ),
    "foreign-file": (
        "Ce fichier n’est pas une leçon Halqa lisible ici.",
        "هذا الملف ليس درسا يمكن لهذه النسخة قراءته.",
    ),
    "torn-file": ("Le fichier de cette leçon est endommagé.", "ملف هذا الدرس تالف."),
    "no-room": ("Le disque est plein. Rien n’a été écrit ; réessayez.", "القرص ممتلئ. لم يكتب شيء؛ أعد المحاولة."),
    "stopping": ("Le serveur s’arrête. Redemandez dans un instant.", "الخادم يتوقف. أعد الطلب بعد لحظة."),
    "too-many-followers": (
        "Trop de monde suit déjà. Réessayez bientôt.",
        "عدد المتابعين كبير الآن. أعد المحاولة قريبا.",
    ),
    "method-not-allowed": ("Cette adresse ne connaît pas ce verbe.", "هذا العنوان لا يقبل هذا الفعل."),
    "wrong-type": ("Ce type de contenu n’est pas accepté ici.", "هذا النوع من المحتوى غير مقبول هنا."),
    "no-ticket": ("Il faut un billet ; la page de la leçon en donne un.", "يلزم إذن؛ صفحة الدرس تعطيه."),
    "ticket-expired": ("Ce billet a expiré ; la page de la leçon en donne un autre.", "انتهت صلاحية هذا الإذن."),
    "ticket-forged": ("Ce billet ne vient pas de ce serveur.", "هذا الإذن لم يصدر عن هذا الخادم."),
    "ticket-elsewhere": ("Ce billet est pour une autre leçon.", "هذا الإذن لدرس آخر."),
    "ticket-verb": ("Ce billet ne permet pas cet acte.", "هذا الإذن لا يسمح بهذا الفعل."),
    "ticket-tracks": ("Ce billet n’ouvre pas cette piste.", "هذا الإذن لا يفتح هذا المسار."),
    "ticket-speaker": ("Ce billet ne permet pas de parler sous ce nom.", "هذا الإذن لا يسمح بالكلام بهذا الاسم."),
    "ticket-guest": (
        "Une classe ou un élève dit ses réponses sans heure ni durée.",
        "القسم أو التلميذ يرسل أجوبته دون وقت ولا مدة.",
    ),
    "mistake": ("Une erreur s’est produite ici.", "وقع خطأ هنا."),
}


def title(mistake: Mistake, language: str | None) -> str:
    """The sentence of this mistake in the first language of an `Accept-Language` header that is known here."""
    for wish in (language or "").lower().split(","):
        tag = wish.split(";")[0].strip()[:2]
        if tag == "en":
            break
        if tag in ("fr", "ar") and mistake.code in SENTENCES:
            return SENTENCES[mistake.code][tag == "ar"]
    return mistake.sentence()
