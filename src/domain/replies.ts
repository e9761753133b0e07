/** What people are answered in their threads after an improve attempt. */
import { cleanText } from "./clean.ts";
import type { Feedback, Findings } from "./finding.ts";
import { marker } from "./names.ts";
import type { Report } from "./report.ts";

type Replies = Findings["replies"];

/** One answer for each thread that was taken up, whatever the attempt said of it. */
export function repliesTo(taken: readonly Feedback[], attempt: number, report: Report): Replies {
  const said = new Map((report.closed ?? []).map((one) => [one.finding, one]));
  const head = report.work?.head.slice(0, 12) ?? null;
  return taken.flatMap(({ id, thread }) => {
    if (thread === null) return [];
    const one = said.get(id);
    const words = cleanText(one?.evidence ?? "", 2000);
    const body = replyBody(one?.how ?? null, head, words);
    return [{ attempt, feedback: id, thread, body: `${marker(replyKey(attempt, id))}\n${body}` }];
  });
}

export function replyKey(attempt: number, feedback: string): string {
  return `reply:${attempt}:${feedback}`;
}

function replyBody(how: string | null, head: string | null, words: string): string {
  if (how === "disputed") return `Left as it is: ${words || "no reason was given."}`;
  if (head === null) return "Nothing was changed here, and nothing was said about this in particular.";
  if (how === "addressed") return `Taken up in ${head}. ${words}`.trim();
  return `Work went on in ${head}; nothing was said about this in particular, so please look.`;
}
