/** What people are answered in their threads after an improve attempt: one answer each, whatever the attempt said. */
import { expect, it } from "vitest";
import type { Feedback } from "../../src/domain/finding.ts";
import { repliesTo, replyKey } from "../../src/domain/replies.ts";
import type { Report } from "../../src/domain/report.ts";
import { ANNA, HEAD, NOW, report } from "./snapshots.ts";

type Closed = NonNullable<Report["closed"]>[number];

const ID = "0123456789ab";
const SHORT = HEAD.slice(0, 12);
const WORD: Feedback = { id: ID, by: ANNA, at: NOW, body: "No.", path: null, line: null, thread: "PRRT_1" };

function answer(closed: Closed[] | null, change: Partial<Report> = {}): string | undefined {
  return repliesTo([WORD], 3, report({ closed, ...change }))[0]?.body.split("\n")[1];
}

function closed(how: Closed["how"], evidence: string): Closed[] {
  return [{ finding: ID, how, evidence }];
}

const UNSAID = `Work went on in ${SHORT}; nothing was said about this in particular, so please look.`;
const UNCHANGED = "Nothing was changed here, and nothing was said about this in particular.";

it.each<[string, Closed[] | null, Partial<Report>, string]>([
  ["taken up", closed("addressed", "A list now."), {}, `Taken up in ${SHORT}. A list now.`],
  ["taken up without a word", closed("addressed", ""), {}, `Taken up in ${SHORT}.`],
  ["disputed", closed("disputed", "It is right."), {}, "Left as it is: It is right."],
  ["disputed without a reason", closed("disputed", ""), {}, "Left as it is: no reason was given."],
  [
    "disputed without any work",
    closed("disputed", "It is right."),
    { work: null },
    "Left as it is: It is right.",
  ],
  ["passed over", [], {}, UNSAID],
  ["passed over, as everything", null, {}, UNSAID],
  ["passed over without any work", [], { work: null }, UNCHANGED],
  ["said to be taken up, without any work", closed("addressed", "Done."), { work: null }, UNCHANGED],
])("of what is %s", (_, said, change, words) => {
  expect(answer(said, change)).toBe(words);
});

it("goes to the thread that it answers, with a key by which it is found again", () => {
  const words = { ...WORD, id: "bbbbbbbbbbbb", thread: null };

  expect(repliesTo([words, WORD], 3, report())).toEqual([
    { attempt: 3, feedback: ID, thread: "PRRT_1", body: `<!-- gza:reply:3:${ID} -->\n${UNSAID}` },
  ]);
  expect(replyKey(3, ID)).toBe(`reply:3:${ID}`);
});

it("takes the force out of what the attempt said", () => {
  expect(answer(closed("disputed", "@anna knows."))).toBe("Left as it is: ＠anna knows.");
});
