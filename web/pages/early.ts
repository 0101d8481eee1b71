/**
 * The first script of a lesson's page: asks for what it opens with while the others, a hundred times its size, are on their way. Where the
 * line carries little more than a voice nothing may come beside them, and where it is wide the picture comes with the sound.
 */
import { isNarrow, isScant } from "../classroom/brought";
import { openingOf } from "../classroom/opening";
import { Place } from "../classroom/place";
import { firstBook, firstSound } from "../follow/first";
import { readFacts } from "../ui/facts";
import { askEarly } from "../wire/early";
import { addressOf } from "../wire/follow";

const facts = readFacts();
const possible = "MediaSource" in window || "ManagedMediaSource" in window;
if (possible && facts.status !== "planned" && !isScant()) {
  const { at } = openingOf(facts, new Place(facts.id));
  const questions = isNarrow() ? [firstSound(at), firstBook(at)] : [firstBook(at)];
  const addresses = questions.map((question) => addressOf(facts.timeline, question));
  askEarly(addresses, { authorization: `Bearer ${facts.ticket}` });
}
