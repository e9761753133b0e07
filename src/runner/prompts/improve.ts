/** Every word that an agent is told for an `improve` attempt. */
import type { Feedback, KnownFinding } from "../../domain/finding.ts";
import type { Job } from "../../domain/job.ts";
import { askedFor, newFence, quoted } from "./quote.ts";
import { circumstances, doneText, MATERIAL, RULES } from "./work-rules.ts";

export function improvePrompt(job: Job, fence: string = newFence()): string {
  const parts = [TASK, MATERIAL, ...askedFor(job, fence)];
  if (job.findings.length > 0)
    parts.push("A reviewer found this:", ...job.findings.map((one) => findingBlock(one, fence)));
  if (job.feedback.length > 0)
    parts.push("People who may write to the repository say this:", ...job.feedback.map(blockOf(fence)));
  parts.push(...circumstances(job, fence), CLOSING, RULES, doneText(job.verify), IMPROVE_FORM);
  return `${parts.join("\n\n")}\n`;
}

/** A finding with all that is known of it, under its number. */
export function findingBlock(finding: KnownFinding, fence: string): string {
  const { n, severity, title, sites, upheld } = finding;
  const facts = [
    ["Where", placeText(finding.path, finding.line, finding.end_line)],
    ["Evidence", finding.evidence],
    ["Impact", finding.impact],
    ["Proposed fix", finding.fix],
    ["Tests", finding.tests],
    ["The same elsewhere", sites.map(({ path, line }) => placeText(path, line, null)).join(", ")],
    ["Disputed before", finding.dispute ?? ""],
    ["Judged", upheld ? "A second reviewer has looked at a dispute about this and upheld the finding." : ""],
  ];
  const lines = facts.filter(([, text]) => text !== "").map(([name, text]) => `${name}: ${text}`);
  return quoted(`F${n}`, [`F${n}, ${severity}: ${title}`, ...lines].join("\n"), fence);
}

const TASK = `You are a software engineer. The current folder is a complete git clone of the repository; checked out is the head of a pull request for the issue below.
It is not good enough yet. Close everything that is listed here by changing the files in this folder.`;

const CLOSING = `For each listed thing, one of two:
- Mend it, at its cause. A finding stands for a class: close the whole class, look at its siblings in all files that the pull request touches, and add a test that would have caught it.
- Dispute it, if it is wrong. That is welcome, but needs proof that somebody else can check: the lines that show it, a test that passes, the output of a command. A question that needs no change is answered in the same way.
Where a person and a reviewer want opposite things, the person's word counts. Never weaken, skip or delete a test to close something.`;

/** The form of the answer, which is read by a program. */
export const IMPROVE_FORM = `End with one JSON object and nothing after it, with an entry for every listed thing (F1, T1, …):

\`\`\`json
{
  "summary": "what you changed and why, in a few sentences",
  "closed": [
    { "id": "F1", "how": "addressed", "evidence": "what was done, and which test shows it" },
    { "id": "T1", "how": "disputed", "evidence": "why it is wrong, with the proof; or the answer to a question" }
  ]
}
\`\`\`

If you cannot go on without an answer of a person, or if it cannot be done at all, end with this object instead:

\`\`\`json
{ "outcome": "question", "text": "the one question whose answer you need" }
\`\`\`

or with \`"outcome": "gave_up"\` and why it cannot be done.`;

function blockOf(fence: string): (feedback: Feedback, index: number) => string {
  return ({ by, at, body, path, line }, index) => {
    const place = path === null ? "" : `\nWhere: ${placeText(path, line, null)}`;
    return quoted(`T${index + 1}`, `T${index + 1}, ${by.login}, ${at}${place}\n\n${body}`, fence);
  };
}

function placeText(path: string, line: number | null, end: number | null): string {
  if (line === null) return path;
  return end === null || end === line ? `${path}:${line}` : `${path}:${line}-${end}`;
}
